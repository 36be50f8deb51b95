package parallel

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func numbers(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func TestInOrder(t *testing.T) {
	var got []int
	err := InOrder(4, numbers(1000), func() func(int) int {
		return func(i int) int {
			if i%100 == 0 {
				time.Sleep(time.Millisecond) // the others overtake
			}
			return i
		}
	}, func(i int) error {
		got = append(got, i)
		return nil
	})
	if err != nil || len(got) != 1000 || !slices.IsSorted(got) {
		t.Errorf("got %d results, in order: %v; error %v", len(got), slices.IsSorted(got), err)
	}
}

func TestInOrderStopsAtAnError(t *testing.T) {
	produced, done := 0, 0
	full := errors.New("disk full")
	items := func(yield func(int) bool) {
		for produced = 0; produced < 1e6 && yield(produced); produced++ {
		}
	}
	err := InOrder(2, items, func() func(int) int { return func(i int) int { return i } }, func(i int) error {
		done++
		if i == 10 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || done != 11 || produced > 1e5 {
		t.Errorf("error %v after %d results, %d items made", err, done, produced)
	}
}

// TestPanicsBecomeErrors holds that a defect, wherever it strikes, ends the
// program in an orderly way.
func TestPanicsBecomeErrors(t *testing.T) {
	fine := func() func(int) int { return func(i int) int { return i } }
	bad := func() func(int) int {
		return func(i int) int {
			if i == 3 {
				panic("oh")
			}
			return i
		}
	}
	items := func(yield func(int) bool) {
		yield(1)
		panic("oh")
	}
	for name, err := range map[string]error{
		"worker":   InOrder(2, numbers(100), bad, func(int) error { return nil }),
		"producer": InOrder(2, items, fine, func(int) error { return nil }),
	} {
		var panicked *PanicError
		if !errors.As(err, &panicked) || !strings.Contains(err.Error(), "oh\n") || !strings.Contains(err.Error(), "parallel_test.go") {
			t.Errorf("%s: got %v, want a panic and where it happened", name, err)
		}
	}
}

func TestInGroups(t *testing.T) {
	for _, n := range []int{0, 1, 3, 4, 7} {
		var got []int
		for group := range InGroups(3, numbers(n)) {
			if len(group) == 0 || len(group) > 3 {
				t.Errorf("%d items: a group of %d", n, len(group))
			}
			got = append(got, group...)
		}
		if want := slices.Collect(numbers(n)); !slices.Equal(got, want) {
			t.Errorf("%d items: got %v", n, got)
		}
	}
	for range InGroups(3, numbers(7)) {
		break // nobody has to read to the end
	}
}
