package tree

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
)

// sized is a list of so many training jobs, about 4.5 KB each.
func sized(b *testing.B, jobs int) []byte {
	b.Helper()
	job := trainingJob(b)
	return fmt.Appendf(nil, "[%s]", bytes.Join(slices.Repeat([][]byte{job}, jobs), []byte(",")))
}

// BenchmarkParseJSON checks the parser against encoding/json; MB/s stays
// the same as the input grows.
func BenchmarkParseJSON(b *testing.B) {
	for _, size := range []struct {
		name string
		jobs int
	}{{"4KB", 1}, {"40KB", 9}, {"400KB", 90}} {
		data := sized(b, size.jobs)
		b.Run("tree/"+size.name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseJSON(data); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("encoding-json/"+size.name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				var v any
				if err := json.Unmarshal(data, &v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkParseJSONEscapes reads strings that are full of escapes: a pipeline
// definition is JSON within a JSON string.
func BenchmarkParseJSONEscapes(b *testing.B) {
	data, err := json.Marshal(string(sized(b, 9)))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		n, err := ParseJSON(data)
		if err != nil {
			b.Fatal(err)
		}
		if n.Text() == "" {
			b.Fatal("no text")
		}
	}
}

func BenchmarkEqual(b *testing.B) {
	for _, jobs := range []int{1, 9, 90} {
		data := sized(b, jobs)
		b.Run(fmt.Sprint(jobs), func(b *testing.B) {
			x, errX := ParseJSON(data)
			y, errY := ParseJSON(data)
			if errX != nil || errY != nil {
				b.Fatal(errX, errY)
			}
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if !Equal(x, y) {
					b.Fatal("not equal")
				}
			}
		})
	}
}
