package monitoring

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

const (
	alertsFile    = "../../charts/cmkgate/files/alerts.yaml"
	dashboardFile = "../../charts/cmkgate/files/dashboard.json"
	metricsFile   = "../../docs/metrics.md"
)

// documented is what docs/metrics.md has: of cmkgate's own metrics also the labels.
type documented struct {
	labels   map[string][]string
	foreign  []string
	prefixes []string
}

var (
	ownMetric = regexp.MustCompile(`^### (cmkgate_\w+)$`)
	firstCell = regexp.MustCompile("^\\| `(\\w+)(\\*?)` \\|")
)

func readDocumented(t *testing.T) documented {
	t.Helper()
	page, err := os.ReadFile(metricsFile)
	if err != nil {
		t.Fatal(err)
	}
	d := documented{labels: map[string][]string{}}
	own := ""
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "## ") {
			own = ""
		}
		if m := ownMetric.FindStringSubmatch(line); m != nil {
			own = m[1]
			d.labels[own] = nil
		}
		switch m := firstCell.FindStringSubmatch(line); {
		case m == nil:
		case own != "":
			d.labels[own] = append(d.labels[own], m[1])
		case m[2] == "*":
			d.prefixes = append(d.prefixes, m[1])
		default:
			d.foreign = append(d.foreign, m[1])
		}
	}
	if len(d.labels) < 10 || len(d.foreign) < 3 || len(d.prefixes) < 4 {
		t.Fatalf("docs/metrics.md has another form than this test reads: %+v", d)
	}
	return d
}

// check parses a query and tells what of it the documentation does not have.
func (d documented) check(t *testing.T, query string) {
	t.Helper()
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(query)
	if err != nil {
		t.Errorf("%v in %s", err, query)
		return
	}
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			d.checkSelector(t, selector)
		}
		return nil
	})
}

func (d documented) checkSelector(t *testing.T, selector *parser.VectorSelector) {
	t.Helper()
	name := selector.Name
	known, own := d.labels[name]
	if base, isBucket := strings.CutSuffix(name, "_bucket"); isBucket && !own {
		known, own = d.labels[base]
	}
	if !own {
		if !slices.Contains(d.foreign, name) && !slices.ContainsFunc(d.prefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
			t.Errorf("docs/metrics.md does not have the metric %q", name)
		}
		return
	}
	for _, m := range selector.LabelMatchers {
		if m.Name != model.MetricNameLabel && !slices.Contains(known, m.Name) {
			t.Errorf("%s has no label %q", name, m.Name)
		}
	}
}
