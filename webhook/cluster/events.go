package cluster

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// events decodes the events of a watch. Apimachinery's own decoder reads each of
// them three times, and a replica that starts gets one for every object there is.
type events struct{}

// Decode fills in the event and leaves its object to the decoder of the kind,
// which reads it before the next event takes its place in the buffer.
func (events) Decode(data []byte, _ *schema.GroupVersionKind, into runtime.Object) (runtime.Object, *schema.GroupVersionKind, error) {
	event, ok := into.(*metav1.WatchEvent)
	if !ok {
		return nil, nil, fmt.Errorf("decode an event of a watch into %T", into)
	}
	if event.Type, event.Object.Raw, ok = cutEvent(data); ok {
		return event, nil, nil
	}
	if err := json.Unmarshal(data, event); err != nil {
		return nil, nil, fmt.Errorf("read an event of a watch: %w", err)
	}
	return event, nil, nil
}

// cutEvent takes an event apart that is written as API servers write it. Whether
// the object is JSON is for its own decoder to say.
func cutEvent(data []byte) (kind string, object []byte, ok bool) {
	rest, ok := bytes.CutPrefix(data, []byte(`{"type":"`))
	if !ok {
		return "", nil, false
	}
	name, rest, ok := bytes.Cut(rest, []byte(`","object":`))
	if !ok || bytes.ContainsAny(name, `"\`) {
		return "", nil, false
	}
	object, ok = bytes.CutSuffix(bytes.TrimSpace(rest), []byte("}"))
	return string(name), object, ok
}

// Encode is never called: caches only read.
func (events) Encode(runtime.Object, io.Writer) error { return errors.New("caches only read") }

// Identifier tells decoders of different bytes apart; this one writes none.
func (events) Identifier() runtime.Identifier { return "cmkgate-events" }

// lines frames the events of a watch: API servers write each as one line of JSON,
// within which a line break is always escaped (apimachinery, json.Serializer).
type lines struct{}

// NewFrameReader reads one line a frame.
func (lines) NewFrameReader(r io.ReadCloser) io.ReadCloser {
	const size = 64 << 10
	return &lineReader{Closer: r, buffer: bufio.NewReaderSize(r, size)}
}

// NewFrameWriter writes nothing of its own.
func (lines) NewFrameWriter(w io.Writer) io.Writer { return w }

type lineReader struct {
	io.Closer
	buffer *bufio.Reader
	// begun: a part of the line was read already.
	begun bool
}

// Read reads the rest of a line, or as much of it as fits with io.ErrShortBuffer.
func (l *lineReader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if _, err := l.buffer.Peek(1); err != nil {
			if l.begun && errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return 0, err //nolint:wrapcheck // readers of frames look at it
		}
		there, _ := l.buffer.Peek(l.buffer.Buffered())
		line, _, whole := bytes.Cut(there, []byte("\n"))
		taken := copy(p[n:], line)
		n += taken
		l.begun = l.begun || taken > 0
		if whole && taken == len(line) {
			_, _ = l.buffer.Discard(taken + 1) // it is buffered
			if !l.begun {
				continue
			}
			l.begun = false
			return n, nil
		}
		_, _ = l.buffer.Discard(taken)
	}
	return n, io.ErrShortBuffer
}
