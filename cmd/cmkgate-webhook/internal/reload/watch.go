package reload

import (
	"context"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/go-logr/logr"
)

// settleDelay is the delay between a change and the reload, so that a
// program that writes the file in pieces can finish.
const settleDelay = 100 * time.Millisecond

// watcher says when a file may have changed. It watches the file's folder: in a
// mounted ConfigMap the file itself never changes, kubelet points the symlink
// ..data at another folder.
type watcher struct {
	folder   string
	interval time.Duration
	log      logr.Logger
}

// run calls look after every change in the folder. It also does so every
// interval, because events can be missing: on file systems without them, where
// the file is a symlink into another folder, when too many come at once.
func (w *watcher) run(ctx context.Context, look func()) {
	var events chan fsnotify.Event
	var lost chan error
	watch := func() {}
	if notifier, err := fsnotify.NewWatcher(); err != nil {
		w.log.Info("configuration changes are noticed late: the system provides no file events", "interval", w.interval.String(), "error", err.Error())
	} else {
		defer notifier.Close() //nolint:errcheck // nothing was written
		events, lost = notifier.Events, notifier.Errors
		// Where the folder is missing, look complains, and the next call finds it again.
		watch = func() { _ = notifier.Add(w.folder) }
	}
	watch()
	look() // at what changed before the watch began
	poll := time.NewTicker(w.interval)
	defer poll.Stop()
	var settled <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-events:
			settled = delay(settled)
		case err := <-lost:
			w.log.Info("events for the configuration directory were lost; checking the file", "error", err.Error())
			settled = delay(settled)
		case <-settled:
			settled = nil
			look()
		case <-poll.C:
			watch() // the folder may be another one under the same name
			look()
		}
	}
}

// delay starts the delay unless it runs, so that a folder that never rests cannot put it off.
func delay(running <-chan time.Time) <-chan time.Time {
	if running != nil {
		return running
	}
	return time.After(settleDelay)
}
