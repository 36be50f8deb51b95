package parity

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/test/configurations"
	"github.com/cmkgate/cmkgate/test/generated/objects"
	"github.com/cmkgate/cmkgate/test/manifests"
)

var (
	count = flag.Int("objects", 2000, "how many objects are generated; with -short a tenth of them")
	first = flag.Uint64("seed", 0, "the seed of the first object; each further one has the next seed")
)

// third is one in how many configurations objects are generated for with -short.
const third = 3

// generatedObjects is the same with objects that nobody has
// thought of, beside others that were made likewise.
func (s *stage) generatedObjects(t *testing.T) {
	s.seen = seen{}
	schemas, err := objects.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	number := *count
	if testing.Short() {
		number = number * third / 10
	}
	all := configurations.All()
	for i, c := range all {
		if testing.Short() && i%third > 0 {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			g := &generation{judges: s.under(t, c), schemas: schemas, files: map[string]manifests.Object{}}
			g.generate(t, i, number, len(all))
			g.run(t)
		})
	}
	s.seen.check(t)
}

// generation are the objects that are evaluated under one configuration.
type generation struct {
	*judges
	schemas *objects.Schemas
	dir     string
	// files are the objects by their files; those in asked are looked up by
	// others, and so are handed to the command line one at a time.
	files  map[string]manifests.Object
	asked  []string
	beside *beside
	world  string
}

// generate makes every so manieth object, as seeds count them.
func (g *generation) generate(t *testing.T, begin, number, step int) {
	t.Helper()
	g.dir = t.TempDir()
	kinds := weighted(g.schemas)
	for i := begin; i < number; i += step {
		seed := *first + uint64(i)
		kind := kinds[seed/uint64(step)%uint64(len(kinds))]
		raw, err := json.Marshal(objects.New(g.schemas, seed).Object(kind))
		if err != nil {
			t.Fatal(err)
		}
		folder := "others"
		if isLookedUp(kind) {
			folder = "asked"
		}
		file := filepath.Join(g.dir, folder, fmt.Sprintf("seed-%d-%s.json", seed, kind.Name))
		if folder == "asked" {
			g.asked = append(g.asked, file)
		}
		g.write(t, file, raw)
	}
	g.surround(t, *first+uint64(begin))
}

func (g *generation) write(t *testing.T, file string, raw []byte) {
	t.Helper()
	read, err := manifests.NewObjects(raw)
	if err != nil {
		t.Fatal(err)
	}
	g.files[file] = read[0]
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// weighted lists kinds with key fields three times: there is more to get wrong.
func weighted(schemas *objects.Schemas) []catalog.Kind {
	out := schemas.Kinds()
	for _, kind := range schemas.Kinds() {
		if slices.ContainsFunc(catalog.Fields(), func(f catalog.Field) bool { return f.Kind == kind }) {
			out = append(out, kind, kind)
		}
	}
	return out
}

func isLookedUp(kind catalog.Kind) bool {
	return slices.ContainsFunc(catalog.Lookups(), func(l catalog.Lookup) bool { return l.Kind == kind })
}

// surround makes what is in the cluster: namespaces that choose region, account
// and overrides, and a few of each kind that is looked up.
func (g *generation) surround(t *testing.T, seed uint64) {
	t.Helper()
	world := []any{
		namespaceObject("legacy", "labels", map[string]any{"example.com/stage": "legacy"}),
		namespaceObject("fraud-eu", "annotations", map[string]any{
			"services.k8s.aws/default-region": "us-east-1", "services.k8s.aws/owner-account-id": "444455556666",
		}),
	}
	for _, l := range catalog.Lookups() {
		const each = 3
		for n := 0; n < each; seed++ {
			o := objects.New(g.schemas, ^seed).Object(l.Kind)
			metadata, _ := o["metadata"].(map[string]any)
			metadata["name"] = fmt.Sprintf("beside-%d", n)
			delete(metadata, "generateName")
			delete(metadata, "deletionTimestamp")
			delete(metadata, "managedFields")
			delete(o, "status") // of what is yet to be applied it does not count
			if len(g.schemas.Validate(t.Context(), l.Kind, o)) == 0 {
				world = append(world, o)
				n++
			}
		}
	}
	list := asJSON(map[string]any{"apiVersion": "v1", "kind": "List", "items": world})
	g.world = filepath.Join(g.dir, "world", "world.json")
	read, err := manifests.NewObjects([]byte(list))
	if err != nil {
		t.Fatal(err)
	}
	g.beside = g.judges.beside(read, nil)
	g.restore(t, []byte(list))
}

func (g *generation) restore(t *testing.T, world []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(g.world), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(g.world, world, 0o600); err != nil {
		t.Fatal(err)
	}
}

func namespaceObject(name, field string, values map[string]any) map[string]any {
	return map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name, field: values}}
}

