// Package parallel runs work on several goroutines and hands out its results in
// order.
package parallel

import (
	"fmt"
	"iter"
	"runtime/debug"
	"sync"
)

// PanicError is a panic of a worker, told to the goroutine that waits for it.
type PanicError struct {
	value any
	stack []byte
}

// Error is what the worker panicked with, and where.
func (e *PanicError) Error() string { return fmt.Sprintf("%v\n%s", e.value, e.stack) }

// Catch turns a panic into an error.
func Catch(work func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &PanicError{r, debug.Stack()}
		}
	}()
	work()
	return nil
}

// InGroups hands out up to n items at a time, for work that takes no longer than
// to hand it over.
func InGroups[T any](n int, items iter.Seq[T]) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		var group []T
		for item := range items {
			if group = append(group, item); len(group) < n {
				continue
			}
			if !yield(group) {
				return
			}
			group = make([]T, 0, n)
		}
		if len(group) > 0 {
			yield(group)
		}
	}
}

// InOrder runs work on every item, on several goroutines, and hands the results
// to done in the order of the items. A bounded number of items is under way at
// any time, however many there are. Each goroutine makes its own work function,
// which may keep buffers.
func InOrder[T, R any](workers int, items iter.Seq[T], newWork func() func(T) R, done func(R) error) error {
	type result struct {
		value R
		err   error
	}
	type job struct {
		item   T
		result chan result
	}
	var (
		todo    = make(chan job, 2*workers)
		waiting = make(chan chan result, 4*workers)
		stop    = make(chan struct{})
		wg      sync.WaitGroup
	)
	wg.Go(func() {
		defer close(waiting)
		defer close(todo)
		err := Catch(func() {
			for item := range items {
				j := job{item, make(chan result, 1)}
				select {
				case <-stop:
					return
				case waiting <- j.result:
					todo <- j
				}
			}
		})
		if err != nil {
			failed := make(chan result, 1)
			failed <- result{err: err}
			waiting <- failed
		}
	})
	for range workers {
		wg.Go(func() {
			work := newWork()
			for j := range todo {
				var r result
				r.err = Catch(func() { r.value = work(j.item) })
				j.result <- r
			}
		})
	}
	defer wg.Wait()
	var err error
	for next := range waiting {
		r := <-next
		if err != nil {
			continue // what was under way when the work was stopped
		}
		if err = r.err; err == nil {
			err = done(r.value)
		}
		if err != nil {
			close(stop)
		}
	}
	return err
}
