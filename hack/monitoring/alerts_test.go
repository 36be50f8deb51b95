package monitoring

import (
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"
)

func readAlerts(t *testing.T) map[string]rulefmt.Rule {
	t.Helper()
	data, err := os.ReadFile(alertsFile)
	if err != nil {
		t.Fatal(err)
	}
	groups, errs := rulefmt.Parse(data, false, model.LegacyValidation, parser.NewParser(parser.Options{}), promslog.NewNopLogger())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	alerts := map[string]rulefmt.Rule{}
	for _, group := range groups.Groups {
		for _, rule := range group.Rules {
			alerts[rule.Alert] = rule
		}
	}
	return alerts
}

func TestEveryAlertAsksForDocumentedMetrics(t *testing.T) {
	metrics := readDocumented(t)
	for name, alert := range readAlerts(t) {
		t.Run(name, func(t *testing.T) { metrics.check(t, alert.Expr) })
	}
}

// runbook are the headings of docs/runbook.md, as anchors.
func runbook(t *testing.T) []string {
	t.Helper()
	page, err := os.ReadFile("../../docs/runbook.md")
	if err != nil {
		t.Skip("there is no runbook yet: ", err)
	}
	var anchors []string
	for line := range strings.Lines(string(page)) {
		if heading, ok := strings.CutPrefix(strings.TrimSpace(line), "## "); ok {
			anchors = append(anchors, strings.ReplaceAll(strings.ToLower(heading), " ", "-"))
		}
	}
	return anchors
}

func TestEveryAlertTellsWhatIsWrong(t *testing.T) {
	for name, alert := range readAlerts(t) {
		if alert.Annotations["summary"] == "" || alert.Annotations["description"] == "" || alert.For == 0 {
			t.Errorf("%s lacks a summary, a description or a duration", name)
		}
		if !slices.Contains([]string{"critical", "warning", "info"}, alert.Labels["severity"]) {
			t.Errorf("%s: severity %q", name, alert.Labels["severity"])
		}
	}
}

func TestEveryAlertLeadsToAHeadingOfTheRunbook(t *testing.T) {
	anchors := runbook(t)
	for name, alert := range readAlerts(t) {
		if place, ok := strings.CutPrefix(alert.Annotations["runbook_url"], "RUNBOOK#"); !ok || !slices.Contains(anchors, place) {
			t.Errorf("%s: the runbook has no heading %q; it has %q", name, place, anchors)
		}
	}
}

// TestAlerts evaluates every alert as Prometheus does, once a minute, on series
// with a sample a minute. At the end it fires or does not.
func TestAlerts(t *testing.T) {
	alerts := readAlerts(t)
	seen := map[string]map[bool]bool{}
	for _, c := range scenarios {
		if seen[c.alert] == nil {
			seen[c.alert] = map[bool]bool{}
		}
		seen[c.alert][c.fires != ""] = true
		t.Run(c.alert+" "+c.name, func(t *testing.T) {
			alert, ok := alerts[c.alert]
			if !ok {
				t.Fatal("there is no such alert")
			}
			firing := evaluate(t, alert, c.series)
			if c.fires == "" && len(firing) == 0 {
				return
			}
			if len(firing) != 1 {
				t.Fatalf("%d alerts fire: %v", len(firing), firing)
			}
			text := firing[0].Annotations.Get("description")
			if !strings.Contains(text, c.fires) || c.fires == "" {
				t.Errorf("it says %q, want %q", text, c.fires)
			}
			if empty := regexp.MustCompile(`<no value>|""| {2}| [.,]|^ `).FindString(text); empty != "" {
				t.Errorf("a label is missing in %q", text)
			}
		})
	}
	for name := range alerts {
		if !seen[name][true] || !seen[name][false] {
			t.Errorf("%s needs a scenario in which it fires and one in which it does not", name)
		}
	}
}

// evaluate returns what fires after two hours.
func evaluate(t *testing.T, rule rulefmt.Rule, series string) []*rules.Alert {
	t.Helper()
	storage := promqltest.LoadedStorage(t, "load 1m\n"+strings.Trim(series, "\n"))
	engine := promqltest.NewTestEngine(t, false, 5*time.Minute, promqltest.DefaultMaxSamplesPerQuery)
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(rule.Expr)
	if err != nil {
		t.Fatal(err)
	}
	alert := rules.NewAlertingRule(rule.Alert, expr, time.Duration(rule.For), 0, labels.FromMap(rule.Labels),
		labels.FromMap(rule.Annotations), labels.EmptyLabels(), "", true, promslog.NewNopLogger())
	query := rules.EngineQueryFunc(engine, storage)
	for minute := range 121 {
		if _, err := alert.Eval(t.Context(), 0, time.Unix(int64(minute)*60, 0), query, &url.URL{}, 0); err != nil {
			t.Fatal(err)
		}
	}
	return slices.DeleteFunc(alert.ActiveAlerts(), func(a *rules.Alert) bool { return a.State != rules.StateFiring })
}