// run evaluates the objects, fixes them, and evaluates them again.
func (g *generation) run(t *testing.T) {
	t.Helper()
	world, err := os.ReadFile(g.world)
	if err != nil {
		t.Fatal(err)
	}
	g.beside.allBut(t, -1)
	defer g.beside.clear(t)
	before := g.judgeAll(t, "as generated")
	if t.Failed() {
		return
	}
	for _, paths := range g.calls() {
		if got := g.judges.run(t, nil, "fix", append([]string{"--write"}, paths...)...); got.code > 1 {
			t.Fatalf("cmkgate fix: exit code %d\n%s", got.code, got.stderr)
		}
		g.restore(t, world)
	}
	for file := range g.files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		g.write(t, file, raw)
	}
	after := g.judgeAll(t, "as fixed")
	for file, v := range after {
		// Documents with braces of Helm are not rewritten.
		if was, ok := before[file]; ok && !bytes.Contains(was.object.Raw, []byte("{{")) {
			x := &trial{judges: g.judges, t: t}
			x.settled([]verdict{was}, []verdict{v})
			for _, d := range x.differences {
				t.Errorf("%s: %s\n%s", filepath.Base(file), d, was.object.Raw)
			}
		}
	}
}

// judgeAll returns the verdicts by file.
func (g *generation) judgeAll(t *testing.T, name string) map[string]verdict {
	t.Helper()
	results := g.checkAll(t)
	var verdicts []verdict
	var files []string
	for file, o := range g.files {
		files = append(files, file)
		verdicts = append(verdicts, verdict{object: o, results: results[file]})
	}
	t.Run(name, func(t *testing.T) {
		for i := range verdicts {
			t.Run(filepath.Base(files[i]), func(t *testing.T) {
				t.Parallel()
				x := &trial{judges: g.judges, t: t}
				v := &verdicts[i]
				if !x.agree(v, true) {
					t.Errorf("announced (-) and answered (+):\n%s\n%s\n%s", cmp.Diff(announced(v.results), v.answer), v.made.told, v.object.Raw)
				}
				for _, d := range x.differences {
					t.Error(d)
				}
			})
		}
	})
	g.seen.count(verdicts)
	out := map[string]verdict{}
	for i, file := range files {
		out[file] = verdicts[i]
	}
	return out
}

// calls are the paths of the calls of the command line: no object must be
// evaluated by another one that was generated.
func (g *generation) calls() [][]string {
	calls := [][]string{{g.world, filepath.Join(g.dir, "others")}}
	for _, file := range g.asked {
		calls = append(calls, []string{g.world, file})
	}
	return calls
}

// checkAll returns the command line's results by file.
func (g *generation) checkAll(t *testing.T) map[string][]result {
	t.Helper()
	out := map[string][]result{}
	for _, paths := range g.calls() {
		results, err := g.check(t, paths...)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			out[r.File] = append(out[r.File], r)
		}
	}
	return out
}
