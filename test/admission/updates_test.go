package admission

import (
	"encoding/json"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/cmkgate/cmkgate/test/apiserver"
	"github.com/cmkgate/cmkgate/test/legacy"
)

// kubectl runs kubectl with objects on its standard input.
func (s *suite) kubectl(t *testing.T, input any, args ...string) apiserver.Result {
	t.Helper()
	data, err := json.Marshal(input)
	must(t, err)
	result, err := s.server.Kubectl(t.Context(), strings.NewReader(string(data)), args...)
	must(t, err)
	return result
}

func (s *suite) generation(t *testing.T, name string) int64 {
	t.Helper()
	u, err := s.person.Resource(trainingJobs).Namespace("default").Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return u.GetGeneration()
}

// droppedKeys: whoever applies a manifest that has named its key before, and
// does so no longer, keeps the key, and ACK sees no change.
func (s *suite) droppedKeys(t *testing.T) {
	for name, args := range map[string][]string{
		"client-side": {"apply", "-f", "-"},
		"server-side": {"apply", "--server-side", "-f", "-"},
	} {
		named := job("dropped-"+name, key)
		if r := s.kubectl(t, named, args...); r.Code != 0 {
			t.Fatalf("%+v", r)
		}
		must(t, patch(t.Context(), s.controller, trainingJobs, named.GetName(), `{"metadata":{"finalizers":["`+finalizer+`"]}}`))
		must(t, s.lateInitialized(t, named.GetName()))
		before := s.generation(t, named.GetName())
		r := s.kubectl(t, job(named.GetName(), nil), args...)
		if r.Code != 0 || !strings.Contains(r.Stderr, "cmkgate restored what the update omits: spec.outputDataConfig.kmsKeyID: "+key) {
			t.Errorf("%s: %+v", name, r)
		}
		if got := s.leaf(t, trainingJobs, named.GetName(), "spec", "outputDataConfig", "kmsKeyID"); got != key {
			t.Errorf("%s: the key is %q", name, got)
		}
		if after := s.generation(t, named.GetName()); after != before {
			t.Errorf("%s: the generation went from %d to %d, which makes ACK reconcile", name, before, after)
		}
		if r := s.kubectl(t, job(named.GetName(), nil), args...); r.Code != 0 || strings.Contains(r.Stderr, "cmkgate") {
			t.Errorf("%s, once more: %+v", name, r)
		}
	}
}

// replaced is kubectl replace of a manifest: it drops ACK's finalizer too.
func (s *suite) replaced(t *testing.T) {
	ctx := t.Context()
	must(t, s.create(ctx, trainingJobs, job("replaced", nil)))
	must(t, patch(ctx, s.controller, trainingJobs, "replaced", `{"metadata":{"finalizers":["`+finalizer+`"]}}`))
	must(t, s.status(t, trainingJobs, "replaced"))
	r := s.kubectl(t, job("replaced", nil), "replace", "-f", "-")
	if r.Code != 0 || !strings.Contains(r.Stderr, "removes ACK's finalizer from TrainingJob") {
		t.Errorf("%+v", r)
	}
	if got := s.leaf(t, trainingJobs, "replaced", "spec", "resourceConfig", "volumeKMSKeyID"); got != key {
		t.Errorf("the key is %q", got)
	}
}

// changedKeys: a key that cannot be changed is denied with the way out.
func (s *suite) changedKeys(t *testing.T) {
	ctx := t.Context()
	must(t, s.create(ctx, trainingJobs, job("fixed", nil)))
	must(t, patch(ctx, s.controller, trainingJobs, "fixed", `{"metadata":{"finalizers":["`+finalizer+`"]}}`))
	must(t, s.lateInitialized(t, "fixed"))
	other := strings.Replace(key, "key/1111", "key/2222", 1)
	err := patch(ctx, s.person, trainingJobs, "fixed", `{"spec":{"outputDataConfig":{"kmsKeyID":"`+other+`"}}}`)
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "create it under a new name") {
		t.Errorf("want a denial, got %v", err)
	}
}

func (s *suite) lateInitialized(t *testing.T, name string) error {
	t.Helper()
	body := `{"status":{"conditions":[{"type":"ACK.LateInitialized","status":"True"}]}}`
	_, err := s.controller.Resource(trainingJobs).Namespace("default").Patch(t.Context(), name, types.MergePatchType, []byte(body), metav1.PatchOptions{}, "status")
	return err
}

// unknownController is ACK under a user name that cmkgate was not reported, as
// EKS runs it: what it writes is reported by its form.
func (s *suite) unknownController(t *testing.T) {
	must(t, s.server.GrantAll(t.Context(), capability))
	ack, err := dynamic.NewForConfig(s.server.UserConfig(capability, "system:authenticated"))
	if err != nil {
		t.Fatal(err)
	}
	known := *s
	known.controller = ack
	for _, o := range legacy.Objects("old") {
		t.Run(o.Kind, func(t *testing.T) { known.lives(t, o) })
	}
	t.Run("Adoption", known.adoptedByUnknown)
	t.Run("AdoptionOverASpec", known.adoptedOverSpec)
}

func (s *suite) adoptedByUnknown(t *testing.T) {
	adopted := object(sageMaker, "EndpointConfig", "adopted", nil)
	delete(adopted.Object, "spec")
	adopted.SetAnnotations(map[string]string{"services.k8s.aws/adoption-policy": "adopt"})
	must(t, s.create(t.Context(), endpointConfigs, adopted))
	for _, body := range []string{
		`{"metadata":{"finalizers":["finalizers.sagemaker.services.k8s.aws/EndpointConfig"],"annotations":{"services.k8s.aws/adopted":"true"}}}`,
		`{"spec":{"endpointConfigName":"x","kmsKeyID":"alias/aws/ebs","productionVariants":[{"variantName":"v","modelName":"m","instanceType":"ml.m5.large"}]}}`,
	} {
		must(t, patch(t.Context(), s.controller, endpointConfigs, "adopted", body))
	}
	must(t, s.status(t, endpointConfigs, "adopted"))
	if err := patch(t.Context(), s.person, endpointConfigs, "adopted", `{"spec":{"kmsKeyID":"alias/aws/s3"}}`); !apierrors.IsForbidden(err) {
		t.Errorf("a key of AWS, written by a person after the adoption: %v", err)
	}
}

// adoptedOverSpec: AWS wins over a spec that a person gave along, its key included.
func (s *suite) adoptedOverSpec(t *testing.T) {
	adopted := job("adopted-over", key)
	adopted.SetAnnotations(map[string]string{"services.k8s.aws/adoption-policy": "adopt"})
	must(t, s.create(t.Context(), trainingJobs, adopted))
	must(t, patch(t.Context(), s.controller, trainingJobs, "adopted-over", `{"metadata":{"finalizers":["`+finalizer+`"],"annotations":{"services.k8s.aws/adopted":"true"}}}`))
	must(t, patch(t.Context(), s.controller, trainingJobs, "adopted-over", `{"spec":{"outputDataConfig":{"kmsKeyID":null}}}`))
	u, err := s.person.Resource(trainingJobs).Namespace("default").Get(t.Context(), "adopted-over", metav1.GetOptions{})
	must(t, err)
	if got, _, _ := unstructured.NestedString(u.Object, "spec", "outputDataConfig", "kmsKeyID"); got != "" {
		t.Errorf("the key that AWS does not have is back: %q", got)
	}
}
