package generated

import (
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	webhookplugin "k8s.io/apiserver/pkg/admission/plugin/webhook"
	"k8s.io/apiserver/pkg/cel/environment"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/ack"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/tree"
	"github.com/cmkgate/cmkgate/test/generated/objects"
)

// TestTheModelOfACKSaysTheSameInGoAndInCEL holds every predicate and transition
// of policies/ack against its CEL twin, over objects at every stage of their
// way through ACK.
func TestTheModelOfACKSaysTheSameInGoAndInCEL(t *testing.T) {
	schemas, err := objects.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const enough = 4000 // for the rarest of them to be seen both ways
	twins := newTwins()
	held := map[string][2]int{}
	for i := range max(number()/20, enough) {
		seed := *first + uint64(i)
		kinds := policies.Reads(policies.All())
		kind := kinds[seed%uint64(len(kinds))].Kind
		g := objects.New(schemas, seed)
		old := g.Staged(kind, g.Object(kind))
		now := g.Staged(kind, runtime.DeepCopyJSON(old))
		if seed%5 == 0 {
			old, now = g.Adopted(kind, old), g.Adopted(kind, now)
		}
		if seed%3 == 0 {
			now, _ = g.Change(kind, now)
		}
		a, b := ack.Object{Kind: kind, Root: tree.FromValue(now)}, ack.Object{Kind: kind, Root: tree.FromValue(old)}
		for _, p := range ack.Predicates() {
			twins.compare(t, seed, kind, p.Name, p.CEL("object"), p.Holds(a), now, old, held)
		}
		for _, x := range ack.Transitions() {
			twins.compare(t, seed, kind, x.Name, x.CEL(kind), x.Holds(a, b), now, old, held)
		}
	}
	for name, count := range held {
		if count[0] < 10 || count[1] < 10 {
			t.Errorf("%s: held %d times and failed to %d times, too few to prove anything", name, count[1], count[0])
		}
	}
}

// twins are compiled expressions, each as the only match condition of a webhook.
type twins struct {
	compiler cel.ConditionCompiler
	compiled map[string]conditions
}

func newTwins() *twins {
	return &twins{
		compiler: cel.NewConditionCompiler(environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())),
		compiled: map[string]conditions{},
	}
}

func (w *twins) compare(t *testing.T, seed uint64, kind catalog.Kind, name, expression string, want bool, now, old map[string]any, held map[string][2]int) {
	t.Helper()
	c, ok := w.compiled[expression]
	if !ok {
		c = conditions{"twin": {}}
		w.compiled[expression] = c
	}
	if c["twin"][kind] == nil {
		hook := webhookplugin.NewValidatingWebhookAccessor("", "", &admissionregistrationv1.ValidatingWebhook{
			MatchConditions: []admissionregistrationv1.MatchCondition{{Name: "twin", Expression: expression}},
		})
		c["twin"][kind] = hook.GetCompiledMatcher(w.compiler)
	}
	got, err := c.about(t.Context(), "twin", kind, now, old)
	if err != nil {
		t.Fatalf("seed %d, %s, %s: %v\n%s", seed, kind.Name, name, err, expression)
	}
	if got != want {
		t.Fatalf("seed %d, %s: %s is %t in Go and %t in CEL\n%s\nnow %v\nold %v", seed, kind.Name, name, want, got, expression, now, old)
	}
	count := held[name]
	count[index(want)]++
	held[name] = count
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}
