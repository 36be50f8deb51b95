package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// clusterRestart is a power cut, or the end of a maintenance window: nothing is left but what is on disks.
func (s *suite) clusterRestart(t *testing.T) {
	s.install(t)
	if err := s.node.stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := s.node.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventuallyWithin(t, 4*time.Minute, "all replicas to be ready again", func(ctx context.Context) error {
		pods, err := s.pods(ctx)
		if err != nil {
			return err
		}
		for i := range pods {
			c := pods[i].Status.ContainerStatuses[0]
			if !c.Ready || c.State.Running == nil || c.State.Running.StartedAt.Time.Before(start.Truncate(time.Second)) {
				return fmt.Errorf("replica %s has not come back", pods[i].Name)
			}
		}
		return s.ready(ctx)
	})
	s.works(t)
	s.figures.add(t, "whole cluster stopped and started", "cmkgate recovers without intervention", true,
		"%d replicas ready and creates admitted %s after the first process of the cluster started", replicas, time.Since(start).Round(100*time.Millisecond))
}
