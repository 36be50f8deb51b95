package ack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// created is the scene of objects that cmkgate gave their keys.
const created = "new"

func (s *stage) sameKeys(t *testing.T) {
	s.apply(t, s.manifests(t, created, ebs))
	for _, sub := range s.subjects(created) {
		t.Run(sub.name, func(t *testing.T) {
			object := s.settled(t, sub, sub.kind.creates)
			s.hasKeys(t, sub, object, keyed(sub.kind.keys, defaultKey))
		})
	}
}

func (s *stage) localStorage(t *testing.T) {
	const scene = "local"
	s.apply(t, s.manifests(t, scene, local))
	for _, sub := range s.subjects(scene) {
		t.Run(sub.name, func(t *testing.T) {
			object := s.settled(t, sub, sub.kind.creates)
			s.hasKeys(t, sub, object, without(keyed(sub.kind.keys, defaultKey), sub.kind.volume))
		})
	}
}

func (s *stage) ownKeys(t *testing.T) {
	const scene = "own"
	var manifests []*unstructured.Unstructured
	for _, k := range s.kinds {
		manifests = append(manifests, s.completed(t, &k, scene, ownKey))
	}
	s.apply(t, manifests)
	for _, sub := range s.subjects(scene) {
		t.Run(sub.name, func(t *testing.T) {
			object := s.settled(t, sub, sub.kind.creates)
			s.hasKeys(t, sub, object, keyed(sub.kind.keys, ownKey))
		})
	}
}

// completed is a manifest that names all its keys: what became of the one that names none, under another name and with
// another key.
func (s *stage) completed(t *testing.T, k *kind, scene, key string) *unstructured.Unstructured {
	t.Helper()
	model := k.subject(created)
	spec, _, _ := unstructured.NestedMap(s.get(t, &model).Object, "spec")
	text, err := yaml.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	renamed := strings.NewReplacer(created+"-", scene+"-", defaultKey, key).Replace(string(text))
	manifest := k.manifest(t, scene, ebs)
	spec = map[string]any{}
	if err := yaml.Unmarshal([]byte(renamed), &spec); err != nil {
		t.Fatal(err)
	}
	manifest.Object["spec"] = spec
	return manifest
}

// definitions: each training job that a tuning job defines in its list has keys, and storage, of its own.
func (s *stage) definitions(t *testing.T) {
	k := only("HyperParameterTuningJob")[0]
	sub := k.subject("definitions")
	manifest := k.manifest(t, "definitions", ebs)
	var definitions []any
	for name, instance := range []string{ebs, local} {
		definition, _, _ := unstructured.NestedMap(k.manifest(t, "definitions", instance).Object, "spec", "trainingJobDefinition")
		definition["definitionName"] = fmt.Sprintf("definition-%d", name)
		// Of a list ACK does not take over what AWS adds.
		definition["enableNetworkIsolation"], definition["enableInterContainerTrafficEncryption"] = false, false
		definition["enableManagedSpotTraining"] = false
		definitions = append(definitions, definition)
	}
	unstructured.RemoveNestedField(manifest.Object, "spec", "trainingJobDefinition")
	must(t, unstructured.SetNestedSlice(manifest.Object, definitions, "spec", "trainingJobDefinitions"))
	s.apply(t, []*unstructured.Unstructured{manifest})
	s.hasKeys(t, &sub, s.settled(t, &sub, k.creates), keyed([]string{
		"trainingjobdefinitions[0].outputdataconfig.kmskeyid",
		"trainingjobdefinitions[0].resourceconfig.volumekmskeyid",
		"trainingjobdefinitions[1].outputdataconfig.kmskeyid",
	}, defaultKey))
}

// datasets: the result of an Athena query has a key of its own. The object itself neither settles nor goes without help:
// sagemaker-controller v1.8.2 panics when it looks at a job that has a dataset among its inputs.
func (s *stage) datasets(t *testing.T) {
	k := only("ProcessingJob")[0]
	sub := k.subject("dataset")
	manifest := k.manifest(t, "dataset", ebs)
	must(t, unstructured.SetNestedSlice(manifest.Object, []any{map[string]any{
		"inputName": "customers",
		"datasetDefinition": map[string]any{
			"localPath": "/opt/ml/processing/customers",
			"athenaDatasetDefinition": map[string]any{
				"catalog": "AwsDataCatalog", "database": "crm", "queryString": "SELECT 1",
				"outputFormat": "PARQUET", "outputS3URI": "s3://churn/athena",
			},
		},
	}}, "spec", "processingInputs"))
	s.apply(t, []*unstructured.Unstructured{manifest})
	s.eventually(t, &sub, func(context.Context) error {
		if len(s.requests(&sub).Named(k.asks)) == 0 {
			return errors.New("AWS has not been asked for it")
		}
		return nil
	})
	places := append([]string{"processinginputs[0].datasetdefinition.athenadatasetdefinition.kmskeyid"}, k.keys...)
	s.hasKeys(t, &sub, s.get(t, &sub), keyed(places, defaultKey))
	must(t, s.of(&sub).Delete(t.Context(), sub.name, metav1.DeleteOptions{}))
	s.patch(t, &sub, `{"metadata":{"finalizers":null}}`)
	s.gone(t, &sub)
}
