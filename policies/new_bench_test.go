package policies_test

import (
	"testing"

	"github.com/cmkgate/cmkgate/policies"
)

// BenchmarkNew prepares an evaluator, which the command line does once a run.
func BenchmarkNew(b *testing.B) {
	s := settings()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := policies.New(policies.All(), s); err != nil {
			b.Fatal(err)
		}
	}
}
