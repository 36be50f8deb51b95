package main

import (
	"io"
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
		if code := run([]string{"check", "--config", config, "-"}, &jobStream{n: 8000}, io.Discard, io.Discard); code != exitClean {
			t.Errorf("exit code %d", code)
		}
	})
	t.Logf("peak heap: 400 files %d KiB, 4000 files %d KiB, a stream of 8000 documents %d KiB", peaks[0]>>10, peaks[1]>>10, stream>>10)
	const (
		garbage = 12 << 20 // of a moment
		enough  = 32 << 20 // the stream has 25 MB
	)
	if peaks[1] > peaks[0]+garbage {
		t.Errorf("with the files the peak of the heap grows from %d to %d bytes", peaks[0], peaks[1])
	}
	if stream > enough {
		t.Errorf("a stream needs %d bytes", stream)
	}
}

// jobStream is standard input with n TrainingJobs.
type jobStream struct {
	n    int
	rest []byte
}

func (s *jobStream) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		if s.n == 0 {
			return 0, io.EOF
		}
		s.n--
		s.rest = append(trainingJob(s.n), "---\n"...)
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
