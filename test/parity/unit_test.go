package parity

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cmkgate/cmkgate/test/manifests"
)

// trial is one unit on its way through both.
type trial struct {
	*judges
	t           *testing.T
	differences []string
	// results are those of the unit that was evaluated last.
	results []result
}

func (x *trial) differ(format string, args ...any) {
	x.differences = append(x.differences, fmt.Sprintf(format, args...))
}

// verdict is what both said of one object of a unit, when they agreed.
type verdict struct {
	at      int
	object  manifests.Object
	results []result
	answer  answer
	made    made
}

// write puts a unit into a file.
func write(t *testing.T, u manifests.Unit) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "unit"+extension(u))
	if err := os.WriteFile(file, u.Data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func extension(u manifests.Unit) string {
	if strings.HasSuffix(u.Name, ".json") {
		return ".json"
	}
	return ".yaml"
}

// judge has both sides evaluate the objects of a unit, in the presence of each other.
func (x *trial) judge(u manifests.Unit) []verdict {
	x.results = nil
	objects, unreadable := u.Objects()
	results, problem := x.checkUnit(x.t, u)
	switch {
	case unreadable != nil:
		if problem == nil && !slices.ContainsFunc(results, func(r result) bool { return r.Mode == "Enforce" }) {
			x.differ("kubectl cannot read it, and the command line lets it pass: %v\n%s", unreadable, u.Data)
		}
		return nil
	case problem != nil:
		if !strings.Contains(problem.Error(), "is a duplicate key in this object") { // kubectl takes the last
			x.differ("kubectl reads it, and the command line does not: %v\n%s", problem, u.Data)
		}
		return nil
	case repeats(objects):
		return x.oneByOne(u.Name, objects)
	}
	return x.together(objects, results)
}

// repeats reports whether two of the objects are one to an API server.
func repeats(objects []manifests.Object) bool {
	seen := map[string]bool{}
	for _, o := range objects {
		id := pathOf(o) + "/" + o.Name()
		if seen[id] {
			return true
		}
		seen[id] = true
	}
	return false
}

func (x *trial) oneByOne(name string, objects []manifests.Object) []verdict {
	var out []verdict
	var results []result
	for i, o := range objects {
		for _, v := range x.judge(manifests.Unit{Name: name, Data: o.Raw}) {
			v.at = i
			out = append(out, v)
		}
		results = append(results, x.results...)
	}
	x.results = results
	return out
}

func (x *trial) together(objects []manifests.Object, results []result) []verdict {
	x.results = results
	b := x.beside(objects, results)
	defer b.clear(x.t)
	var out []verdict
	for i, o := range objects {
		if !o.OfACK() {
			continue
		}
		if len(objects) > 1 {
			b.allBut(x.t, i)
		}
		v := verdict{at: i, object: o, results: of(o, results)}
		if x.agree(&v, len(objects) > 1) {
			out = append(out, v)
			continue
		}
		x.differ("%s, announced (-) and answered (+):\n%s\n%s\n%s", o, cmp.Diff(announced(v.results), v.answer), v.made.told, o.Raw)
	}
	return out
}

func of(o manifests.Object, results []result) []result {
	var out []result
	for _, r := range results {
		if r.Kind == o.Kind() && r.Name == o.Name() && (r.Namespace == namespaceOf(o) || o.Kind() == "Namespace") {
			out = append(out, r)
		}
	}
	return out
}

// agree asks the API server and reports whether it says what the command
// line announces. What it knows of other objects reaches the webhook's
// caches a moment after it was stored: if there are others it is asked
// again.
func (x *trial) agree(v *verdict, again bool) bool {
	x.needNamespace(x.t, namespaceOf(v.object))
	want, unknownFields := announced(v.results), strict
	if want.Outcome != refused && mayBeOfNewerACK(v.results) {
		// The command line only warns of it. The API server refuses it, or drops it
		// where it is not asked to be strict.
		x.answer(v, strict)
		if v.answer.Outcome != refused {
			x.differ("%s: the command line does not know what the API server knows", v.object)
		}
		x.answer(v, lenient)
		if v.answer.Outcome == refused {
			return true // the kind is unknown as a whole
		}
		unknownFields = lenient
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		x.answer(v, unknownFields)
		if want.Outcome != refused && v.made.onlyStatus() {
			x.answer(v, lenient) // what stands in the status is nobody's wish, and the command line does not look at it
		}
		if cmp.Equal(want, v.answer) || x.schemas == off && v.answer.Outcome == refused { // its metadata or its kind
			return true
		}
		if !again && v.answer.Outcome != retry || time.Now().After(deadline) {
			return false
		}
	}
}

func (x *trial) answer(v *verdict, unknownFields string) {
	var err error
	if v.answer, v.made, err = x.ask(x.t.Context(), v.object, unknownFields); err != nil {
		x.t.Fatalf("%v\n%s", err, v.object.Raw)
	}
}

// mayBeOfNewerACK reports whether the command line warns of a kind or a field
// that it does not know.
func mayBeOfNewerACK(results []result) bool {
	return slices.ContainsFunc(results, func(r result) bool {
		return r.Policy == schema && r.Mode == "Warn" && strings.HasPrefix(r.Reason, "unknown-")
	})
}
