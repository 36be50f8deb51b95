package argocd

import (
	"strconv"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var (
	jobs    = schema.GroupVersionResource{Group: "sagemaker.services.k8s.aws", Version: "v1alpha1", Resource: "trainingjobs"}
	buckets = schema.GroupVersionResource{Group: "s3.services.k8s.aws", Version: "v1alpha1", Resource: "buckets"}
)

const key = "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"

// denied is what cmkgate says of a job that writes its output under a key of AWS.
const denied = `spec.outputDataConfig.kmsKeyID: "alias/aws/s3" is managed by AWS, not by your organization. Set it to ` + key

// job is a manifest with its keys; keyless leaves them to the webhook, and in wrong one of them is AWS's.
func job(t *testing.T) string { t.Helper(); return read(t, "manifests/job.yaml") }

func keyless(t *testing.T) string {
	t.Helper()
	var kept []string
	for line := range strings.Lines(job(t)) {
		if !strings.Contains(line, key) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func wrong(t *testing.T) string {
	t.Helper()
	return strings.Replace(job(t), " kmsKeyID: "+key, " kmsKeyID: alias/aws/s3", 1)
}

// object is a live object of the Application's namespace, or nil.
func (a *application) object(t *testing.T, kind schema.GroupVersionResource, name string) *unstructured.Unstructured {
	t.Helper()
	object, err := a.objects.Resource(kind).Namespace(a.name).Get(t.Context(), name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return object
}

func (a *application) exists(t *testing.T, kind schema.GroupVersionResource, name string) bool {
	t.Helper()
	return a.object(t, kind, name) != nil
}

// field is a value inside an object; a number is an index.
func field(t *testing.T, object *unstructured.Unstructured, path ...string) any {
	t.Helper()
	if object == nil {
		return nil
	}
	var value any = object.Object
	for _, step := range path {
		switch inner := value.(type) {
		case map[string]any:
			value = inner[step]
		case []any:
			index, err := strconv.Atoi(step)
			if err != nil || index >= len(inner) {
				return nil
			}
			value = inner[index]
		default:
			return nil
		}
	}
	return value
}
