package parity

import (
	"bytes"
	"flag"
	"hash/fnv"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/test/apiserver"
	"github.com/cmkgate/cmkgate/test/configurations"
	"github.com/cmkgate/cmkgate/test/manifests"
)

var everywhere = flag.Bool("everywhere", false, "evaluate every manifest under every configuration, not only under some")

// TestTheCommandLineAndTheWebhookGiveOneJudgement asks one API server about everything.
func TestTheCommandLineAndTheWebhookGiveOneJudgement(t *testing.T) {
	s := newStage(t)
	t.Run("EveryManifest", s.everyManifest)
	t.Run("GeneratedObjects", s.generatedObjects)
	t.Run("ManifestsOfAnyShape", s.anyShape) // last: from there on the API server takes every shape
}

// everyManifest goes through every manifest of the tree and of the ACK modules.
func (s *stage) everyManifest(t *testing.T) {
	s.seen = seen{}
	s.everywhere(t, everyUnit(t))
	s.seen.check(t)
	if t.Failed() || testing.Short() {
		return
	}
	for name, why := range leftAlone() {
		if _, needed := s.leftAlone.Load(name); !needed {
			t.Errorf("%s needs no exception any more (%s)", name, why)
		}
	}
}

// anyShape takes what the API server refuses itself to one that does not,
// without schemas on either side: fixtures omit what they are not about.
func (s *stage) anyShape(t *testing.T) {
	s.seen = seen{}
	units := everyUnit(t)
	minimal := &judges{stage: s, config: "../../config/samples/minimal.yaml"}
	minimal.lookAt(t, units, func(manifests.Unit) scope { return judgement })
	units = slices.DeleteFunc(units, func(u manifests.Unit) bool { return !minimal.refuses(t, u) })
	s.open(t)
	s.everywhere(t, units)
	s.seen.check(t)
	if s.seen.outcomes[refused] > s.seen.objects/10 {
		t.Error("too many are refused all the same")
	}
}

// refuses says by the command line's word whether the API server itself refuses
// any of a unit.
func (j *judges) refuses(t *testing.T, u manifests.Unit) bool {
	t.Helper()
	results, problem := j.checkUnit(t, u)
	return problem == nil && slices.ContainsFunc(results, func(r result) bool { return r.Policy == schema && r.Mode == "Enforce" })
}

// everywhere tries units under all configurations.
func (s *stage) everywhere(t *testing.T, units []manifests.Unit) {
	t.Helper()
	all := configurations.All()
	for i, c := range all {
		t.Run(c.Name, func(t *testing.T) {
			s.under(t, c).units(t, units, func(u manifests.Unit) scope { return scopeOf(u, all, i) })
		})
	}
}

// Some of what is asked of a unit under a configuration.
type scope int

const (
	nothing scope = iota
	// judgement is that check and the webhook agree.
	judgement
	// everything is that fix and fn agree with them, too.
	everything
)

// scopeOf chooses configurations for a unit: what is shipped and one more for
// everything; for the evaluation also what denies the most, and what injects
// nothing, since of what is injected nobody hears the policy.
func scopeOf(u manifests.Unit, all []configurations.Configuration, i int) scope {
	switch chosen := 1 + int(hashOf(u)%uint32(len(all)-1)); {
	case *everywhere || i == 0 || i == chosen:
		return everything
	case all[i].Name == "everything enforced" || all[i].Name == "no injection":
		return judgement
	}
	return nothing
}

// hashOf is the same for a fixture in an archive as for one in a folder.
func hashOf(u manifests.Unit) uint32 {
	hash, name := fnv.New32a(), u.Name
	if strings.HasPrefix(name, "policies/testdata/") {
		name = strings.Replace(name, ".txtar#", "/", 1)
	}
	hash.Write([]byte(name))
	return hash.Sum32()
}

// units tries units of which each stands alone in parallel; what others are
// evaluated by would get in their way.
func (j *judges) units(t *testing.T, units []manifests.Unit, scope func(manifests.Unit) scope) {
	t.Helper()
	j.lookAt(t, units, scope)
	for _, alone := range []bool{true, false} {
		t.Run(map[bool]string{true: "alone", false: "beside others"}[alone], func(t *testing.T) {
			for _, u := range units {
				asked := scope(u)
				if asked == nothing {
					continue
				}
				if objects, _ := u.Objects(); alone != (len(objects) < 2) {
					continue
				}
				t.Run(u.Name, func(t *testing.T) {
					if alone {
						t.Parallel()
					}
					for _, d := range j.try(t, u, asked) {
						t.Error(d)
					}
				})
			}
		})
	}
}

// leftAlone are the manifests that cmkgate fix leaves to a person, though it
// knows what belongs there, with the reason.
func leftAlone() map[string]string {
	const refused = "cmd/cmkgate/testdata/script/fix_refused.txtar#"
	return map[string]string{
		refused + "template.yaml": "a document with braces of Helm is not rewritten",
		refused + "some.yaml":     "a comment stands in the way",
		refused + "shared.yaml":   "an anchor shares the value with another place",
		refused + "text.yaml":     "an anchor shares the definition with another place",
	}
}

// try holds check, and if it is asked fix and fn, against the API server, and
// returns the differences.
func (j *judges) try(t *testing.T, u manifests.Unit, asked scope) []string {
	t.Helper()
	x := &trial{judges: j, t: t}
	before := x.judge(u)
	j.seen.count(before)
	if len(before) == 0 || len(x.differences) > 0 || asked == judgement {
		return x.differences
	}
	results, fixed := x.results, x.fix(t, u)
	after := before
	if !bytes.Equal(u.Data, fixed.Data) {
		after = x.judge(fixed)
	}
	if _, ok := leftAlone()[u.Name]; ok {
		if slices.ContainsFunc(after, func(v verdict) bool { return hasFix(v.results) }) {
			j.leftAlone.Store(u.Name, true)
			return x.differences
		}
	}
	x.settled(before, after)
	if !j.inACrowd(u) { // lookAt has asked for all of those at once
		x.functionAgrees(u, fixed, results)
	}
	return x.differences
}

func hasFix(results []result) bool {
	return slices.ContainsFunc(results, func(r result) bool { return len(r.Fix) > 0 })
}

// sample is one in how many units are tried with -short.
const sample = 6

// everyUnit is every manifest of the tree and of the ACK modules, each text once;
// with -short some of them.
func everyUnit(t *testing.T) []manifests.Unit {
	t.Helper()
	root, err := apiserver.ModuleRoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	units, err := manifests.Tree(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	acks, err := manifests.ACK(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var out []manifests.Unit
	for _, u := range append(units, acks...) {
		u.Data = []byte(strings.NewReplacer("$SCENE", "scene", "$INSTANCE", "ml.m5.xlarge").Replace(string(u.Data))) // of test/ack
		if text := strings.TrimSpace(string(u.Data)); !seen[text] {
			seen[text] = true
			out = append(out, u)
		}
	}
	if testing.Short() {
		out = slices.DeleteFunc(out, func(u manifests.Unit) bool { return (hashOf(u)>>16)%sample > 0 })
	}
	return out
}
