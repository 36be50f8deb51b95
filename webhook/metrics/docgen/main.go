// Docgen writes docs/metrics.md. It runs at go generate, in the folder
// webhook/metrics, and never in a program of cmkgate.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/cmkgate/cmkgate/webhook/metrics"
)

const head = `<!-- Generated from webhook/metrics by go generate; do not edit. -->
# Metrics

Every replica serves these on ` + "`/metrics`" + ` (` + "`--metrics-addr`" + `, port 8080). Counters start at 0 when a replica starts, and a series
appears with its first event. No label contains the name of an object or a user, and clients cannot create label values:
unknown values are ` + "`other`" + `.

The chart has alerts and a dashboard for them: [observability.md](observability.md).
`

func main() {
	if err := os.WriteFile("../../docs/metrics.md", []byte(page()), 0o644); err != nil { //nolint:gosec // a page for everyone to read
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func page() string {
	var b strings.Builder
	b.WriteString(head)
	for _, section := range metrics.All() {
		b.WriteString("\n## " + section.Title + "\n")
		for i := range section.Metrics {
			write(&b, &section.Metrics[i])
		}
	}
	b.WriteString("\n## From the libraries\n\nOn the same endpoint, with the libraries' labels:\n\n")
	foreign(&b, metrics.Libraries())
	b.WriteString("\n## From the cluster\n\nMetrics of other components about cmkgate, used by the chart's alerts and dashboard if Prometheus has them:\n\n")
	foreign(&b, metrics.Cluster())
	return b.String()
}

func write(b *strings.Builder, m *metrics.Metric) {
	fmt.Fprintf(b, "\n### %s\n\n%s. %s\n", m.Name, title(string(m.Type)), m.Help)
	if m.Note != "" {
		fmt.Fprintf(b, "\n%s\n", m.Note)
	}
	if len(m.Labels) > 0 {
		b.WriteString("\n| label | values |\n|---|---|\n")
	}
	for _, l := range m.Labels {
		fmt.Fprintf(b, "| `%s` | %s |\n", l.Name, l.Values)
	}
	if len(m.Buckets) > 0 {
		bounds := strings.Trim(fmt.Sprint(m.Buckets), "[]")
		fmt.Fprintf(b, "\nBuckets end at %s seconds.\n", strings.ReplaceAll(bounds, " ", ", "))
	}
}

func foreign(b *strings.Builder, rows []metrics.Foreign) {
	b.WriteString("| metric | meaning |\n|---|---|\n")
	for _, row := range rows {
		fmt.Fprintf(b, "| `%s` | %s |\n", row.Name, row.Tells)
	}
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
