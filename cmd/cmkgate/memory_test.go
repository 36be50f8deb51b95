package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"
)

// TestMemoryDoesNotGrowWithTheNumberOfFiles compares the peak of the heap for
// few and for 10,000 files, and bounds that for a stream of many documents.
func TestMemoryDoesNotGrowWithTheNumberOfFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	few, many := t.TempDir(), t.TempDir()
	writeJobs(t, few, 400)
	writeJobs(t, many, 10000)
	const stream = 8000
	for _, tt := range []struct {
		name string
		args []string
		code int
		// enough bounds the stream, which is 24 MB: check has 25 MB, fix 35 MB.
		enough uint64
	}{
		{"check", []string{"check"}, exitClean, 32 << 20},
		{"fix", []string{"fix", "--diff"}, exitFindings, 64 << 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// Commands set it, for all tests.
			defer debug.SetGCPercent(debug.SetGCPercent(100))
			peak := func(dir string, stdin io.Reader, path string) uint64 {
				args := append(slices.Clip(tt.args), "--config", filepath.Join(dir, "cmkgate.yaml"), path)
				return peakHeap(func() {
					if code := run(args, stdin, io.Discard, io.Discard); code != tt.code {
						t.Errorf("exit code %d", code)
					}
				})
			}
			a, b := peak(few, nil, few), peak(many, nil, many)
			c := peak(few, &documentStream{n: stream, document: trainingJob}, "-")
			t.Logf("peak heap: 400 files %d KiB, 10000 files %d KiB, a stream of %d documents %d KiB", a>>10, b>>10, stream, c>>10)
			const garbage = 32 << 20 // of a moment, on a busy machine; all files, parsed, are more than 100 MB
			if b > a+garbage {
				t.Errorf("with the files the peak of the heap grows from %d to %d bytes", a, b)
			}
			if c > tt.enough {
				t.Errorf("a stream needs %d bytes", c)
			}
		})
	}
}

// TestFindingsOfAFileNeedNotFitIntoMemory bounds the heap for a file of Buckets. Of
// each is kept what others are evaluated by, and each has findings.
func TestFindingsOfAFileNeedNotFitIntoMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	dir := t.TempDir()
	writeJobs(t, dir, 0)
	file := filepath.Join(dir, "buckets.yaml")
	text, err := io.ReadAll(&documentStream{n: 10000, document: bucket})
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	peak := peakHeap(func() {
		if code := run([]string{"check", "--config", filepath.Join(dir, "cmkgate.yaml"), file}, nil, io.Discard, io.Discard); code != exitClean {
			t.Errorf("exit code %d", code)
		}
	})
	t.Logf("peak heap: a file of 10000 Buckets %d KiB", peak>>10)
	if peak > 56<<20 {
		t.Errorf("a file of Buckets needs %d bytes", peak)
	}
}

// documentStream is standard input with n documents.
type documentStream struct {
	n        int
	document func(i int) []byte
	rest     []byte
}

func bucket(i int) []byte {
	return fmt.Appendf(nil, "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata:\n  name: b%[1]d\nspec:\n  name: b%[1]d\n", i)
}

func (s *documentStream) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		if s.n == 0 {
			return 0, io.EOF
		}
		s.n--
		s.rest = append(s.document(s.n), "---\n"...)
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// peakHeap is how much the heap grows while work runs.
func peakHeap(work func()) uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	before, peak := stats.HeapAlloc, stats.HeapAlloc
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
				runtime.ReadMemStats(&stats)
				peak = max(peak, stats.HeapAlloc)
			}
		}
	}()
	work()
	close(stop)
	<-stopped
	return peak - before
}
