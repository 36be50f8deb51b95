package e2e

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// retryWindow is how long after a crash requests may fail: until the kubelet has noticed and the Service has dropped
// the replica.
const retryWindow = 10 * time.Second

// killOne ends one of two replicas as a crash or the kernel does.
func (s *suite) killOne(t *testing.T) {
	s.install(t)
	const kills = 3
	l := startLoad(t, creates, s.createJob)
	failed, window := 0, time.Duration(0)
	for n := range kills {
		l.until(t, (n+1)*10*creates)
		before := l.failed()
		pods, err := s.pods(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		at, victim := time.Now(), &pods[n%len(pods)]
		s.kill(t, victim)
		s.restarted(t, victim)
		time.Sleep(time.Until(at.Add(retryWindow)))
		failed += l.failed() - before
		window = max(window, l.window(at))
	}
	result := l.stop(t)
	s.figures.add(t, "kill -9 of one of two replicas under load",
		"0 requests denied wrongly; failures only within the API server's own retry window, counted and reported",
		result.denied() == 0 && failed == len(result.failures) && window < retryWindow,
		"%d denied; %d kills, %d of %d requests failed, the last of them %s after its kill", result.denied(), kills, len(result.failures), result.sent, window)
}

// killAll ends all replicas at once. Nobody does anything about it.
func (s *suite) killAll(t *testing.T) time.Duration {
	t.Helper()
	pods, err := s.pods(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	for i := range pods {
		s.kill(t, &pods[i])
	}
	eventually(t, "a TrainingJob to get its key", s.tryJob)
	took := time.Since(at).Round(100 * time.Millisecond)
	for i := range pods {
		s.restarted(t, &pods[i])
	}
	return took
}

// kill sends SIGKILL to the process of a pod's container.
func (s *suite) kill(t *testing.T, pod *corev1.Pod) {
	t.Helper()
	process, err := processOf(t.Context(), s.node, containerOf(pod))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.node.run(t.Context(), "kill", "-9", process); err != nil {
		t.Fatal(err)
	}
}

// restarted waits until another container runs in a pod, and is ready.
func (s *suite) restarted(t *testing.T, old *corev1.Pod) {
	t.Helper()
	eventually(t, "the container to be started anew", func(ctx context.Context) error {
		pod, err := s.clients.CoreV1().Pods(namespace).Get(ctx, old.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		if containerOf(pod) == containerOf(old) || !pod.Status.ContainerStatuses[0].Ready {
			return errors.New("it is not")
		}
		return nil
	})
}

func containerOf(pod *corev1.Pod) string {
	_, id, _ := strings.Cut(pod.Status.ContainerStatuses[0].ContainerID, "://")
	return id
}

func (l *load) failed() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return len(l.tally.failures)
}

// window is how long after a moment the last failed request was sent.
func (l *load) window(since time.Time) time.Duration {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	var last time.Duration
	for _, f := range l.tally.failures {
		last = max(last, f.at.Sub(since))
	}
	return last.Round(10 * time.Millisecond)
}

// restarts is how often containers of the release have been started again.
func (s *suite) restarts(ctx context.Context) (string, error) {
	pods, err := s.pods(ctx)
	if err != nil {
		return "", err
	}
	var all []string
	for i := range pods {
		all = append(all, fmt.Sprintf("%s:%d", pods[i].Name, pods[i].Status.ContainerStatuses[0].RestartCount))
	}
	return strings.Join(all, " "), nil
}
