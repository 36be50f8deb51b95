package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// TestMemoryDoesNotGrowWithTheNumberOfFiles compares the peak of the heap for
// 400 and for 4,000 files, and bounds that for a stream of many documents.
func TestMemoryDoesNotGrowWithTheNumberOfFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	// Other tests run commands that set it.
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	var peaks []uint64
	for _, n := range []int{400, 4000} {
		dir := t.TempDir()
		writeJobs(t, dir, n)
		peaks = append(peaks, peakHeap(func() {
			code := run([]string{"check", "--config", filepath.Join(dir, "cmkgate.yaml"), dir}, strings.NewReader(""), io.Discard, io.Discard)
			if code != exitClean {
				t.Errorf("exit code %d", code)
			}
		}))
	}
	config := filepath.Join(t.TempDir(), "cmkgate.yaml")
	writeJobs(t, filepath.Dir(config), 0)
	stream := peakHeap(func() {
		if code := run([]string{"check", "--config", config, "-"}, &documentStream{n: 8000, document: trainingJob}, io.Discard, io.Discard); code != exitClean {
			t.Errorf("exit code %d", code)
		}
	})
	file := filepath.Join(t.TempDir(), "buckets.yaml")
	text, err := io.ReadAll(&documentStream{n: 10000, document: bucket})
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	buckets := peakHeap(func() {
		if code := run([]string{"check", "--config", config, file}, nil, io.Discard, io.Discard); code != exitClean {
			t.Errorf("exit code %d", code)
		}
	})
	t.Logf("peak heap: 400 files %d KiB, 4000 files %d KiB, a stream of 8000 jobs %d KiB, a file of 10000 buckets %d KiB",
		peaks[0]>>10, peaks[1]>>10, stream>>10, buckets>>10)
	const (
		garbage = 12 << 20 // of a moment
		enough  = 32 << 20 // the stream has 25 MB
		// of each Bucket is kept what others are judged by, and each of them has findings
		enoughForBuckets = 56 << 20
	)
	if peaks[1] > peaks[0]+garbage {
		t.Errorf("with the files the peak of the heap grows from %d to %d bytes", peaks[0], peaks[1])
	}
	if stream > enough {
		t.Errorf("a stream needs %d bytes", stream)
	}
	if buckets > enoughForBuckets {
		t.Errorf("a file of Buckets needs %d bytes", buckets)
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
