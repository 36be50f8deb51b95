package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	malformed   = 10_000 // reviews
	slow        = 200    // connections
	slowSeconds = 45
)

// hostile has somebody inside the cluster send what no API server sends. The first attack warms up what a process keeps
// for its busiest moment; the second must add nothing to it.
func (s *suite) hostile(t *testing.T) {
	s.install(t)
	restarts, err := s.restarts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before := s.processes(t)
	s.attack(t)
	s.calm(t, before)
	warm := s.largestWorkingSet(t)
	l := startLoad(t, creates, s.tryJob)
	report := s.attack(t)
	result := l.stop(t)
	s.calm(t, before)
	grown := float64(s.largestWorkingSet(t)-warm) / mebi
	after, err := s.restarts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.figures.add(t, fmt.Sprintf("hostile input: %d malformed AdmissionReviews from inside the cluster, %d slow connections", malformed, slow),
		"no restart, no memory growth, no interruption",
		after == restarts && grown < 8 && len(result.failures) == 0 && report.Answered == malformed && report.Admitted == 0,
		"%d of %d answered, %d admitted; %d of %d slow connections cut within %d s; containers restarted: %t; working set after a second attack %+.1f Mi; beside it %s",
		report.Answered, malformed, report.Admitted, report.Cut, slow, slowSeconds, after != restarts, grown, result.summary())
}

// attack runs TestAttack on the node, against the Service.
func (s *suite) attack(t *testing.T) attackReport {
	t.Helper()
	service, err := s.clients.CoreV1().Services(namespace).Get(t.Context(), "cmkgate", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path, err := s.node.put(t.Context(), program)
	if err != nil {
		t.Fatal(err)
	}
	output, err := s.node.run(t.Context(), "env", attackVariable+"="+service.Spec.ClusterIP+":443", path, "-test.run=^TestAttack$", "-test.v")
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for line := range strings.Lines(output) {
		if text, found := strings.CutPrefix(line, attackMark); found {
			var report attackReport
			if err := json.Unmarshal([]byte(text), &report); err != nil {
				t.Fatal(err)
			}
			return report
		}
	}
	t.Fatalf("the attack does not tell what it did:\n%s", output)
	return attackReport{}
}

// processes are the goroutines and open files of all replicas together.
func (s *suite) processes(t *testing.T) map[string]int {
	t.Helper()
	sums, err := s.readProcesses(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

func (s *suite) readProcesses(ctx context.Context) (map[string]int, error) {
	pods, err := s.pods(ctx)
	if err != nil {
		return nil, err
	}
	sums := map[string]int{"go_goroutines": 0, "process_open_fds": 0}
	for i := range pods {
		metrics, err := s.ask(ctx, pods[i].Name, "8080", "metrics")
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(metrics) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			if _, wanted := sums[name]; !wanted {
				continue
			}
			number, err := strconv.Atoi(value)
			if err != nil {
				return nil, fmt.Errorf("read the metric %s: %w", name, err)
			}
			sums[name] += number
		}
	}
	return sums, nil
}

// calm waits until nothing of an attack is left in the processes.
func (s *suite) calm(t *testing.T, before map[string]int) {
	t.Helper()
	const few = 20
	eventually(t, "connections to be gone", func(ctx context.Context) error {
		now, err := s.readProcesses(ctx)
		if err != nil {
			return err
		}
		for what, count := range now {
			if count > before[what]+few {
				return fmt.Errorf("%s was %d and is %d", what, before[what], count)
			}
		}
		return nil
	})
}

func (s *suite) largestWorkingSet(t *testing.T) int64 {
	t.Helper()
	time.Sleep(10 * time.Second) // the kubelet looks at containers every few seconds
	var largest uint64
	for _, bytes := range s.workingSets(t) {
		largest = max(largest, bytes)
	}
	return int64(largest)
}
