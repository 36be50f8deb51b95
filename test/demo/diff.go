package main

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// diff says in what a stored object differs from its manifest.
type diff struct {
	// lines are YAML: what changed, and the parents that lead there.
	lines []line
	// changes holds a value for each leaf that was added, by its path.
	changes map[string]string
	// lost holds the paths of what the manifest said and the stored object says otherwise, or not at all.
	lost []string
}

type line struct {
	sign byte // '+' added, '-' lost, ' ' a parent
	text string
}

func compare(applied, stored map[string]any) diff {
	d := diff{changes: map[string]string{}}
	if !reflect.DeepEqual(applied, stored) {
		d.parent(0, "spec:")
		d.maps("spec", 1, applied, stored)
	}
	return d
}

func (d *diff) maps(path string, depth int, applied, stored map[string]any) {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(applied)), maps.Keys(stored))
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		was, had := applied[key]
		is, has := stored[key]
		at := path + "." + key
		switch {
		case had && has:
			d.values(at, key+":", depth, was, is)
		case has:
			d.added(at, depth, entry(key, is), is)
		case had:
			d.removed(at, depth, entry(key, was))
		}
	}
}

// values compares what stands behind the same key, or at the same place of a list.
func (d *diff) values(path, key string, depth int, was, is any) {
	if reflect.DeepEqual(was, is) {
		return
	}
	wasMap, wasOK := was.(map[string]any)
	isMap, isOK := is.(map[string]any)
	if wasOK && isOK {
		d.parent(depth, key)
		d.maps(path, depth+1, wasMap, isMap)
		return
	}
	wasList, wasOK := was.([]any)
	isList, isOK := is.([]any)
	if wasOK && isOK && len(wasList) == len(isList) {
		d.parent(depth, key)
		for i := range isList {
			d.values(fmt.Sprintf("%s[%d]", path, i), "-", depth, wasList[i], isList[i])
		}
		return
	}
	d.removed(path, depth, entry(key, was))
	d.added(path, depth, entry(key, is), is)
}

// entry is what stands in YAML as the key, or as the dash of a list, and the value behind it.
func entry(key string, value any) any {
	if key == "-" {
		return []any{value}
	}
	return map[string]any{strings.TrimSuffix(key, ":"): value}
}

func (d *diff) parent(depth int, text string) {
	d.lines = append(d.lines, line{' ', strings.Repeat("  ", depth) + text})
}

func (d *diff) added(path string, depth int, entry, value any) {
	d.write('+', depth, entry)
	d.leaves(path, value)
}

func (d *diff) removed(path string, depth int, entry any) {
	d.write('-', depth, entry)
	d.lost = append(d.lost, path)
}

func (d *diff) write(sign byte, depth int, entry any) {
	text, err := yaml.Marshal(entry)
	if err != nil {
		text = fmt.Appendf(nil, "%v", entry) // came out of YAML or JSON, so this is not to be expected
	}
	for row := range strings.Lines(string(text)) {
		d.lines = append(d.lines, line{sign, strings.Repeat("  ", depth) + strings.TrimSuffix(row, "\n")})
	}
}

func (d *diff) leaves(path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for key, below := range value {
			d.leaves(path+"."+key, below)
		}
	case []any:
		for i, below := range value {
			d.leaves(fmt.Sprintf("%s[%d]", path, i), below)
		}
	default:
		d.changes[path] = fmt.Sprint(value)
	}
}

// against lists in what the additions differ from those wanted.
func (d *diff) against(want map[string]string) []string {
	var problems []string
	for _, path := range slices.Sorted(maps.Keys(want)) {
		switch have, ok := d.changes[path]; {
		case !ok:
			problems = append(problems, fmt.Sprintf("%s should have been injected: %s", path, want[path]))
		case have != want[path]:
			problems = append(problems, fmt.Sprintf("%s should be %s", path, want[path]))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(d.changes)) {
		if _, ok := want[path]; !ok {
			problems = append(problems, path+" should not have been injected")
		}
	}
	for _, path := range d.lost {
		problems = append(problems, path+" is not what the manifest says")
	}
	return problems
}
