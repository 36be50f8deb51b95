package parity

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/cmkgate/cmkgate/policies/tree"
)

// auditLog reads the API server's audit log as it grows.
type auditLog struct {
	path string

	mu     sync.Mutex
	read   int64
	events map[string]event
}

// event is what the tests read of an audit event.
type event struct {
	ID          string            `json:"auditID"`
	Annotations map[string]string `json:"annotations"`
}

// of waits for the event of a request.
func (l *auditLog) of(ctx context.Context, id string) (event, error) {
	for range 1000 {
		found, ok, err := l.find(id)
		if ok || err != nil {
			return found, err
		}
		select {
		case <-ctx.Done():
			return event{}, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return event{}, fmt.Errorf("the audit log has no event %s", id)
}

func (l *auditLog) find(id string) (event, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.events[id]; !ok {
		if err := l.readOn(); err != nil {
			return event{}, false, err
		}
	}
	found, ok := l.events[id]
	delete(l.events, id)
	return found, ok, nil
}

func (l *auditLog) readOn() error {
	file, err := os.Open(l.path)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Seek(l.read, io.SeekStart); err != nil {
		return err
	}
	lines := bufio.NewReader(file)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return nil // what has no end yet is for the next time
		}
		l.read += int64(len(line))
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("audit log: %w", err)
		}
		if strings.HasPrefix(e.ID, "parity-") {
			l.events[e.ID] = e
		}
	}
}

// annotation is what one of cmkgate's webhooks annotated.
func (e event) annotation(name string) string {
	for key, value := range e.Annotations {
		if strings.HasSuffix(key, ".cmkgate.io/"+name) {
			return value
		}
	}
	return ""
}

// patch is the JSON patch of the mutating webhook, and the values that it sets by JSON pointer.
func (e event) patch() ([]byte, map[string]string, error) {
	set := map[string]string{}
	var whole []byte
	for key, value := range e.Annotations {
		if !strings.HasPrefix(key, "patch.webhook.admission.k8s.io/round_0") {
			continue
		}
		var told struct {
			Patch json.RawMessage `json:"patch"`
		}
		if err := json.Unmarshal([]byte(value), &told); err != nil {
			return nil, nil, fmt.Errorf("audit log, %s: %w", key, err)
		}
		var operations []struct {
			Op    string `json:"op"`
			Path  string `json:"path"`
			Value any    `json:"value"`
		}
		if err := json.NewDecoder(bytes.NewReader(told.Patch)).Decode(&operations); err != nil {
			return nil, nil, fmt.Errorf("audit log, %s: %w", key, err)
		}
		whole = told.Patch
		for _, o := range operations {
			if o.Op == "remove" { // the webhook removes nothing
				set[o.Path] = o.Op
				continue
			}
			leaves(o.Path, o.Value, set)
		}
	}
	return whole, set, nil
}

// leaves are the values below a JSON pointer.
func leaves(pointer string, v any, into map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for key, e := range v {
			leaves(pointer+tree.Path{tree.Key(key)}.Pointer(), e, into)
		}
	case []any:
		for i, e := range v {
			leaves(fmt.Sprintf("%s/%d", pointer, i), e, into)
		}
	default:
		into[pointer] = asJSON(v)
	}
}
