package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	crowdNamespace = "e2e-crowd"
	crowdCount     = 10_000 // of each kind
	busy           = 100    // creates a second, each of which asks both webhooks
	mebi           = 1 << 20
	memoryBound    = 96 * mebi
	startBound     = 3 * time.Second
)

// memory has many objects of the kinds that replicas keep in mind.
func (s *suite) memory(t *testing.T) {
	s.install(t)
	s.createCrowd(t)
	slowest, cpu := s.startUps(t, 3)
	s.figures.add(t, "start of the process to ready with those 10,000 objects", "under 3 s",
		slowest < startBound, "%s, the slowest of 3, of which %s of processor time", slowest, cpu)

	l := startLoad(t, busy, s.tryJob)
	var peak uint64
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(2 * time.Second) {
		for _, bytes := range s.workingSets(t) {
			peak = max(peak, bytes)
		}
	}
	result := l.stop(t)
	s.figures.add(t, fmt.Sprintf("memory of a replica with 10,000 EndpointConfigs and 10,000 Buckets in the cluster and %d requests a second", 2*busy),
		"under 96 Mi", peak < memoryBound && len(result.failures) == 0,
		"%.1f Mi, the largest working set that the kubelet saw of any replica; %s", float64(peak)/mebi, result.summary())
}

// createCrowd makes the objects unless an earlier run left them. They are not evaluated: that is not the point here.
func (s *suite) createCrowd(t *testing.T) {
	t.Helper()
	s.namespace(t, crowdNamespace)
	s.exempt(t, crowdNamespace, `"true"`)
	time.Sleep(2 * time.Second) // the API server learns of the label; until then objects are evaluated, and pass
	for _, nth := range []func(int) (schema.GroupVersionResource, *unstructured.Unstructured){endpointConfig, bucket} {
		if resource, _ := nth(0); s.crowded(t, resource) {
			continue
		}
		each(t, crowdCount, func(ctx context.Context, n int) error {
			resource, object := nth(n)
			_, err := s.objects.Resource(resource).Namespace(crowdNamespace).Create(ctx, object, metav1.CreateOptions{})
			if apierrors.IsAlreadyExists(err) {
				return nil
			}
			return err
		})
	}
}

// crowded reports whether the objects of a kind are there.
func (s *suite) crowded(t *testing.T, resource schema.GroupVersionResource) bool {
	t.Helper()
	list, err := s.objects.Resource(resource).Namespace(crowdNamespace).List(t.Context(), metav1.ListOptions{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	rest := list.GetRemainingItemCount()
	return rest != nil && *rest == crowdCount-1
}

func endpointConfig(n int) (schema.GroupVersionResource, *unstructured.Unstructured) {
	const key = "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"
	name := fmt.Sprintf("config-%d", n)
	variant := func(name string) any {
		return map[string]any{
			"variantName": name, "modelName": "churn-" + name, "instanceType": "ml.m5.xlarge", "initialInstanceCount": int64(2),
			"coreDumpConfig": map[string]any{"destinationS3URI": "s3://dumps/" + name, "kmsKeyID": key},
		}
	}
	return resource("sagemaker.services.k8s.aws", "endpointconfigs"), object("sagemaker.services.k8s.aws", "EndpointConfig", name, map[string]any{
		"endpointConfigName": name, "kmsKeyID": key, "productionVariants": []any{variant("blue"), variant("green")},
		"dataCaptureConfig": map[string]any{
			"captureOptions": []any{map[string]any{"captureMode": "Input"}}, "destinationS3URI": "s3://capture/" + name,
			"initialSamplingPercentage": int64(10), "kmsKeyID": key,
		},
		"tags": []any{map[string]any{"key": "team", "value": "risk"}},
	})
}

func bucket(n int) (schema.GroupVersionResource, *unstructured.Unstructured) {
	name := fmt.Sprintf("bucket-%d", n)
	return resource("s3.services.k8s.aws", "buckets"), object("s3.services.k8s.aws", "Bucket", name, map[string]any{
		"name": name, "versioning": map[string]any{"status": "Enabled"},
		"encryption": map[string]any{"rules": []any{map[string]any{"bucketKeyEnabled": true, "applyServerSideEncryptionByDefault": map[string]any{
			"sseAlgorithm": "aws:kms", "kmsMasterKeyID": "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111",
		}}}},
		"policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::` + name +
			`","arn:aws:s3:::` + name + `/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`,
		"tagging": map[string]any{"tagSet": []any{map[string]any{"key": "team", "value": "risk"}}},
	})
}

func resource(group, name string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: group, Version: "v1alpha1", Resource: name}
}

func object(group, kind, name string, spec map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": group + "/v1alpha1", "kind": kind, "metadata": map[string]any{"name": name}, "spec": spec,
	}}
}

