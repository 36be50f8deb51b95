package cluster

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/serializer/streaming"
)

// eventsOf decodes a stream as client-go does.
func eventsOf(t *testing.T, r io.Reader) (got []metav1.WatchEvent, err error) {
	t.Helper()
	decoder := streaming.NewDecoder(lines{}.NewFrameReader(io.NopCloser(r)), events{})
	for {
		var event metav1.WatchEvent
		if _, _, err = decoder.Decode(nil, &event); err != nil {
			return got, err
		}
		event.Object.Raw = bytes.Clone(event.Object.Raw)
		got = append(got, event)
	}
}

func TestEventsAreReadWhateverTheirLengthAndForm(t *testing.T) {
	t.Parallel()
	long := `{"spec":{"policy":"` + strings.Repeat(`a\n\"`, 50_000) + `"}}`
	stream := `{"type":"ADDED","object":{"kind":"Bucket"}}` + "\n\n" +
		`{"type":"MODIFIED","object":` + long + "}\n" +
		`{"object":{"kind":"Bucket"},"type":"DELETED"}` + "\n" +
		`{ "type" : "BOOKMARK", "object" : {"metadata":{"name":"\",\"object\":"}} }` + "\n"
	for name, r := range map[string]io.Reader{
		"at once": strings.NewReader(stream), "byte by byte": iotest.OneByteReader(strings.NewReader(stream)), "in halves": iotest.HalfReader(strings.NewReader(stream)),
	} {
		got, err := eventsOf(t, r)
		if err != io.EOF { //nolint:errorlint // client-go compares it so
			t.Errorf("%s: %v", name, err)
		}
		var types []string
		for _, e := range got {
			types = append(types, e.Type)
		}
		if diff := cmp.Diff([]string{"ADDED", "MODIFIED", "DELETED", "BOOKMARK"}, types); diff != "" {
			t.Fatalf("%s:\n%s", name, diff)
		}
		if string(got[1].Object.Raw) != long || string(got[2].Object.Raw) != `{"kind":"Bucket"}` {
			t.Errorf("%s: the objects are not those of the stream", name)
		}
	}
}

func TestAStreamThatBreaksOffIsAnError(t *testing.T) {
	t.Parallel()
	for _, stream := range []string{`{"type":"ADDED","object":{"ki`, "nonsense\n"} {
		if got, err := eventsOf(t, strings.NewReader(stream)); err == nil || err == io.EOF || len(got) > 0 { //nolint:errorlint // client-go compares it so
			t.Errorf("%q: %v, %v", stream, got, err)
		}
	}
}

// FuzzEvent checks the short way against encoding/json.
func FuzzEvent(f *testing.F) {
	f.Add([]byte(`{"type":"ADDED","object":{"kind":"Bucket"}}`))
	f.Add([]byte(`{"type":"ADDED","object":{},"type":"DELETED"}`))
	f.Add([]byte(`{"type":"A\u0044DED","object":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		kind, object, ok := cutEvent(data)
		if !ok || !json.Valid(object) { // which the kind's decoder says
			return
		}
		var want metav1.WatchEvent
		if err := json.Unmarshal(data, &want); err != nil || want.Type != kind || !bytes.Equal(bytes.TrimSpace(want.Object.Raw), bytes.TrimSpace(object)) {
			t.Errorf("%q is an event of type %q with %q (%v); got %q with %q", data, want.Type, want.Object.Raw, err, kind, object)
		}
	})
}
