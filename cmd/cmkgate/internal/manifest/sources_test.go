package manifest

import (
	"fmt"
	"testing"
)

// TestNamesOfManyFilesAreKeptInFewBytes also holds that each is found by its number.
func TestNamesOfManyFilesAreKeptInFewBytes(t *testing.T) {
	var s sources
	name := func(i int) string { return fmt.Sprintf("deploy/team-%d/app-%05d.yaml", i/1000, i) }
	const n = 5000
	for i := range n {
		src := source{file: name(i), large: i%7 == 0}
		if i == 70 {
			src.problem = &Problem{Text: "x"}
		}
		s.add(&src)
	}
	next := 0
	for i, src := range s.from(0) {
		if i != next || src.file != name(i) || src.large != (i%7 == 0) || (src.problem != nil) != (i == 70) {
			t.Fatalf("source %d is %+v", i, src)
		}
		next++
	}
	for _, i := range []int{0, 1, 63, 64, 65, 4095, n - 1} {
		if got := s.name(i); got != name(i) {
			t.Errorf("source %d is called %q", i, got)
		}
	}
	if next != n || s.name(n) != "" {
		t.Errorf("%d sources, and another one called %q", next, s.name(n))
	}
	if perFile := len(s.names) / n; perFile > 12 {
		t.Errorf("%d bytes a file", perFile)
	}
}
