package tree

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
)

// plain is a tree as encoding/json decodes it with numbers left alone.
func plain(n *Node) any {
	switch n.Kind() {
	case Map:
		m := map[string]any{}
		for i := range n.Len() {
			m[n.At(i).Key()] = plain(n.At(i))
		}
		return m
	case List:
		l := make([]any, n.Len())
		for i := range l {
			l[i] = plain(n.At(i))
		}
		return l
	case String:
		return n.Str()
	case Number:
		return json.Number(n.Text())
	case Bool:
		return n.True()
	default:
		return nil
	}
}

func decodeJSON(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("encoding/json calls %q valid and does not decode it: %v", data, err)
	}
	return v
}

// agreesWithEncodingJSON is the contract of ParseJSON.
func agreesWithEncodingJSON(t *testing.T, data []byte) {
	t.Helper()
	got, err := ParseJSON(data)
	if valid := json.Valid(data); valid != (err == nil) {
		t.Fatalf("ParseJSON(%q): %v, and encoding/json says valid = %v", data, err, valid)
	}
	if err != nil {
		if got != nil {
			t.Fatalf("ParseJSON(%q) returns a tree beside the error %v", data, err)
		}
		return
	}
	want := decodeJSON(t, data)
	if !reflect.DeepEqual(want, plain(got)) { // cmp takes forever on deep values
		t.Fatalf("ParseJSON(%.1000q) is\n%.1000v\nin encoding/json, not\n%.1000v", data, want, plain(got))
	}
	if !Equal(FromValue(want), FromValue(plain(got))) {
		t.Fatalf("FromValue of what encoding/json makes of %q is not Equal to the parsed tree", data)
	}
}

func hostileJSON() []string {
	return []string{
		``, ` `, `null`, ` true `, `false`, `tru`, `truex`, `nul`, `nulll`, `True`,
		`0`, `-0`, `-`, `01`, `1.`, `.5`, `1.5`, `1e5`, `1E+5`, `1e-05`, `1e`, `1e+`, `+1`, `0x10`, `1_0`, `1e999`, `- 1`, `NaN`, `1 2`,
		`123456789012345678901234567890.123456789`,
		`""`, `"a"`, `"a`, `"`, `"\`, `"\"`, `"\"quoted\" and \\ and \/ and \b\f\n\r\t"`, `"\u0041\u00e9\u20ac"`, `"\u"`, `"\u12"`, `"\u12g4"`, `"\u+123"`, `"\U0041"`,
		`"\x41"`, `"\'"`, `"\0"`, "\"tab\there\"", "\"\x00\"", "\"\x1f\"", "\"\x7f\"", "\"line\nbreak\"",
		`"\ud83d\ude00"`, `"\ud83d"`, `"\ude00\ud83d"`, `"\ud83d\ud83d\ude00"`, `"\ud83dx"`, `"\ud83d\n"`, `"\ud83d\u0041"`, `"\ud83d\u00`,
		"\"\xff\"", "\"\xff\xfe\xfd\"", "\"a\xc3\"", "\"\xc3\x28\"", "\"\xed\xa0\x80\"", "\"\xf0\x9f\x98\"", "\"\\n\xff\xff\"", "{\"\xff\": 1}", "\xff", "[\xff]", "\"\uFFFD\"", "\ufeff{}",
		`[]`, `[ ]`, `[1]`, `[1,]`, `[,1]`, `[1 2]`, `[1`, `[`, `]`, `[[[]]]`, `[1}`, `[null,true,false,"",0,{},[]]`,
		`{}`, `{ }`, `{"a":1}`, `{"a":1,}`, `{,"a":1}`, `{"a" 1}`, `{"a":}`, `{"a"}`, `{a:1}`, `{1:1}`, `{"a":1`, `{"a":`, `{"a"`, `{"`, `{`, `}`, `{"a":1]`, `{null:1}`, `{"a":1 "b":2}`,
		`{"a":{"":[1]}}`, `{"a":{"":[}]}}`, `{"metadata":{"managedFields":[1]}}`, `{"metadata":{"managedFields":[}]}}`, `{"a":1,"a":2}`, `{"a":{"b":1},"a":{"c":2}}`, `{"a":1,"\u0061":2}`, `{"":""}`, `{"\u0000":"\u0000"}`, `{"a\"b":"c\"d"}`, `{"a":1}{"b":2}`, `{"a":1} x`, `{"a":1}` + "\x00", "\v{}", "\u00a0{}",
		`{"a":{"b":[{"c":null},{"c":[1,[2,[3]]]}],"d":"e"},"f":[{},{}],"g":{"h":{"i":{}}}}`,
		strings.Repeat("[", 10000) + strings.Repeat("]", 10000),
		strings.Repeat("[", 10001) + strings.Repeat("]", 10001),
		strings.Repeat(`{"a":`, 10000) + "1" + strings.Repeat("}", 10000),
		strings.Repeat(`{"a":`, 10001) + "1" + strings.Repeat("}", 10001),
		strings.Repeat("[", 100000),
		`["` + strings.Repeat("x", 1<<20) + `"]`,
		`[` + strings.Repeat("1,", 5000) + `1]`,
		`[` + strings.Repeat("[1,2],", 500) + `{}]`,
	}
}

