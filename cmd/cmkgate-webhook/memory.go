package main

import (
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"strconv"
)

// memoryVariable names the variable that tells, in bytes, what the container may use. The chart sets it.
const memoryVariable = "CMKGATE_MEMORY_LIMIT"

// limitMemory has the garbage collector run more often before the process takes
// more than two thirds of its container: else garbage of a burst of requests
// counts as much as what is in use, and the kernel kills the replica for it. The
// rest is for what Go does not count. GOMEMLIMIT, where set, stands over it.
func limitMemory() error {
	text := os.Getenv(memoryVariable)
	if text == "" || os.Getenv("GOMEMLIMIT") != "" {
		return nil
	}
	container, err := strconv.ParseInt(text, 10, 64)
	if err != nil || container <= 0 || container > math.MaxInt64/2 {
		return fmt.Errorf("%s: %q is not a number of bytes; write one such as 134217728, or omit it", memoryVariable, text)
	}
	debug.SetMemoryLimit(container / 3 * 2)
	return nil
}

// requestMemory is what the process may use, as far as it was reported.
func requestMemory() int64 {
	const usual = 128 << 20 / 3 * 2 // the chart's limit
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		return limit
	}
	return usual
}
