package fix

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
)

// TestObjectsAreParsedFewTimes counts. What is changed is parsed once more, as proof.
// What others are checked by is parsed for what it says, and for what it will say.
func TestObjectsAreParsedFewTimes(t *testing.T) {
	for _, tt := range []struct {
		name, manifest string
		fixes          int
		want           int64
	}{
		{"a job that needs a fix", "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: NotebookInstance\nmetadata: {name: a}\n" +
			"spec: {notebookInstanceName: a, instanceType: ml.t3.medium, roleARN: R, kmsKeyID: alias/aws/s3}\n", 1, 2},
		{"a Bucket", "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata: {name: b}\nspec: {name: b}\n", 1, 5},
		{"a Namespace", "apiVersion: v1\nkind: Namespace\nmetadata: {name: c}\n", 0, 1},
		{"somebody else's", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n", 0, 0},
	} {
		file := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(file, []byte(tt.manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		input := &manifest.Input{Paths: []string{file}}
		f, fixes := newFixer(t), 0
		f.Workers = 1
		known, err := f.CollectFacts(input)
		if err == nil {
			known, err = f.WhenFixed(input, known)
		}
		if err == nil {
			err = f.Files(t.Context(), input, known, false, func(p Piece) error {
				fixes += len(p.Fixes)
				return nil
			})
		}
		if got := input.Parses.Load(); err != nil || fixes < tt.fixes || got != tt.want {
			t.Errorf("%s: %d fixes, parsed %d times, want %d; error %v", tt.name, fixes, got, tt.want, err)
		}
	}
}
