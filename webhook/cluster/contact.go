package cluster

import (
	"sync/atomic"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/watch"
)

// contact remembers when the API server last sent anything. A watch that has
// stalled looks like one without changes, except that API servers send
// bookmarks: one a minute, as client-go's reflector asks them to.
type contact struct {
	now  func() time.Time
	last atomic.Pointer[time.Time]
}

// answered notes the answer to a list or the beginning of a watch. That a kind
// is not installed is also an answer; missing permissions are not.
func (c *contact) answered(err error) {
	if err != nil && !apierrors.IsNotFound(err) {
		return
	}
	now := c.now()
	c.last.Store(&now)
}

// observe notes the events of a watch on their way to the cache.
func (c *contact) observe(source watch.Interface) watch.Interface {
	events := make(chan watch.Event)
	observed := watch.NewProxyWatcher(events)
	go func() {
		defer close(events)
		defer source.Stop()
		for {
			select {
			case <-observed.StopChan():
				return
			case event, open := <-source.ResultChan():
				if !open {
					return
				}
				if event.Type != watch.Error {
					c.answered(nil)
				}
				select {
				case events <- event:
				case <-observed.StopChan():
					return
				}
			}
		}
	}()
	return observed
}
