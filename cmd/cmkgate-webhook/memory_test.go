package main

import (
	"runtime/debug"
	"strings"
	"testing"
)

func TestMemoryStaysBelowTwoThirdsOfTheContainer(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	for name, c := range map[string]struct {
		container, own string
		want           int64
	}{
		"no limit":         {"", "", before},
		"a limit":          {"134217729", "", 89478486},
		"a person's words": {"134217729", "64MiB", before},
	} {
		t.Run(name, func(t *testing.T) {
			debug.SetMemoryLimit(before)
			t.Setenv(memoryVariable, c.container)
			t.Setenv("GOMEMLIMIT", c.own)
			if err := limitMemory(); err != nil {
				t.Fatal(err)
			}
			if got := debug.SetMemoryLimit(-1); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

func TestAMemoryLimitThatIsNoneIsTold(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "")
	for _, text := range []string{"128Mi", "0", "-1", "99999999999999999999"} {
		t.Setenv(memoryVariable, text)
		if err := limitMemory(); err == nil || !strings.HasPrefix(err.Error(), memoryVariable+": ") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
