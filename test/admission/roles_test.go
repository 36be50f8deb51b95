package admission

import (
	"context"
	"errors"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

// A key that is named by its ID alone is looked for in the account of the role
// that ACK works with, which objects of the cluster choose.
func (s *suite) roles(t *testing.T) {
	s.server.MustApply(t, `{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "science",
		"labels": {"team": "science"}, "annotations": {"services.k8s.aws/owner-account-id": "111122223333"}}}`)
	for _, step := range []struct{ object, want string }{
		{
			`{"apiVersion": "services.k8s.aws/v1alpha1", "kind": "IAMRoleSelector", "metadata": {"name": "far"}, "spec": {
				"arn": "arn:aws:iam::999988887777:role/ack",
				"namespaceSelector": {"names": [], "labelSelector": {"matchLabels": {"team": "science"}}}}}`,
			`is a key of account 999988887777 (IAMRoleSelector "far")`,
		},
		{
			`{"apiVersion": "services.k8s.aws/v1alpha1", "kind": "IAMRoleSelector", "metadata": {"name": "near"}, "spec": {
				"arn": "arn:aws:iam::111122223333:role/ack", "namespaceSelector": {"names": ["science"]}}}`,
			`multiple (2) matching IAMRoleSelectors found; they are "far" and "near"`,
		},
	} {
		s.server.MustApply(t, step.object)
		s.deniedInTheEnd(t, step.want)
	}
	selectors := s.person.Resource(schema.GroupVersionResource{Group: "services.k8s.aws", Version: "v1alpha1", Resource: "iamroleselectors"})
	must(t, selectors.DeleteCollection(t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{}))
	// Not the webhook's business, and not its to see.
	s.server.MustApply(t, `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "ack-role-account-map", "namespace": "default"},
		"data": {"111122223333": "nonsense"}}`)
	s.server.MustApply(t, `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "ack-role-account-map", "namespace": "ack-system"},
		"data": {"111122223333": "arn:aws:iam::999988887777:role/ack"}}`)
	s.deniedInTheEnd(t, `is a key of account 999988887777 (key "111122223333" of ConfigMap ack-role-account-map, for namespace "science")`)
}

// deniedInTheEnd tries a job until it is denied so: caches follow the cluster
// with a delay.
func (s *suite) deniedInTheEnd(t *testing.T, want string) {
	t.Helper()
	apiserver.Eventually(t, "a denial with\n"+want, func(context.Context) error {
		err := s.createIn(t, "science", job("roles", "44444444-4444-4444-4444-444444444444"))
		switch {
		case err == nil:
			return errors.New("it is admitted")
		case strings.Contains(err.Error(), want):
			return nil
		}
		return err
	})
}

func (s *suite) createIn(t *testing.T, namespace string, u *unstructured.Unstructured) error {
	t.Helper()
	u.SetNamespace(namespace)
	_, err := s.person.Resource(trainingJobs).Namespace(namespace).Create(t.Context(), u, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	return err
}
