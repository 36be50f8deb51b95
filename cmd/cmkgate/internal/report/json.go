package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/manifest"
)

// jsonWriter writes {"results": [...], "problems": [...], "summary": {...}} as
// results come, so that nothing but problems is held back.
type jsonWriter struct {
	w        io.Writer
	started  bool
	problems []problem
}

// problem is input that could not be evaluated, as programs read it.
type problem struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
}

func problemsOf(all []manifest.Problem) []problem {
	var out []problem
	for _, p := range all {
		out = append(out, problem{p.File, p.Line, p.Column, p.Text})
	}
	return out
}

func (j *jsonWriter) Write(b *Batch) error {
	j.problems = append(j.problems, problemsOf(b.Problems)...)
	for i := range b.Results {
		data, err := encode(&b.Results[i])
		if err != nil {
			return fmt.Errorf("encode a result: %w", err)
		}
		if err := write(j.w, j.separator()+"\n  "+string(data)); err != nil {
			return err
		}
	}
	return nil
}

func (j *jsonWriter) separator() string {
	if j.started {
		return ","
	}
	j.started = true
	return `{"results": [`
}

func (j *jsonWriter) Close(s Summary) error {
	head := "\n"
	if !j.started {
		head = j.separator()
	}
	tail, err := encodeTail(j.problems, s)
	if err != nil {
		return err
	}
	return write(j.w, head+"], "+tail+"}\n")
}

// encodeTail is what follows the results.
func encodeTail(problems []problem, s Summary) (string, error) {
	if problems == nil {
		problems = []problem{}
	}
	list, err := encode(problems)
	if err != nil {
		return "", fmt.Errorf("encode the problems: %w", err)
	}
	summary, err := encode(s)
	if err != nil {
		return "", fmt.Errorf("encode the summary: %w", err)
	}
	return fmt.Sprintf(`"problems": %s, "summary": %s`, list, summary), nil
}

// encode leaves <, > and & as they are: nobody puts these results into HTML. It
// escapes the control characters that JSON allows: terminals obey them, and
// YAML does not take them.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err //nolint:wrapcheck // the callers say what it was
	}
	return escapeControls(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

func escapeControls(data []byte) []byte {
	if !bytes.ContainsFunc(data, isControl) {
		return data
	}
	var out []byte
	for _, r := range string(data) {
		if isControl(r) {
			out = fmt.Appendf(out, `\u%04x`, r)
			continue
		}
		out = append(out, string(r)...)
	}
	return out
}

// isControl gives the characters that encoding/json leaves as they are, and
// that begin escape sequences or cannot stand in YAML and XML.
func isControl(r rune) bool {
	return r >= 0x7f && r <= 0x9f || r == 0xfeff || r == 0xfffe || r == 0xffff
}
