package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/report"
	"github.com/cmkgate/cmkgate/policies"
)

// checker judges files in two passes: the first learns what the manifests say
// of each other, the second judges. No file is held longer than it takes.
type checker struct {
	evaluator *policies.Evaluator
	namespace string
	workers   int
	stdin     io.Reader
	stderr    io.Writer
	writers   []report.Writer

	input []byte // standard input, which both passes read
}

// outcome is what one file came to.
type outcome struct {
	objects  int
	results  []report.Result
	problems []manifest.Problem
}

func (c *checker) check(args []string) (report.Summary, error) {
	var summary report.Summary
	files, problems := manifest.Files(args)
	c.complain(&summary, problems)
	if err := c.readStdin(files); err != nil {
		return summary, err
	}
	world := manifest.NewWorld()
	// What cannot be read is told by the second pass.
	err := c.inOrder(files, func(s *manifest.Splitter, file string) outcome {
		c.read(s, file, manifest.Visitor{Object: world.Add, Problem: func(manifest.Problem) {}, Wanted: world.Wanted})
		return outcome{}
	}, func(outcome) error { return nil })
	if err != nil {
		return summary, err
	}
	world.Sort()

	err = c.inOrder(files, func(s *manifest.Splitter, file string) outcome { return c.judge(s, file, world) },
		func(o outcome) error { return c.write(&summary, o) })
	if err != nil {
		return summary, err
	}
	summary.Files = len(files)
	for _, w := range c.writers {
		if err := w.Close(summary); err != nil {
			return summary, err
		}
	}
	if len(files) == 0 && summary.Errors == 0 {
		fmt.Fprintln(c.stderr, "cmkgate: no manifests (*.yaml, *.yml, *.json) found") //nolint:errcheck // a remark
	}
	return summary, nil
}

func (c *checker) readStdin(files []string) error {
	for _, f := range files {
		if f == manifest.Stdin && c.input == nil {
			data, err := io.ReadAll(c.stdin)
			if err != nil {
				return fmt.Errorf("read standard input: %w", err)
			}
			c.input = data
		}
	}
	return nil
}

// read hands a file's objects to the visitor.
func (c *checker) read(s *manifest.Splitter, file string, v manifest.Visitor) {
	if file == manifest.Stdin {
		manifest.Read(s, "stdin", bytes.NewReader(c.input), v)
		return
	}
	f, err := os.Open(file)
	if err != nil {
		v.Problem(manifest.Problem{File: file, Text: fmt.Sprintf("cannot be read: %v.", err)})
		return
	}
	defer f.Close() //nolint:errcheck // nothing was written
	manifest.Read(s, file, f, v)
}

func (c *checker) judge(s *manifest.Splitter, file string, world policies.World) outcome {
	var out outcome
	c.read(s, file, manifest.Visitor{
		Object: func(o *manifest.Object) {
			if !c.evaluator.Judges(o.Group, o.Kind) {
				return
			}
			out.objects++
			if o.Namespace == "" {
				o.Namespace = c.namespace
			}
			findings := c.evaluator.Evaluate(o.Object, nil, world)
			for i := range findings {
				out.results = append(out.results, report.NewResult(o, &findings[i]))
			}
		},
		Problem: func(p manifest.Problem) { out.problems = append(out.problems, p) },
	})
	return out
}

func (c *checker) write(s *report.Summary, o outcome) error {
	s.Objects += o.objects
	for i := range o.results {
		s.Count(&o.results[i])
	}
	c.complain(s, o.problems)
	if len(o.results) == 0 {
		return nil
	}
	for _, w := range c.writers {
		if err := w.Write(o.results); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) complain(s *report.Summary, problems []manifest.Problem) {
	for _, p := range problems {
		fmt.Fprintln(c.stderr, p) //nolint:errcheck // it counts in the exit code too
	}
	s.Errors += len(problems)
}

// inOrder runs work for every file on the workers and hands the outcomes on in
// the order of the files. A bounded number of outcomes waits at any time.
func (c *checker) inOrder(files []string, work func(*manifest.Splitter, string) outcome, done func(outcome) error) error {
	type job struct {
		file   string
		result chan outcome
	}
	jobs := make(chan job)
	queue := make(chan chan outcome, 16*c.workers)
	var wg sync.WaitGroup
	for range c.workers {
		wg.Go(func() {
			var s manifest.Splitter
			for j := range jobs {
				j.result <- work(&s, j.file)
			}
		})
	}
	go func() {
		for _, f := range files {
			j := job{f, make(chan outcome, 1)}
			queue <- j.result
			jobs <- j
		}
		close(jobs)
		close(queue)
	}()
	var err error
	for result := range queue {
		if o := <-result; err == nil {
			err = done(o)
		}
	}
	wg.Wait()
	return err
}
