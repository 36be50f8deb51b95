package iam

import "testing"

// BenchmarkParse reads the policy of an ordinary bucket.
func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(example); err != nil {
			b.Fatal(err)
		}
	}
}