func TestParseJSONAgreesWithEncodingJSON(t *testing.T) {
	for _, s := range hostileJSON() {
		agreesWithEncodingJSON(t, []byte(s))
	}
	object := trainingJob(t)
	for end := range object { // truncated anywhere
		if _, err := ParseJSON(object[:end]); err == nil && end < len(bytes.TrimSpace(object)) {
			t.Errorf("an object that ends after %d bytes is accepted", end)
		}
	}
	agreesWithEncodingJSON(t, object)
}

func FuzzParseJSON(f *testing.F) {
	for _, s := range hostileJSON() {
		if len(s) < 1000 {
			f.Add([]byte(s))
		}
	}
	f.Fuzz(agreesWithEncodingJSON)
}

func TestParseJSONNamesTheOffsetOfAnError(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`{"a":1,}`, `unexpected '}' where a field name is expected at offset 7`},
		{`{"a" 1}`, `unexpected '1' after a field name at offset 5`},
		{`{"a":x}`, `unexpected 'x' where a value is expected at offset 5`},
		{`{"a":1 "b":2}`, `unexpected '"' in object at offset 7`},
		{`[1 2]`, `unexpected '2' in array at offset 3`},
		{`1.x`, `unexpected 'x' in a number at offset 2`},
		{`"a\x"`, `unexpected '\\' in a string: not an escape sequence at offset 2`},
		{"\"a\tb\"", `unexpected '\t' in a string at offset 2`},
		{`{} {}`, `unexpected '{' after the value at offset 3`},
		{`é`, `unexpected 'é' where a value is expected at offset 0`},
		{``, `unexpected end of JSON at offset 0`},
		{`{"a":`, `unexpected end of JSON at offset 5`},
		{`[1`, `unexpected end of JSON at offset 2`},
		{`-`, `unexpected end of JSON at offset 1`},
		{strings.Repeat("[", 10001), `JSON is nested more than 10000 levels deep at offset 10000`},
	} {
		_, err := ParseJSON([]byte(tt.in))
		if err == nil || err.Error() != tt.want {
			t.Errorf("ParseJSON(%.20q)\n got %v\nwant %s", tt.in, err, tt.want)
		}
	}
}

func TestParseJSONDoesNotShareTheCallersBytes(t *testing.T) {
	data := []byte(`{"key":"value"}`)
	n, err := ParseJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	copy(data, `{"xxx":"yyyyy"}`)
	if got := n.Get("key").Str(); got != "value" {
		t.Errorf("after the caller reused its buffer the tree says %q", got)
	}
}

func trainingJob(tb testing.TB) []byte {
	tb.Helper()
	data, err := os.ReadFile("testdata/trainingjob.json")
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func TestParseTextKnowsLinesAndColumns(t *testing.T) {
	root, err := ParseText("\n {\"a\": [1,\n\t\"é\", {}],\r\n\"b\" : null}")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][2]int{"": {2, 2}, "a": {2, 8}, "a[0]": {2, 9}, "a[1]": {3, 2}, "a[2]": {3, 8}, "b": {4, 7}} {
		if line, column := root.Find(MustPath(path)).Position(); line != want[0] || column != want[1] {
			t.Errorf("%q is at %d:%d, want %v", path, line, column, want)
		}
	}
	plain, err := ParseJSON([]byte("\n1"))
	if line, column := plain.Position(); err != nil || line != 0 || column != 0 {
		t.Errorf("%v: what came over the wire has a position: %d:%d", err, line, column)
	}
}
