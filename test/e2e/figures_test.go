package e2e

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
)

// figures collects what was measured, as the table of docs/reliability.md.
type figures struct{ rows []figure }

type figure struct{ what, must, measured string }

// add notes a figure and fails the test where it is missed.
func (f *figures) add(t *testing.T, what, must string, met bool, measured string, args ...any) {
	t.Helper()
	row := figure{what, must, fmt.Sprintf(measured, args...)}
	if !met {
		t.Errorf("%s: target %s, but: %s", what, must, row.measured)
		row.measured = "**missed:** " + row.measured
	}
	f.rows = append(f.rows, row)
	t.Logf("%s: %s", what, row.measured)
}

// table is Markdown.
func (f *figures) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured on %d cores, cluster and load on the same machine.\n\n| what | target | measured |\n|---|---|---|\n", runtime.NumCPU())
	for _, row := range f.rows {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", row.what, row.must, row.measured)
	}
	return b.String()
}

// publish prints the table, and writes it to the file that the environment names.
func (f *figures) publish(t *testing.T) {
	t.Helper()
	fmt.Printf("\n%s\n", f.table())
	if file := os.Getenv(figuresVariable); file != "" {
		if err := os.WriteFile(file, []byte(f.table()), 0o600); err != nil {
			t.Error(err)
		}
	}
}
