package parity

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cmkgate/cmkgate/test/manifests"
)

// crowd is what the command line says of many units, asked once for all of them: starting it for each would take most
// of the time.
type crowd struct {
	// checked and fixed are by the text of the unit.
	checked map[string][]result
	fixed   map[string]manifests.Unit
}

// inACrowd reports whether a unit is one object that no other is evaluated by, so that many can be looked at together.
func (s *stage) inACrowd(u manifests.Unit) bool {
	if known, ok := s.crowdable.Load(u.Name); ok {
		return known == true
	}
	objects, err := u.Objects()
	_, left := leftAlone()[u.Name]
	can := err == nil && len(objects) == 1 && objects[0].OfACK() && !informs(objects[0]) && !left
	s.crowdable.Store(u.Name, can)
	return can
}

// lookAt asks the command line about those units that can be in a crowd, and has it fix them where everything is asked.
func (j *judges) lookAt(t *testing.T, units []manifests.Unit, scope func(manifests.Unit) scope) {
	t.Helper()
	j.crowd = crowd{checked: map[string][]result{}, fixed: map[string]manifests.Unit{}}
	units = slices.DeleteFunc(slices.Clone(units), func(u manifests.Unit) bool { return scope(u) == nothing || !j.inACrowd(u) })
	j.checkMany(t, units)
	units = slices.DeleteFunc(units, func(u manifests.Unit) bool { return scope(u) != everything || !j.inACrowd(u) })
	if len(units) == 0 {
		return
	}
	changed := j.fixMany(t, units)
	j.checkMany(t, changed)
	t.Run("fn", func(t *testing.T) {
		x := &trial{judges: j, t: t}
		x.functionAgrees(j.whole(units), j.whole(j.fixedOf(units)), j.resultsOf(units))
		for _, d := range x.differences {
			t.Error(d)
		}
	})
}

// checkMany has the command line check units in one call. Where it cannot read one, it is found by halves.
func (j *judges) checkMany(t *testing.T, units []manifests.Unit) {
	t.Helper()
	units = distinct(units)
	if len(units) == 0 {
		return
	}
	dir, files := writeMany(t, units)
	results, problem := j.check(t, dir)
	switch {
	case problem == nil:
		for _, u := range units {
			j.checked[string(u.Data)] = nil
		}
		for i := range results {
			text := string(files[results[i].File].Data)
			j.checked[text] = append(j.checked[text], results[i])
		}
	case len(units) == 1:
		j.crowdable.Store(units[0].Name, false)
	default:
		j.checkMany(t, units[:len(units)/2])
		j.checkMany(t, units[len(units)/2:])
	}
}

// distinct omits the texts that are there already: fixed, two units may be the same.
func distinct(units []manifests.Unit) []manifests.Unit {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(units), func(u manifests.Unit) bool {
		was := seen[string(u.Data)]
		seen[string(u.Data)] = true
		return was
	})
}

// fixMany has the command line fix units in one call, and returns those that it changed.
func (j *judges) fixMany(t *testing.T, units []manifests.Unit) []manifests.Unit {
	t.Helper()
	dir, files := writeMany(t, units)
	if got := j.run(t, nil, "fix", "--write", dir); got.code > 1 {
		t.Fatalf("cmkgate fix: exit code %d\n%s", got.code, got.stderr)
	}
	var changed []manifests.Unit
	for file, u := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		j.fixed[string(u.Data)] = manifests.Unit{Name: u.Name, Data: data}
		if !bytes.Equal(data, u.Data) {
			changed = append(changed, j.fixed[string(u.Data)])
		}
	}
	return changed
}

// writeMany puts units into a folder, and returns them by file.
func writeMany(t *testing.T, units []manifests.Unit) (dir string, files map[string]manifests.Unit) {
	t.Helper()
	dir, files = t.TempDir(), map[string]manifests.Unit{}
	for i, u := range units {
		file := filepath.Join(dir, fmt.Sprintf("unit-%04d%s", i, extension(u)))
		if err := os.WriteFile(file, u.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		files[file] = u
	}
	return dir, files
}

func (j *judges) fixedOf(units []manifests.Unit) []manifests.Unit {
	out := make([]manifests.Unit, len(units))
	for i, u := range units {
		out[i] = j.fixed[string(u.Data)]
	}
	return out
}

func (j *judges) resultsOf(units []manifests.Unit) []result {
	var out []result
	for _, u := range units {
		out = append(out, j.checked[string(u.Data)]...)
	}
	return out
}

// whole is a unit of all units.
func (j *judges) whole(units []manifests.Unit) manifests.Unit {
	out := manifests.Unit{Name: "all"}
	for _, u := range units {
		out.Data = append(append(out.Data, u.Data...), "\n---\n"...)
	}
	return out
}
