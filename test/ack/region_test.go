package ack

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cmkgate/cmkgate/test/ack/aws"
	"github.com/cmkgate/cmkgate/test/apiserver"
)

// roles is a way in which ACK comes to work for other accounts. The two exclude each other.
type roles int

const (
	// accountMap is a ConfigMap that has a role for each account.
	accountMap roles = iota
	// selectors are IAMRoleSelectors.
	selectors
)

func (r roles) flags() []string {
	if r == selectors {
		return []string{"--enable-carm=false", "--feature-gates", "IAMRoleSelector=true"}
	}
	return nil
}

const partnerAccount, partnerRole = "444455556666", "arn:aws:iam::444455556666:role/ack"

// place is somewhere else in AWS than where the controllers work otherwise, and how a person says so.
type place struct {
	scene                        string
	ofTheNamespace, ofTheObject  map[string]string
	wantRegion, wantAccount, key string
}

func (r roles) places() []place {
	const (
		objectRegion     = "services.k8s.aws/region"
		namespaceRegion  = "services.k8s.aws/default-region"
		namespaceAccount = "services.k8s.aws/owner-account-id"
		virginia         = "arn:aws:kms:us-east-1:111122223333:key/mrk-11111111111111111111111111111111"
		sydney           = "arn:aws:kms:ap-southeast-2:111122223333:key/22222222-2222-2222-2222-222222222222"
		partner          = "arn:aws:kms:eu-west-1:444455556666:key/33333333-3333-3333-3333-333333333333"
	)
	places := []place{
		{
			scene: "region-of-the-object", ofTheObject: map[string]string{objectRegion: "us-east-1"},
			wantRegion: "us-east-1", wantAccount: aws.AccountID, key: virginia,
		},
		{
			scene: "region-of-the-namespace", ofTheNamespace: map[string]string{namespaceRegion: "ap-southeast-2"},
			wantRegion: "ap-southeast-2", wantAccount: aws.AccountID, key: sydney,
		},
		{
			scene:          "region-of-both",
			ofTheNamespace: map[string]string{namespaceRegion: "ap-southeast-2"}, ofTheObject: map[string]string{objectRegion: "us-east-1"},
			wantRegion: "us-east-1", wantAccount: aws.AccountID, key: virginia,
		},
		{ // ACK asks the namespace alone for its account.
			scene: "account-of-the-object", ofTheObject: map[string]string{namespaceAccount: partnerAccount},
			wantRegion: region, wantAccount: aws.AccountID, key: defaultKey,
		},
	}
	if r == selectors {
		return append(places, place{
			scene: "account-of-the-selector", wantRegion: region, wantAccount: partnerAccount, key: partner,
		})
	}
	return append(places, place{
		scene: "account-of-the-namespace", ofTheNamespace: map[string]string{namespaceAccount: partnerAccount},
		wantRegion: region, wantAccount: partnerAccount, key: partner,
	})
}

// prepare makes the places and gives the controllers a role in the partner's account. It comes before the controllers,
// because one that has not heard of a selector yet works with its own role.
func (r roles) prepare(t *testing.T, s *stage) {
	t.Helper()
	var namespaces []*unstructured.Unstructured
	for _, p := range r.places() {
		namespace := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace"}}
		namespace.SetName(p.scene)
		namespace.SetAnnotations(p.ofTheNamespace)
		namespaces = append(namespaces, namespace)
	}
	s.apply(t, namespaces)
	if r == accountMap {
		s.kubectl(t, "", "create", "configmap", "ack-role-account-map", "--namespace", apiserver.ControllerNamespace,
			"--from-literal", partnerAccount+"="+partnerRole)
		return
	}
	s.kubectl(t, `{"apiVersion":"services.k8s.aws/v1alpha1","kind":"IAMRoleSelector","metadata":{"name":"partner"},
		"spec":{"arn":"`+partnerRole+`","namespaceSelector":{"names":["account-of-the-selector"]}}}`, "create", "-f", "-")
}

// regionsAndAccounts: the signature of the request says where ACK asks. A key of another region or account cannot
// serve there.
func (s *stage) regionsAndAccounts(t *testing.T) {
	var manifests []*unstructured.Unstructured
	for _, p := range s.roles.places() {
		for _, k := range only("TrainingJob", "Bucket") {
			manifest := k.manifest(t, p.scene, ebs)
			manifest.SetNamespace(p.scene)
			manifest.SetAnnotations(p.ofTheObject)
			manifests = append(manifests, manifest)
		}
	}
	s.apply(t, manifests)
	for _, p := range s.roles.places() {
		for _, k := range only("TrainingJob", "Bucket") {
			sub := subject{kind: k, namespace: p.scene, name: k.called(p.scene)}
			t.Run(sub.name, func(t *testing.T) {
				object := s.settled(t, &sub, k.creates)
				if call := s.asked(t, &sub); call.Region != p.wantRegion || call.Account != p.wantAccount {
					t.Errorf("ACK works in %s for account %s, want %s and %s", call.Region, call.Account, p.wantRegion, p.wantAccount)
				}
				s.hasKeys(t, &sub, object, keyed(k.keys, p.key))
			})
		}
	}
}
