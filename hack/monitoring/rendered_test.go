package monitoring

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"sigs.k8s.io/yaml"
)

// rendered is what Helm makes of a template with every value set.
func rendered(t *testing.T, template string) []byte {
	t.Helper()
	helm := os.Getenv("CMKGATE_HELM")
	if helm == "" {
		helm, _ = filepath.Abs("../../.bin/helm")
		if _, err := os.Stat(helm); err != nil {
			t.Skip("helm is not built: run 'make chart-tools'")
		}
	}
	cmd := exec.CommandContext(t.Context(), helm, "template", "cmkgate", "../../charts/cmkgate", "--namespace", "cmkgate-system",
		"-f", "../../test/chart/testdata/values/full.yaml", "--show-only", "templates/"+template)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err, stderr.String())
	}
	return out
}

func TestTheServiceMonitorIsOneForTheOperator(t *testing.T) {
	var monitor monitoringv1.ServiceMonitor
	if err := yaml.UnmarshalStrict(rendered(t, "servicemonitor.yaml"), &monitor); err != nil {
		t.Fatal(err)
	}
	if monitor.Spec.Endpoints[0].Port != "metrics" || monitor.Spec.Endpoints[0].Interval != "15s" || monitor.Labels["release"] != "prometheus" {
		t.Errorf("%+v", monitor)
	}
}

func TestThePrometheusRuleIsOneForTheOperator(t *testing.T) {
	var rule monitoringv1.PrometheusRule
	if err := yaml.UnmarshalStrict(rendered(t, "prometheusrule.yaml"), &rule); err != nil {
		t.Fatal(err)
	}
	groups, err := yaml.Marshal(rule.Spec)
	if err != nil {
		t.Fatal(err)
	}
	got, errs := rulefmt.Parse(groups, false, model.LegacyValidation, parser.NewParser(parser.Options{}), promslog.NewNopLogger())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	all := readAlerts(t)
	delete(all, "CmkgateManyDenials") // the values leave it out
	for _, alert := range got.Groups[0].Rules {
		want := all[alert.Alert]
		delete(all, alert.Alert)
		if alert.Expr != want.Expr || alert.For != want.For || alert.Annotations["description"] != want.Annotations["description"] {
			t.Errorf("%s was changed on the way:\n%+v\n%+v", alert.Alert, alert, want)
		}
		if url := alert.Annotations["runbook_url"]; !strings.HasPrefix(url, "https://wiki.example.com/cmkgate#") || alert.Labels["team"] != "platform" {
			t.Errorf("%s: %s %v", alert.Alert, url, alert.Labels)
		}
	}
	if len(all) > 0 {
		t.Errorf("lost on the way: %v", all)
	}
}

func TestTheDashboardReachesGrafanaAsItIs(t *testing.T) {
	var configMap struct {
		Data map[string]string `json:"data"`
	}
	if err := yaml.Unmarshal(rendered(t, "dashboard.yaml"), &configMap); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(dashboardFile)
	if err != nil {
		t.Fatal(err)
	}
	if got := configMap.Data["cmkgate.json"]; strings.TrimSpace(got) != strings.TrimSpace(string(want)) {
		t.Errorf("another text:\n%s", got)
	}
}
