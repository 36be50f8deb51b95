package secret

import "testing"

// FuzzFind holds the detector to what must be so for any input: it ends, names
// each place in the text once, and Find and Scan agree.
func FuzzFind(f *testing.F) {
	for name, text := range hostileTexts(200) {
		f.Add(name, text)
	}
	for _, format := range tokenFormats() {
		f.Add("DB_PASSWORD", format.instance())
	}
	f.Add("HF_TOKEN", `export A="b"; curl -H 'Authorization: Bearer x' https://u:p@h/?sig=a`)
	f.Add("spark.secret.key", `{"name": "DB_PASSWORD", "value": "hunter2"}`)
	f.Add("é", "\xff\x00password=\xff\xff\xff\xff")
	d := New()
	f.Fuzz(func(t *testing.T, name, text string) {
		s := d.Scan(text)
		last, found := -1, 0
		for {
			m, ok := s.Next()
			if !ok {
				break
			}
			if m.Offset <= last || m.Offset >= len(text) || m.What == "" {
				t.Fatalf("%+v after offset %d in %q", m, last, text)
			}
			last = m.Offset
			found++
		}
		if found > len(text)/4 {
			t.Fatalf("%d secrets in %d bytes", found, len(text))
		}
		what, ok := d.Find(name, text)
		if ok != (what != "") || found > 0 && !ok {
			t.Fatalf("Find(%q, %q) is %q, %v, and Scan finds %d", name, text, what, ok, found)
		}
	})
}
