package cluster

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// bucket is a Bucket as clusters have it: labels, a policy, tags, a status.
func bucket(t testing.TB, i int) []byte {
	t.Helper()
	name := fmt.Sprintf("team-%d-data", i)
	data, err := json.Marshal(map[string]any{
		"apiVersion": catalog.S3 + "/v1alpha1", "kind": "Bucket",
		"metadata": map[string]any{
			"name": name, "namespace": fmt.Sprintf("team-%d", i), "resourceVersion": fmt.Sprint(i), "uid": fmt.Sprint("5f1b2f1e-58f6-4b22-9d0e-", i),
			"labels":      map[string]any{"app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": "Helm", "team": fmt.Sprint(i)},
			"annotations": map[string]any{"kubectl.kubernetes.io/last-applied-configuration": strings.Repeat("x", 2000)},
		},
		"spec": map[string]any{
			"name": name, "policy": strings.Repeat("x", 2000),
			"encryption": map[string]any{"rules": []any{map[string]any{"bucketKeyEnabled": true, "applyServerSideEncryptionByDefault": map[string]any{
				"sseAlgorithm": "aws:kms", "kmsMasterKeyID": "arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111",
			}}}},
			"tagging": map[string]any{"tagSet": []any{map[string]any{"key": "cost-center", "value": "4711"}}},
		},
		"status": map[string]any{"ackResourceMetadata": map[string]any{
			"arn": "arn:aws:s3:::" + name, "ownerAccountID": "111122223333", "region": "eu-west-1",
		}, "conditions": []any{map[string]any{"type": "ACK.ResourceSynced", "status": "True", "message": strings.Repeat("x", 200)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Every replica keeps every Bucket of the cluster.
func TestTenThousandBucketsStaySmall(t *testing.T) {
	const buckets, limit = 10_000, 3_000
	var trim trimmer
	for _, l := range catalog.Lookups() {
		if l.Kind.Name == "Bucket" {
			var err error
			if trim, err = trimLookup(l); err != nil {
				t.Fatal(err)
			}
		}
	}
	kept := make([]*entry, buckets)
	before := heap()
	for i := range kept {
		root, err := tree.ParseObject(bucket(t, i))
		if err != nil {
			t.Fatal(err)
		}
		kept[i] = trim(root)
	}
	each := (heap() - before) / buckets
	t.Logf("%d bytes a Bucket", each)
	if each > limit {
		t.Errorf("a Bucket takes %d bytes in the cache, want at most %d", each, limit)
	}
	runtime.KeepAlive(kept)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
