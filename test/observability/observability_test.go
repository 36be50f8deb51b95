package observability

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/cmkgate/cmkgate/webhook/metrics"
)

func TestWhatCmkgateTellsOfItself(t *testing.T) {
	s := newSuite(t)
	s.decide(t)
	t.Run("EveryMetricIsDocumentedAndTheReverse", s.documented)
	t.Run("ADecisionIsOneLogLine", s.logLines)
	t.Run("ADeniedDryRunIsOneLineAndSaysSo", s.dryRun)
	// The rest needs the webhook to have stopped.
	if err := s.webhook.Terminate(); err != nil {
		t.Fatal(err)
	}
	t.Run("ASpanIsAChildOfTheAPIServers", s.spans)
	t.Run("NothingTellsASecret", s.secrets)
	t.Run("APIServersTellOfCallsThatFail", s.failedCalls)
}

func (s *suite) documented(t *testing.T) {
	text := get(t, http.DefaultClient, s.webhook.MetricsURL())
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	libraries := metrics.Libraries()
	usedLibraries := map[string]bool{}
	own := map[string]metrics.Metric{}
	for _, section := range metrics.All() {
		for _, m := range section.Metrics {
			own[m.Name] = m
			if families[m.Name] == nil {
				t.Errorf("%s is documented, and no running webhook has it", m.Name)
			}
		}
	}
	for name, family := range families {
		if m, ok := own[name]; ok {
			check(t, m, family)
			continue
		}
		i := slices.IndexFunc(libraries, func(f metrics.Foreign) bool {
			prefix, isPrefix := strings.CutSuffix(f.Name, "*")
			return f.Name == name || isPrefix && strings.HasPrefix(name, prefix)
		})
		if i < 0 {
			t.Errorf("%s is not documented", name)
			continue
		}
		usedLibraries[libraries[i].Name] = true
	}
	for _, f := range libraries {
		if !usedLibraries[f.Name] {
			t.Errorf("%s is documented, and no running webhook has it", f.Name)
		}
	}
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if _, ok := own[p.Metric]; ok {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}

// check checks what a process has against what the documentation says of it.
func check(t *testing.T, m metrics.Metric, family *dto.MetricFamily) {
	t.Helper()
	if got := strings.ToLower(family.GetType().String()); got != string(m.Type) || family.GetHelp() != m.Help {
		t.Errorf("%s is a %s: %s", m.Name, got, family.GetHelp())
	}
	var want, got []string
	for _, l := range m.Labels {
		want = append(want, l.Name)
	}
	for _, l := range family.Metric[0].Label {
		got = append(got, l.GetName())
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: labels, -documented +seen:\n%s", m.Name, diff)
	}
}

// decisions are the log lines of decisions on one object.
func (s *suite) decisions(t *testing.T, name string) []map[string]any {
	t.Helper()
	var out []map[string]any
	for line := range strings.Lines(readFile(t, s.webhook.LogFile())) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Errorf("a line that is no JSON: %s", line)
		}
		if fields["msg"] == "decision" && fields["name"] == name {
			out = append(out, fields)
		}
	}
	return out
}

func (s *suite) logLines(t *testing.T) {
	lines := s.decisions(t, "denied")
	if len(lines) != 2 || lines[0]["webhook"] != "mutate" || lines[1]["webhook"] != "validate" {
		t.Fatalf("%v", lines)
	}
	denied := lines[1]
	for field, want := range map[string]any{
		"decision": "denied", "operation": "CREATE", "group": "sagemaker.services.k8s.aws", "kind": "TrainingJob", "namespace": "default", "dryRun": false,
	} {
		if denied[field] != want {
			t.Errorf("%s is %v, want %v", field, denied[field], want)
		}
	}
	if user, _ := denied["user"].(string); user == "" {
		t.Errorf("the line does not tell who: %v", denied)
	}
	if uid, _ := denied["uid"].(string); !regexp.MustCompile(`^[0-9a-f-]{36}$`).MatchString(uid) {
		t.Errorf("uid %q", uid)
	}
	if findings := fmt.Sprint(denied["findings"]); !strings.Contains(findings, "sagemaker-output-key/malformed spec.outputDataConfig.kmsKeyID (Enforce)") {
		t.Errorf("findings %s", findings)
	}
	restored := s.decisions(t, "injected")
	if i := slices.IndexFunc(restored, func(f map[string]any) bool { return f["decision"] == "restored" }); i < 0 ||
		fmt.Sprint(restored[i]["restored"]) != "[spec.outputDataConfig.kmsKeyID]" {
		t.Errorf("%v", restored)
	}
}

