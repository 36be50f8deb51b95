package apiserver

import (
	"context"
	"fmt"
	"time"
)

const (
	pollInterval = 100 * time.Millisecond
	pollTimeout  = 3 * time.Minute
)

// poll calls ready until it returns nil. When time runs out or ctx ends, the error says what ready complained about
// last, which a bare "deadline exceeded" would hide.
func poll(ctx context.Context, what string, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	var last error
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		if last == nil || ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w: %w", what, context.Cause(ctx), last)
		case <-ticker.C:
		}
	}
}
