package webhook

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// TestManyWarningsBeginWithTheirNumber: API servers drop those at the end silently.
func TestManyWarningsBeginWithTheirNumber(t *testing.T) {
	for _, c := range []struct {
		count, lines int
		first        string
	}{
		{9, 9, "spec.a0: "},
		{10, 11, "cmkgate has 10 warnings for this object; "},
		{1000, 21, "cmkgate has 1000 warnings for this object; "},
	} {
		var findings []policies.Finding
		var edits []policies.Edit
		for i := range c.count {
			path := tree.Path{tree.Key("spec"), tree.Key(fmt.Sprint("a", i))}
			findings = append(findings, policies.Finding{Path: path, Problem: "no key.", Mode: policies.Warn}, policies.Finding{Path: path, Mode: policies.Audit})
			edits = append(edits, policies.Edit{Path: path, Value: "arn"})
		}
		got := findingWarnings(findings)
		if len(got) != c.lines || !strings.HasPrefix(got[0], c.first) {
			t.Errorf("%d findings: %d warnings, the first %q", c.count, len(got), got[0])
		}
		got = editWarnings("cmkgate set ", edits)
		if counted := got[0] == fmt.Sprintf("cmkgate set %d fields", c.count); len(got) != c.lines || counted != (c.count > 9) {
			t.Errorf("%d edits: %d warnings, the first %q", c.count, len(got), got[0])
		}
	}
}
