package ack

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/test/ack/aws"
	"github.com/cmkgate/cmkgate/test/ack/controllers"
)

const (
	adoptionPolicy = "services.k8s.aws/adoption-policy"
	adoptionFields = "services.k8s.aws/adoption-fields"
	adopted        = "services.k8s.aws/adopted"

	// A key that nobody may write into a manifest.
	foreignKey = "arn:aws:kms:eu-west-1:999988887777:key/55555555-5555-5555-5555-555555555555"
)

func (s *stage) adopt(t *testing.T) {
	for scene, key := range map[string]string{"adopted": ownKey, "adopted-foreign": foreignKey, "adopted-keyless": ""} {
		s.applyAdoptions(t, scene, key)
		for _, sub := range s.subjects(scene) {
			t.Run(sub.name, func(t *testing.T) { s.takenOver(t, sub, key) })
		}
	}
}

// applyAdoptions applies manifests without a spec for what AWS has, as ACK's documentation writes them.
func (s *stage) applyAdoptions(t *testing.T, scene, key string) {
	t.Helper()
	var manifests []*unstructured.Unstructured
	for _, k := range s.kinds {
		s.existsInAWS(t, &k, scene, key)
		manifest := k.manifest(t, scene, ebs)
		delete(manifest.Object, "spec")
		manifest.SetAnnotations(k.adoption("adopt", scene))
		manifests = append(manifests, manifest)
	}
	s.apply(t, manifests)
}

// adoptOverrules: ACK writes what it sees in AWS over what a person wrote. To deny that keeps nothing encrypted.
func (s *stage) adoptOverrules(t *testing.T) {
	const named, unnamed = "overruled", "completed"
	var manifests []*unstructured.Unstructured
	for _, k := range s.kinds {
		if len(k.keys) == 0 {
			continue // an Endpoint: it would be evaluated by an EndpointConfig that ACK has not looked at
		}
		s.existsInAWS(t, &k, named, "")
		manifest := s.completed(t, &k, named, ownKey)
		manifest.SetAnnotations(k.adoption("adopt", named))
		manifests = append(manifests, manifest)

		// A spec without keys is refused where ACK could carry it out between its two writes of an adoption.
		if catalog.UpdatesKeys(catalog.Kind{Group: k.resource.Group, Name: k.name}) {
			continue
		}
		s.existsInAWS(t, &k, unnamed, ownKey)
		manifest = k.manifest(t, unnamed, ebs)
		manifest.SetAnnotations(k.adoption("adopt", unnamed))
		manifests = append(manifests, manifest)
	}
	s.apply(t, manifests)
	for scene, key := range map[string]string{named: "", unnamed: ownKey} {
		for _, sub := range s.subjects(scene) {
			updates := catalog.UpdatesKeys(catalog.Kind{Group: sub.kind.resource.Group, Name: sub.kind.name})
			switch {
			case len(sub.kind.keys) == 0 || scene == unnamed && updates:
			case updates && s.controllers.Is(elsewhere):
				t.Run(sub.name, func(t *testing.T) { s.madeTrue(t, sub) })
			default:
				t.Run(sub.name, func(t *testing.T) { s.takenOver(t, sub, key) })
			}
		}
	}
}

// madeTrue: under a user name that cmkgate does not know, ACK's write of a keyless spec over one with a key is refused,
// because a person could weaken the resource by it. ACK then carries the manifest's key out.
func (s *stage) madeTrue(t *testing.T, sub *subject) {
	t.Helper()
	s.eventually(t, sub, func(context.Context) error {
		if len(s.requests(sub).Named(sub.kind.asks)) == 0 {
			return errors.New("AWS has not been asked for the key")
		}
		return nil
	})
	s.hasKeys(t, sub, s.get(t, sub), keyed(sub.kind.keys, ownKey))
}

func (s *stage) adoptOrCreate(t *testing.T) {
	const there, missing = "either-there", "either-missing"
	var manifests []*unstructured.Unstructured
	for _, scene := range []string{there, missing} {
		for _, k := range s.kinds {
			manifest := s.completed(t, &k, scene, ownKey)
			manifest.SetAnnotations(k.adoption("adopt-or-create", scene))
			manifests = append(manifests, manifest)
			if scene == there {
				s.existsInAWS(t, &k, scene, ownKey)
			}
		}
	}
	s.apply(t, manifests)
	for _, sub := range s.subjects(there) {
		t.Run(sub.name, func(t *testing.T) { s.takenOver(t, sub, ownKey) })
	}
	for _, sub := range s.subjects(missing) {
		t.Run(sub.name, func(t *testing.T) {
			object := s.settled(t, sub, sub.kind.creates)
			s.hasKeys(t, sub, object, keyed(sub.kind.keys, ownKey))
		})
	}
}

// takenOver expects an adoption that is complete, with AWS's key in etcd, and that nothing was changed in AWS.
func (s *stage) takenOver(t *testing.T, sub *subject, key string) {
	t.Helper()
	object := s.settled(t, sub, nil)
	if object.GetAnnotations()[adopted] != "true" {
		t.Errorf("%s has not been adopted", sub.name)
	}
	want := map[string]string{}
	if key != "" {
		want = keyed(sub.kind.keys, key)
	}
	if diff := cmp.Diff(want, controllers.Keys(sub.kind.asked(object))); diff != "" {
		t.Errorf("%s: etcd has other keys (+) than AWS (-):\n%s", sub.name, diff)
	}
}

// adoption is what a person annotates: how to adopt, and by which fields ACK finds the resource in AWS.
func (k *kind) adoption(policy, scene string) map[string]string {
	name := k.called(scene)
	fields := map[string]string{k.identity: name}
	switch k.name {
	case "Domain":
		fields = map[string]string{"domainID": "d-" + name}
	case "UserProfile":
		fields["domainID"] = "d-churn"
	case "ModelPackage":
		fields = map[string]string{"arn": "arn:aws:sagemaker:" + region + ":" + aws.AccountID + ":modelpackage/" + name}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err) // strings cannot fail
	}
	return map[string]string{adoptionPolicy: policy, adoptionFields: string(text)}
}

// existsInAWS makes a resource that ACK did not make, like the one that it made for the scene of new objects, but with
// another key, or none.
func (s *stage) existsInAWS(t *testing.T, k *kind, scene, key string) {
	t.Helper()
	if k.service == "s3" {
		must(t, s.aws.BucketExists(k.called(scene), key))
		return
	}
	model := k.subject(created)
	text, err := json.Marshal(s.asked(t, &model).Members)
	if err != nil {
		t.Fatal(err)
	}
	members := map[string]any{}
	renamed := strings.NewReplacer(created+"-", scene+"-", defaultKey, key).Replace(string(text))
	if err := json.Unmarshal([]byte(renamed), &members); err != nil {
		t.Fatal(err)
	}
	must(t, s.aws.Exists(k.name, dropEmpty(members)))
}

// dropEmpty omits members that are "", as AWS does not show a key that a resource does not have.
func dropEmpty(members map[string]any) map[string]any {
	for name, value := range members {
		switch v := value.(type) {
		case string:
			if v == "" {
				delete(members, name)
			}
		case map[string]any:
			dropEmpty(v)
		case []any:
			for _, element := range v {
				if below, ok := element.(map[string]any); ok {
					dropEmpty(below)
				}
			}
		}
	}
	return members
}