func (s *suite) dryRun(t *testing.T) {
	lines := s.decisions(t, "dry")
	if len(lines) != 2 || lines[1]["dryRun"] != true || lines[1]["decision"] != "denied" {
		t.Errorf("%v", lines)
	}
}

func (s *suite) spans(t *testing.T) {
	seen := map[string]bool{}
	for _, span := range s.collector.spans {
		a := attributes(span)
		if a["cmkgate.object.name"] != "denied" {
			continue
		}
		seen[span.Name+" "+a["cmkgate.decision"]+" "+a["cmkgate.object.kind"]+" in "+a["k8s.namespace.name"]+" by "+a["cmkgate.policies"]] = true
		if parent := hex.EncodeToString(span.ParentSpanId); !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(parent) {
			t.Errorf("%s has no parent", span.Name)
		}
	}
	want := map[string]bool{
		"admission mutate injected TrainingJob in default by ":                                                  true,
		"admission validate denied TrainingJob in default by plaintext-secret sagemaker-output-key transit-vpc": true,
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("-want +got of %d spans:\n%s", len(s.collector.spans), diff)
	}
}

func attributes(span *tracepb.Span) map[string]string {
	out := map[string]string{}
	for _, a := range span.Attributes {
		var values []string
		for _, v := range a.Value.GetArrayValue().GetValues() {
			values = append(values, v.GetStringValue())
		}
		out[a.Key] = a.Value.GetStringValue() + strings.Join(values, " ")
	}
	return out
}

func (s *suite) secrets(t *testing.T) {
	var spans strings.Builder
	for _, span := range s.collector.spans {
		spans.WriteString(span.String())
	}
	for where, text := range map[string]string{
		"the log": readFile(t, s.webhook.LogFile()), "an audit annotation": s.annotations(t), "a span": spans.String(),
	} {
		if text == "" || holdsSecret(text) {
			t.Errorf("%s tells a secret, or nothing", where)
		}
	}
}

// annotations are what cmkgate has the API server write into its audit log.
func (s *suite) annotations(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	for line := range strings.Lines(readFile(t, s.server.AuditLog())) {
		var event struct {
			Annotations map[string]string `json:"annotations"`
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatal(err)
		}
		for name, value := range event.Annotations {
			if strings.Contains(name, "cmkgate.io/") {
				out.WriteString(value + "\n")
			}
		}
	}
	return out.String()
}

// The chart's alerts are built on these metrics of kube-apiserver.
func (s *suite) failedCalls(t *testing.T) {
	if _, err := s.jobs.Create(t.Context(), job("unseen", nil), metav1.CreateOptions{}); err == nil {
		t.Fatal("an object was admitted while no webhook answers")
	}
	client, err := rest.HTTPClientFor(s.server.Config())
	if err != nil {
		t.Fatal(err)
	}
	text := get(t, client, strings.TrimSuffix(s.server.Config().Host, "/")+"/metrics")
	for _, want := range []string{
		`(?m)^apiserver_admission_webhook_rejection_count\{error_type="calling_webhook_error",name="create.trainingjob.validate.cmkgate.io",operation="CREATE",.*type="validating"\} [1-9]`,
		`(?m)^apiserver_admission_webhook_rejection_count\{error_type="no_error",name="create.trainingjob.validate.cmkgate.io",`,
		`(?m)^apiserver_admission_webhook_fail_open_count\{name="create.trainingjob.mutate.cmkgate.io",type="admit"\} [1-9]`,
	} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("kube-apiserver's metrics have no %s", want)
		}
	}
}
