package main

import (
	"io"
	"strings"
	"testing"
)

// panicWriter stands for a defect.
type panicWriter struct{}

func (panicWriter) Write([]byte) (int, error) { panic("oh") }

func TestInternalErrorsHaveTheirExitCode(t *testing.T) {
	var stderr strings.Builder
	code := run([]string{"policies"}, strings.NewReader(""), panicWriter{}, &stderr)
	if code != exitInternal || !strings.Contains(stderr.String(), "cmkgate: internal error: oh\n") || !strings.Contains(stderr.String(), "Please report it") {
		t.Errorf("exit code %d\n%s", code, stderr.String())
	}
}

func TestAFullDiskIsTold(t *testing.T) {
	dir := t.TempDir()
	writeJobs(t, dir, 3)
	var stderr strings.Builder
	code := run([]string{"check", "--config", dir + "/cmkgate.yaml", dir}, strings.NewReader(""), failingWriter{}, &stderr)
	if code != exitBadInput || !strings.Contains(stderr.String(), "write results: short write") {
		t.Errorf("exit code %d\n%s", code, stderr.String())
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrShortWrite }
