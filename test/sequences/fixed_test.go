package sequences

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// readFixed reads the sequences of testdata/fixed.
func readFixed() ([]sequence, error) {
	files, err := filepath.Glob("testdata/fixed/*.yaml")
	if err != nil {
		return nil, err
	}
	var out []sequence
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var read struct {
			About string      `json:"about"`
			Steps []operation `json:"steps"`
		}
		if err := yaml.UnmarshalStrict(text, &read); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		out = append(out, sequence{name: name, about: read.About, operations: read.Steps})
	}
	return out, nil
}

// batches groups sequences that can be played together, at most so many at a time.
func batches(all []sequence, size int) [][]sequence {
	var order []string
	groups := map[string][]sequence{}
	for _, s := range all {
		key := s.globals()
		if len(groups[key]) == 0 {
			order = append(order, key)
		}
		groups[key] = append(groups[key], s)
	}
	var out [][]sequence
	for _, key := range order {
		for group := groups[key]; len(group) > 0; {
			n := min(size, len(group))
			out = append(out, group[:n])
			group = group[n:]
		}
	}
	return out
}
