package sequences

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/test/ack/controllers"
)

var handlings = flag.Bool("handlings", false, "prove that sequences fail without the handlings of testdata/handlings.yaml (minutes)")

// handling is something that cmkgate does for the sake of a sequence, and what it would be not to do it.
type handling struct {
	Name  string `json:"name"`
	Edits []edit `json:"edits"`
	// Sequence is the fixed sequence that fails then; or Seed the generated one.
	Sequence string `json:"sequence,omitempty"`
	Seed     int64  `json:"seed,omitempty"`
}

// edit takes a part of the handling away.
type edit struct {
	// File is the source, from the root of the repository. Snippet stands in it exactly once; Without is put in its place.
	File    string `json:"file"`
	Snippet string `json:"snippet"`
	Without string `json:"without"`
}

// TestHandlings shows that the invariants can fail: it builds cmkgate without one handling after the other, from a copy of
// the source that the compiler is told to take instead, and expects that the handling's sequence fails.
func TestHandlings(t *testing.T) {
	all, err := readHandlings()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range all {
		t.Run(strings.ReplaceAll(h.Name, " ", "-"), func(t *testing.T) {
			overlay := h.overlay(t)
			if !*handlings {
				return // that the snippets are there is checked still
			}
			controllers.Need(t)
			if output, found := h.fails(t, overlay); !found {
				t.Errorf("nothing fails without it:\n%s", output)
			}
		})
	}
}

func readHandlings() (all []handling, err error) {
	text, err := os.ReadFile("testdata/handlings.yaml")
	if err != nil {
		return nil, err
	}
	err = yaml.UnmarshalStrict(text, &all)
	return all, err
}

// overlay writes the files without the handling, and what gives the compiler of them.
func (h *handling) overlay(t *testing.T) string {
	t.Helper()
	dir, changed := t.TempDir(), map[string]string{}
	for i, e := range h.Edits {
		source, err := filepath.Abs(filepath.Join("..", "..", e.File))
		if err != nil {
			t.Fatal(err)
		}
		from := source
		if earlier, ok := changed[source]; ok {
			from = earlier
		}
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), e.Snippet); n != 1 {
			t.Fatalf("the snippet is in %s %d times, want once; the handling has moved, or is gone:\n%s", e.File, n, e.Snippet)
		}
		changed[source] = filepath.Join(dir, fmt.Sprintf("changed%d.go", i))
		without := strings.Replace(string(text), e.Snippet, e.Without, 1)
		if err := os.WriteFile(changed[source], []byte(without), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	replace, err := json.Marshal(map[string]any{"Replace": changed})
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, replace, 0o600); err != nil {
		t.Fatal(err)
	}
	return overlay
}

// fails runs this suite with the overlay, for the test that makes the registration and for the webhook that it builds. It
// reports whether the sequence failed; that it could not be built does not count.
func (h *handling) fails(t *testing.T, overlay string) (output string, found bool) {
	t.Helper()
	args := []string{"test", "-count=1", ".", "-v", "-run", "^TestFixed$", "-args", "-only", h.Sequence}
	if h.Sequence == "" {
		args = []string{"test", "-count=1", ".", "-v", "-run", "^TestGenerated$", "-args", "-n", "1", "-shrink", "0", "-seed", fmt.Sprint(h.Seed)}
	}
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Env = append(os.Environ(), "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -overlay="+overlay))
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err := command.Run()
	output = out.String()
	for line := range strings.Lines(output) {
		if strings.Contains(line, broken) {
			t.Log(strings.TrimSpace(line))
			found = true
		}
	}
	return output, err != nil && found
}