// workingSets are those of the replicas, in bytes, by pod, as `kubectl top` and the kernel's limit see them.
func (s *suite) workingSets(t *testing.T) map[string]uint64 {
	t.Helper()
	nodes, err := s.clients.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	if err != nil || len(nodes.Items) != 1 {
		t.Fatalf("want one node: %d, %v", len(nodes.Items), err)
	}
	path := "/api/v1/nodes/" + nodes.Items[0].Name + "/proxy/stats/summary"
	text, err := s.clients.CoreV1().RESTClient().Get().AbsPath(path).Param("only_cpu_and_memory", "true").DoRaw(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var summary struct {
		Pods []struct {
			PodRef struct {
				Name      string `json:"name"`
				Namespace string `json:"namespace"`
			} `json:"podRef"`
			Containers []struct {
				Memory struct {
					WorkingSetBytes uint64 `json:"workingSetBytes"`
				} `json:"memory"`
			} `json:"containers"`
		} `json:"pods"`
	}
	if err := json.Unmarshal(text, &summary); err != nil {
		t.Fatal(err)
	}
	sets := map[string]uint64{}
	for _, pod := range summary.Pods {
		if pod.PodRef.Namespace == namespace && len(pod.Containers) == 1 {
			sets[pod.PodRef.Name] = pod.Containers[0].Memory.WorkingSetBytes
		}
	}
	if len(sets) == 0 {
		t.Fatal("the kubelet knows of no replica")
	}
	return sets
}

// startUps replaces a replica some times and returns the longest time from the start of its process to ready, and how
// much processor time that took: on a busy machine the rest is waiting.
func (s *suite) startUps(t *testing.T, times int) (slowest, cpu time.Duration) {
	t.Helper()
	for range times {
		pods, err := s.pods(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		known := map[string]bool{}
		for i := range pods {
			known[pods[i].Name] = true
		}
		if err := s.clients.CoreV1().Pods(namespace).Delete(t.Context(), pods[0].Name, metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		if age, busy := s.startUp(t, known); age > slowest {
			slowest, cpu = age, busy
		}
		s.works(t)
	}
	return slowest, cpu
}

// startUp follows the next new replica.
func (s *suite) startUp(t *testing.T, known map[string]bool) (age, cpu time.Duration) {
	t.Helper()
	var fresh *corev1.Pod
	eventually(t, "a new replica", func(ctx context.Context) error {
		pods, err := s.pods(ctx)
		if err != nil {
			return err
		}
		for i := range pods {
			if !known[pods[i].Name] && len(pods[i].Status.ContainerStatuses) > 0 && containerOf(&pods[i]) != "" {
				fresh = &pods[i]
				return nil
			}
		}
		return errors.New("there is none")
	})
	eventually(t, "it to be ready", func(ctx context.Context) error {
		_, err := s.ask(ctx, fresh.Name, "8081", "readyz")
		return err
	})
	return s.age(t, fresh)
}

// ask sends a GET to a port of a replica.
func (s *suite) ask(ctx context.Context, pod, port, path string) (string, error) {
	text, err := s.clients.CoreV1().RESTClient().Get().AbsPath(fmt.Sprintf("/api/v1/namespaces/%s/pods/%s:%s/proxy/%s", namespace, pod, port, path)).DoRaw(ctx)
	return string(text), err
}

// age is for how long the process of a replica has been running, and its processor time, to a hundredth of a second.
func (s *suite) age(t *testing.T, pod *corev1.Pod) (age, cpu time.Duration) {
	t.Helper()
	process, err := processOf(t.Context(), s.node, containerOf(pod))
	if err != nil {
		t.Fatal(err)
	}
	text, err := s.node.run(t.Context(), "cat", "/proc/uptime", "/proc/"+process+"/stat")
	if err != nil {
		t.Fatal(err)
	}
	number := func(text string) float64 {
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	seconds := func(s float64) time.Duration {
		return time.Duration(s * float64(time.Second)).Round(10 * time.Millisecond)
	}
	// Fields 14, 15 and 22, in hundredths of a second: time in user and kernel mode, and the start, in the machine's uptime.
	_, stat, _ := strings.Cut(text, ") ")
	fields := strings.Fields(stat)
	uptime := number(strings.Fields(text)[0])
	return seconds(uptime - number(fields[19])/100), seconds((number(fields[11]) + number(fields[12])) / 100)
}
