package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// jsonWriter writes {"results": [...], "summary": {...}} as results come, so
// that nothing is held back.
type jsonWriter struct {
	w       io.Writer
	started bool
}

func (j *jsonWriter) Write(results []Result) error {
	for i := range results {
		data, err := encode(&results[i])
		if err != nil {
			return fmt.Errorf("encode a result: %w", err)
		}
		if _, err := fmt.Fprintf(j.w, "%s\n  %s", j.separator(), data); err != nil {
			return fmt.Errorf("write results: %w", err)
		}
	}
	return nil
}

// encode leaves <, > and & as they are: nobody puts these results into HTML.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err //nolint:wrapcheck // the callers say what it was
}

func (j *jsonWriter) separator() string {
	if j.started {
		return ","
	}
	j.started = true
	return `{"results": [`
}

func (j *jsonWriter) Close(s Summary) error {
	data, err := encode(s)
	if err != nil {
		return fmt.Errorf("encode the summary: %w", err)
	}
	head := "\n"
	if !j.started {
		head = j.separator()
	}
	if _, err := fmt.Fprintf(j.w, "%s], \"summary\": %s}\n", head, data); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}
