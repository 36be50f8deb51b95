package secret

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		New()
	}
}

// BenchmarkFind evaluates what SageMaker's containers are usually told.
func BenchmarkFind(b *testing.B) {
	d := New()
	for _, v := range []struct{ name, value string }{
		{"SAGEMAKER_SUBMIT_DIRECTORY", "s3://bucket/prefix/sourcedir.tar.gz"},
		{"learning_rate", "0.001"},
		{"HF_MODEL_ID", "meta-llama/Llama-2-7b-chat-hf"},
		{"HUGGING_FACE_HUB_TOKEN", "${HF_TOKEN}"},
		{"DB_PASSWORD", "correct-horse-battery"},
	} {
		b.Run(v.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.Find(v.name, v.value)
			}
		})
	}
}

// BenchmarkScan reads long texts, friendly and hostile: MB/s stays in the same order.
func BenchmarkScan(b *testing.B) {
	d := New()
	for name, text := range hostileTexts(1 << 20) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				for s := d.Scan(text); ; {
					if _, ok := s.Next(); !ok {
						break
					}
				}
			}
		})
	}
}

// hostileTexts are made to be slow: each begins something again and again that
// a careless reader would follow to the end each time.
func hostileTexts(size int) map[string]string {
	units := map[string]string{
		"script":         "echo \"install the packages\"; pip install -q transformers==4.40.0 --no-cache-dir\n",
		"token prefixes": "ghp_ sk-ant- AKIA eyJ xoxb- ",
		"long tokens":    "ghp-", "JWT parts": "eyJhbGciOiJIUzI.", "PEM": "-----BEGIN ", "dashes": "-", "one word": "a", "dots": "a.", "escapes": `\`, "quotes": `"`,
		"URLs": "a://a:", "at signs": "a://a:b@", "assignments": "password=", "quoted": `password="`, "colons": "password: ", "flags": "--password ", "names": "secret_", "JSON names": `"name":"`,
		"authorization": "authorization=Bearer ", "equal signs": "=", "blanks": "password        ", "camel": "aB", "slashes": "password=a/",
	}
	out := map[string]string{}
	for name, unit := range units {
		out[name] = strings.Repeat(unit, size/len(unit))
	}
	var many strings.Builder
	for i := 0; many.Len() < size; i++ {
		fmt.Fprintf(&many, "export DB_PASSWORD_%d=hunter%d\n", i, i)
	}
	out["secrets"] = many.String()
	return out
}
