package check

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/schema"
	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
)

func newChecker(t testing.TB) *Checker {
	t.Helper()
	cfg, err := config.Load("cmkgate.yaml", []byte("apiVersion: cmkgate.io/v1alpha1\nkind: Config\naws: {region: eu-west-1}\n"+
		"defaultKeys: [{arn: 'arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111'}]\n"), policies.All())
	if err != nil {
		t.Fatal(err)
	}
	evaluator, err := policies.New(policies.All(), cfg.Settings)
	if err != nil {
		t.Fatal(err)
	}
	return &Checker{Evaluator: evaluator, Schemas: schema.New(), Schema: SchemaEnforce, Workers: 2}
}

// TestMemoryDoesNotGrowWithTheNumberOfFiles compares what is in use at few and at
// many files. A file costs its name and the hash of its object; a Bucket, which any
// file may refer to, what others are checked by.
func TestMemoryDoesNotGrowWithTheNumberOfFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const few, many = 500, 8000
	job := strings.Repeat("  - {key: tag, value: value}\n", 40)
	for _, tt := range []struct {
		name, manifest string
		enough         int // bytes a file
	}{
		{"jobs", "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: TrainingJob\nmetadata:\n  name: job-%05d\nspec:\n  trainingJobName: x\n  tags:\n" + job, 80},
		{"deployments", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-%05d\nspec:\n  tags:\n" + job, 40},
		{"buckets", "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata:\n  name: b-%05[1]d\nspec:\n  name: b-%05[1]d\n", 640},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, b := inUse(t, tt.manifest, few), inUse(t, tt.manifest, many)
			perFile := (b - a) / (many - few)
			t.Logf("in use: %d KiB with %d files, %d KiB with %d, %d bytes a file", a>>10, few, b>>10, many, perFile)
			if perFile > tt.enough {
				t.Errorf("a file more takes %d bytes, want at most %d", perFile, tt.enough)
			}
		})
	}
}

// inUse is the most that a check of n files has in use, looked at every so often.
func inUse(t *testing.T, format string, n int) int {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("file-%05d.yaml", i)), fmt.Appendf(nil, format, i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var stats runtime.MemStats
	look := func() int {
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return int(stats.HeapAlloc)
	}
	before, peak, batches := look(), 0, 0
	summary, err := newChecker(t).Check(&manifest.Input{Paths: []string{dir}}, func(*report.Batch, *report.Summary) error {
		batches++
		if batches == 1 || batches%(n/10) == 0 {
			peak = max(peak, look())
		}
		return nil
	})
	peak = max(peak, look())
	if err != nil || summary.Files != n || summary.Errors > 0 {
		t.Fatalf("%+v, error %v", summary, err)
	}
	return peak - before
}

// TestObjectsAreParsedAtMostTwice holds that the first pass leaves alone what says
// nothing of others, and the second parses once.
func TestObjectsAreParsedAtMostTwice(t *testing.T) {
	for _, tt := range []struct {
		name, manifest string
		want           int64
	}{
		{"TrainingJob", "apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: TrainingJob\nmetadata: {name: a}\nspec: {}\n", 1},
		{"Bucket", "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata: {name: b}\nspec: {name: b}\n", 2},
		{"Namespace", "apiVersion: v1\nkind: Namespace\nmetadata: {name: c}\n", 1},
		{"Deployment", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n", 0},
	} {
		file := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(file, []byte(tt.manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		input := &manifest.Input{Paths: []string{file}}
		_, err := newChecker(t).Check(input, func(*report.Batch, *report.Summary) error { return nil })
		if got := input.Parses.Load(); err != nil || got != tt.want {
			t.Errorf("%s is parsed %d times, want %d; error %v", tt.name, got, tt.want, err)
		}
	}
}
