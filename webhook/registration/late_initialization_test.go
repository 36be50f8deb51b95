package registration

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
)

// TestWhatACKFillsInIsKnown checks the catalog against the source of the
// controller: a field that policies read and that ACK fills in on its own
// would otherwise send ACK's write to the webhook, and make it fail with it.
func TestWhatACKFillsInIsKnown(t *testing.T) {
	known := map[string]bool{}
	for _, l := range catalog.LateInitializedFields() {
		known[strings.ToLower(l.Kind.Name+" "+l.Path)] = true
	}
	filled := filledByACK(t)
	if len(filled) < 20 {
		t.Fatalf("only %d fields found in the source", len(filled))
	}
	for _, reads := range policies.Reads(policies.All()) {
		for _, path := range reads.Paths {
			name := strings.ToLower(reads.Kind.Name + " " + path)
			for field := range filled {
				if (name == field || strings.HasPrefix(field, name+".")) && !known[name] {
					t.Errorf("%s %s: ACK fills in %s, and catalog.LateInitializations does not say so", reads.Kind.Name, path, field)
				}
			}
		}
	}
}

// filledByACK are the kinds and paths, in lower case, that the managers of
// sagemaker-controller late-initialize.
func filledByACK(t *testing.T) map[string]bool {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws-controllers-k8s/sagemaker-controller").Output()
	if err != nil {
		t.Fatal(err)
	}
	managers, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "pkg", "resource", "*", "manager.go"))
	if err != nil {
		t.Fatal(err)
	}
	assignment := regexp.MustCompile(`latestKo\.(Spec\.[A-Za-z0-9.]+) = observedKo\.`)
	fields := map[string]bool{}
	for _, file := range managers {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		kind := strings.ReplaceAll(filepath.Base(filepath.Dir(file)), "_", "")
		for _, match := range assignment.FindAllStringSubmatch(string(source), -1) {
			fields[kind+" "+strings.ToLower(match[1])] = true
		}
	}
	return fields
}
