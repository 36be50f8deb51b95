package cluster

import (
	"fmt"
	"testing"
	"time"

	"k8s.io/client-go/tools/cache"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
	"github.com/cmkgate/cmkgate/webhook/metrics"
)

const keyed = `"spec": {"name": "a", "encryption": {"rules": [{"applyServerSideEncryptionByDefault": {"kmsMasterKeyID": "alias/data"}}]}}`

func trimmed(t *testing.T, kind, object string) *entry {
	t.Helper()
	for _, l := range catalog.Lookups() {
		if l.Kind.Name != kind {
			continue
		}
		trim, err := trimLookup(l)
		if err != nil {
			t.Fatal(err)
		}
		root, err := tree.ParseObject([]byte(object))
		if err != nil {
			t.Fatal(err)
		}
		return trim(root)
	}
	t.Fatalf("%s is not looked up", kind)
	return nil
}

func TestAnEntryKnowsWhetherItsKeyIsApplied(t *testing.T) {
	const (
		refused = `, "status": {"conditions": [{"type": "Ready", "status": "False"}]}`
		applied = `, "status": {"conditions": [{"type": "Ready", "status": "True"}]}`
	)
	for _, tt := range []struct {
		name, kind, object string
		want               bool
	}{
		{"refused", "Bucket", `{` + keyed + refused + `}`, true},
		{"never reconciled", "Bucket", `{` + keyed + `}`, true},
		{"applied", "Bucket", `{` + keyed + applied + `}`, false},
		{"no key", "Bucket", `{"spec": {"name": "a"}` + refused + `}`, false},
		{"a key in the second rule", "Bucket", `{"spec": {"encryption": {"rules": [{}, {"applyServerSideEncryptionByDefault": {"kmsMasterKeyID": "k"}}]}}` + refused + `}`, true},
		{"a key that is no text", "Bucket", `{"spec": {"encryption": {"rules": [{"applyServerSideEncryptionByDefault": {"kmsMasterKeyID": 1}}]}}` + refused + `}`, false},
		{"being deleted", "Bucket", `{"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}, ` + keyed + refused + `}`, false},
		{"only read", "Bucket", `{"metadata": {"annotations": {"services.k8s.aws/read-only": "true"}}, ` + keyed + refused + `}`, false},
		{"an EndpointConfig", "EndpointConfig", `{"spec": {"kmsKeyID": "alias/data"}` + refused + `}`, true},
		{"a Domain", "Domain", `{"spec": {"kmsKeyID": "alias/data"}` + refused + `}`, true},
		{"a kind without key fields", "Endpoint", `{"spec": {"kmsKeyID": "alias/data"}` + refused + `}`, false},
	} {
		if got := trimmed(t, tt.kind, tt.object).unapplied; got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestOnlyWhatStaysUnappliedCounts(t *testing.T) {
	at := &clock{time.Unix(1000, 0)}
	u := &unapplied{now: at.now, since: map[string]time.Time{}}
	want := func(step string, n int) {
		t.Helper()
		if got := u.count(); got != n {
			t.Errorf("%s: %d, want %d", step, got, n)
		}
	}
	object := func(name, conditions string) *entry {
		return trimmed(t, "Bucket", fmt.Sprintf(`{"metadata": {"name": %q, "namespace": "science"}, %s, "status": {"conditions": %s}}`, name, keyed, conditions))
	}
	const failing, ready = `[{"type": "Ready", "status": "False"}]`, `[{"type": "Ready", "status": "True"}]`
	u.OnAdd(object("a", failing), true)
	u.OnAdd(object("b", failing), false)
	u.OnAdd(object("c", ready), false)
	want("just seen", 0)
	at.Time = at.Add(metrics.UnappliedAfter - time.Second)
	u.OnUpdate(nil, object("a", failing)) // ACK has tried again
	want("not long", 0)
	at.Time = at.Add(time.Second)
	want("for long", 2)
	u.OnUpdate(nil, object("b", ready))
	want("one has arrived", 1)
	u.OnUpdate(nil, object("b", failing))
	want("one begins anew", 1)
	u.OnDelete(cache.DeletedFinalStateUnknown{Key: "science/a"})
	u.OnDelete(object("b", failing))
	want("all are gone", 0)
	if len(u.since) > 0 {
		t.Errorf("remembered without need: %v", u.since)
	}
}
