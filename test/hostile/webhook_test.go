package hostile

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admission/v1"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

const (
	configFile = "../../config/samples/minimal.yaml"
	// memoryLimit is that of the chart, resources.limits.memory.
	memoryLimit = 128 << 20
	// megabyte is the size of a request.
	megabyte = 1_000_000
)

// replica is the real process with the memory that the chart gives it.
type replica struct {
	webhook *apiserver.Webhook
	client  *http.Client
}

func start(t *testing.T) *replica {
	t.Helper()
	server := apiserver.ForTest(t)
	t.Setenv("CMKGATE_MEMORY_LIMIT", strconv.Itoa(memoryLimit))
	binary := apiserver.WebhookForTest(t)
	// The wait for a Pipeline that may just have been created is no work.
	webhook, err := server.StartWebhook(t.Context(), binary, configFile, "--lookup-wait", "1ms")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := webhook.Terminate(); err != nil {
			t.Error(err)
		}
	})
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
		ForceAttemptHTTP2: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &replica{webhook: webhook, client: &http.Client{Transport: transport}}
}

// answer is what a replica says to a review.
type answer struct {
	code   int
	took   time.Duration
	size   int
	review admissionv1.AdmissionReview
}

func (r *replica) post(t *testing.T, path string, body []byte) answer {
	t.Helper()
	begun := time.Now()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.webhook.URL()+path+"?timeout=10s", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := r.client.Do(request)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return answer{}
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	out := answer{code: response.StatusCode, took: time.Since(begun), size: len(text)}
	if out.code == http.StatusOK {
		if err := json.Unmarshal(text, &out.review); err != nil || out.review.Response == nil {
			t.Errorf("%s: no answer: %v", path, err)
		}
	}
	return out
}

// review is that of a new object, or of an update if there is an old one.
func review(s *Shape, object, old string) []byte {
	operation := "CREATE"
	if old != "" {
		operation = "UPDATE"
	} else {
		old = "null"
	}
	return fmt.Appendf(nil, `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"705ab4f5","kind":{"group":"%s","version":"v1alpha1","kind":"%s"},`+
		`"namespace":"default","name":"a","operation":"%s","userInfo":{"username":"alice"},"object":%s,"oldObject":%s}}`, s.group, s.kind, operation, object, old)
}

// requests are a megabyte each: a new object and an update.
func requests(s *Shape) map[string][]byte {
	return map[string][]byte{
		"create": review(s, s.Text(megabyte), ""),
		"update": review(s, s.Text(megabyte/2), s.Before(megabyte/2)),
	}
}

// memory is what the process has of RAM now, and the most that it ever had, in bytes.
func (r *replica) memory(t *testing.T) (now, most int64) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.webhook.PID()))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kilobytes, _ := strconv.ParseInt(fields[1], 10, 64)
		switch fields[0] {
		case "RssAnon:":
			now = kilobytes << 10
		case "VmHWM:":
			most = kilobytes << 10
		}
	}
	return now, most
}

// A replica with the chart's memory outlives every shape of a megabyte, one
// after the other and many at once, and what it answers is short.
func TestAReplicaSurvivesHostileObjects(t *testing.T) {
	if os.Getenv("CMKGATE_HOSTILE") == "" {
		t.Skip("minutes of load: run 'make e2e-hostile'")
	}
	r := start(t)
	shapes := Shapes()
	type figure struct {
		what string
		took time.Duration
	}
	var figures []figure
	for i := range shapes {
		for operation, body := range requests(&shapes[i]) {
			for _, path := range []string{"/mutate", "/validate"} {
				best := answer{took: time.Hour}
				for range 3 {
					best = slices.MinFunc([]answer{best, r.post(t, path, body)}, func(a, b answer) int { return cmp.Compare(a.took, b.took) })
				}
				if best.code != http.StatusOK || best.size > 3<<20 || path == "/validate" && best.size > 64<<10 {
					t.Errorf("%s, %s, %s: code %d, %d bytes", shapes[i].Name, operation, path, best.code, best.size)
				}
				figures = append(figures, figure{fmt.Sprintf("%s, %s, %s (%d bytes)", shapes[i].Name, operation, path, len(body)), best.took})
			}
		}
	}
	slices.SortFunc(figures, func(a, b figure) int { return cmp.Compare(b.took, a.took) })
	for _, f := range figures[:10] {
		t.Logf("%8s  %s", f.took.Round(time.Millisecond), f.what)
	}
	_, most := r.memory(t)
	t.Logf("one at a time: at most %d MiB", most>>20)
	r.rush(t, shapes)
}

// rush sends many at once. A request that there is no room for is sent back,
// and small ones are served beside them.
func (r *replica) rush(t *testing.T, shapes []Shape) {
	t.Helper()
	const workers = 32
	var answered, sentBack, small, peak atomic.Int64
	var slowest atomic.Int64
	stop := make(chan struct{})
	var beside sync.WaitGroup
	beside.Go(func() {
		body := review(&Shape{group: "sagemaker.services.k8s.aws", kind: "TrainingJob"}, (&Shape{group: "sagemaker.services.k8s.aws", kind: "TrainingJob", spec: func(int) string { return `{"a":1}` }}).Text(0), "")
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
			if a := r.post(t, "/validate", body); a.code == http.StatusOK {
				small.Add(1)
				slowest.Store(max(slowest.Load(), int64(a.took)))
			} else {
				t.Errorf("a small request beside them: code %d", a.code)
			}
			now, _ := r.memory(t)
			peak.Store(max(peak.Load(), now))
		}
	})
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			for i := worker; i < len(shapes); i += workers / 4 {
				for _, body := range requests(&shapes[i]) {
					switch a := r.post(t, "/validate", body); a.code {
					case http.StatusOK:
						answered.Add(1)
					case http.StatusTooManyRequests:
						sentBack.Add(1)
					default:
						t.Errorf("%s: code %d", shapes[i].Name, a.code)
					}
				}
			}
		})
	}
	all.Wait()
	close(stop)
	beside.Wait()
	_, most := r.memory(t)
	t.Logf("%d at a time: %d answered, %d sent back; %d small ones beside them, the slowest in %s; at most %d MiB, %d of them its own",
		workers, answered.Load(), sentBack.Load(), small.Load(), time.Duration(slowest.Load()).Round(time.Millisecond), most>>20, peak.Load()>>20)
	if answered.Load() == 0 || small.Load() == 0 {
		t.Error("nothing was answered")
	}
	if most > memoryLimit {
		t.Errorf("the process had %d MiB, more than its limit of %d MiB", most>>20, memoryLimit>>20)
	}
}
