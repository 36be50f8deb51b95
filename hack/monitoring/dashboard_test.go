package monitoring

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"
)

// dashboard is the part of Grafana's format that the chart's dashboard uses.
type dashboard struct {
	UID        string  `json:"uid"`
	Title      string  `json:"title"`
	Panels     []panel `json:"panels"`
	Templating struct {
		List []struct {
			Name string `json:"name"`
		} `json:"list"`
	} `json:"templating"`
}

type panel struct {
	ID          int    `json:"id"`
	Type        string `json:"type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	GridPos     struct {
		X int `json:"x"`
		Y int `json:"y"`
		W int `json:"w"`
		H int `json:"h"`
	} `json:"gridPos"`
	Targets []struct {
		RefID string `json:"refId"`
		Expr  string `json:"expr"`
	} `json:"targets"`
	FieldConfig struct {
		Defaults struct {
			Unit string `json:"unit"`
		} `json:"defaults"`
	} `json:"fieldConfig"`
}

func readDashboard(t *testing.T) dashboard {
	t.Helper()
	data, err := os.ReadFile(dashboardFile)
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Panels) < 10 || d.UID == "" || d.Title == "" {
		t.Fatalf("a dashboard %q with %d panels", d.Title, len(d.Panels))
	}
	return d
}

// grafana puts values where the queries have Grafana's variables.
func grafana(query string) string {
	return strings.NewReplacer("$__rate_interval", "2m", "$__range", "24h", "$object_namespace", ".*").Replace(query)
}

func TestEveryPanelAsksForDocumentedMetrics(t *testing.T) {
	metrics := readDocumented(t)
	for _, p := range readDashboard(t).Panels {
		for _, target := range p.Targets {
			t.Run(p.Title+" "+target.RefID, func(t *testing.T) {
				query := grafana(target.Expr)
				if strings.Contains(query, "$") {
					t.Errorf("an unknown variable in %s", query)
				}
				metrics.check(t, query)
			})
		}
	}
}

func TestEveryPanelCanBeReadWithoutItsQuery(t *testing.T) {
	ids := map[int]bool{}
	for _, p := range readDashboard(t).Panels {
		if ids[p.ID] {
			t.Errorf("%q: the id %d is taken", p.Title, p.ID)
		}
		ids[p.ID] = true
		if p.Title == "" {
			t.Errorf("panel %d has no title", p.ID)
		}
		if p.Type == "row" {
			continue
		}
		if p.Description == "" || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 {
			t.Errorf("%q lacks a description, a unit or a query", p.Title)
		}
	}
}

func TestPanelsLieBesideEachOther(t *testing.T) {
	taken := map[[2]int]string{}
	for _, p := range readDashboard(t).Panels {
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%q covers %q, or leaves the page", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
}

// increase() alone would not see the first event of a series: there is no sample before it.
func TestTheTableOfFindingsCountsWhatBeganInTheTimeRange(t *testing.T) {
	panels := readDashboard(t).Panels
	i := slices.IndexFunc(panels, func(p panel) bool { return p.Title == "Findings by namespace" })
	storage := promqltest.LoadedStorage(t, `load 1m
		cmkgate_namespace_findings_total{object_namespace="long-ago", policy="p", mode="Enforce", pod="a"} 7x120
		cmkgate_namespace_findings_total{object_namespace="again", policy="p", mode="Enforce", pod="a"} 5x99 8x20
		cmkgate_namespace_findings_total{object_namespace="first-time", policy="p", mode="Enforce", pod="a"} _x89 1 2x29
		cmkgate_namespace_findings_total{object_namespace="replaced", policy="p", mode="Enforce", pod="a"} 9x80 stale
		cmkgate_namespace_findings_total{object_namespace="replaced", policy="p", mode="Enforce", pod="b"} _x89 1x30`)
	engine := promqltest.NewTestEngine(t, false, 5*time.Minute, promqltest.DefaultMaxSamplesPerQuery)
	query := strings.NewReplacer("$__range", "1h", "$object_namespace", ".*").Replace(panels[i].Targets[0].Expr)
	found, err := rules.EngineQueryFunc(engine, storage)(t.Context(), query, time.Unix(120*60, 0))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, sample := range found {
		got[sample.Metric.Get("object_namespace")] = math.Round(sample.F)
	}
	if want := map[string]float64{"again": 3, "first-time": 2, "replaced": 1}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
