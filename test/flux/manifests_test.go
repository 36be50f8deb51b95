package flux

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	ownKey   = "arn:aws:kms:eu-west-1:111122223333:key/22222222-2222-2222-2222-222222222222"
	otherKey = "arn:aws:kms:eu-west-1:111122223333:key/44444444-4444-4444-4444-444444444444"
	awsKey   = "alias/aws/s3"
	// What ACK gives an object before it creates the resource in AWS.
	finalizer = "finalizers.sagemaker.services.k8s.aws/TrainingJob"
)

// job is a TrainingJob with an output key, and none for its volumes.
func job(t *testing.T, name, key string) string {
	t.Helper()
	text := strings.ReplaceAll(read(t, "testdata/job.yaml"), "${KMS_KEY}", key)
	return strings.Replace(text, "  name: churn\n", "  name: "+name+"\n", 1)
}

// settings is an object that cmkgate has no opinion of.
const settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {mood: good}\n"

func endpointConfig(name, more string) string {
	return "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: EndpointConfig\nmetadata: {name: " + name + "}\nspec:\n" +
		"  endpointConfigName: " + name + "\n" + more +
		"  productionVariants: [{variantName: a, modelName: m, instanceType: ml.m5.large, initialInstanceCount: 1}]\n"
}

func endpoint(name, config string) string {
	return "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: Endpoint\nmetadata: {name: " + name + "}\n" +
		"spec: {endpointName: " + name + ", endpointConfigName: " + config + "}\n"
}

// withoutKeys are manifests of every kind that can have a key, by file. None names one.
func withoutKeys(t *testing.T, scene string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("../ack/controllers/manifests/*.yaml")
	must(t, err)
	files := map[string]string{}
	for _, path := range paths {
		files[filepath.Base(path)] = os.Expand(read(t, path), func(name string) string {
			return map[string]string{"SCENE": scene, "INSTANCE": "ml.m5.large"}[name]
		})
	}
	if len(files) < 18 {
		t.Fatalf("there are manifests of %d kinds only", len(files))
	}
	return files
}
