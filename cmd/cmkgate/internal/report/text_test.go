package report

import (
	"reflect"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
)

func TestTextTellsModesApart(t *testing.T) {
	results := []Result{
		{Kind: "Bucket", Name: "a", Mode: policies.Enforce},
		{Kind: "Bucket", Name: "a", Mode: policies.Enforce, Inject: true},
		{Kind: "Bucket", Name: "a", Mode: policies.Warn},
		{Kind: "Bucket", Name: "a", Mode: policies.Audit},
	}
	var summary Summary
	for i := range results {
		summary.Count(&results[i])
	}
	if want := (Summary{Enforced: 1, Injected: 1, Warnings: 1, Audited: 1}); !reflect.DeepEqual(summary, want) {
		t.Errorf("got %+v, want %+v", summary, want)
	}
	for _, c := range []struct {
		options Options
		want    []string
		not     string
	}{
		{Options{}, []string{"denied: ", "set at admission: ", "warning: ", "audit: ", "1 denied, 1 key set"}, "\x1b"},
		{Options{Quiet: true}, []string{"denied: "}, "admission"},
		{Options{Color: true}, []string{red + "denied" + reset, yellow + "warning" + reset}, "never"},
	} {
		got := written(t, "text", c.options, results, summary)
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%+v: no %q in\n%s", c.options, want, got)
			}
		}
		if strings.Contains(got, c.not) {
			t.Errorf("%+v: %q in\n%s", c.options, c.not, got)
		}
	}
}

// TestJSONOfNothing holds that a program always finds a list.
func TestJSONOfNothing(t *testing.T) {
	want := `{"results": [], "problems": [], "summary": {"files":0,"documents":0,"objects":0,"enforced":0,"warnings":0,"audited":0,"injected":0,"errors":0}}` + "\n"
	if got := written(t, "json", Options{}, nil, Summary{}); got != want {
		t.Errorf("got %s", got)
	}
}

func TestJSONLeavesTextReadable(t *testing.T) {
	got := written(t, "json", Options{}, []Result{{Message: "<YOUR KEY> & more"}}, Summary{})
	if !strings.Contains(got, `"<YOUR KEY> & more"`) {
		t.Errorf("got %s", got)
	}
}

func written(t *testing.T, format string, o Options, results []Result, s Summary) string {
	t.Helper()
	var b strings.Builder
	w, err := New(format, &b, o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range results {
		if err := w.Write(&Batch{Results: results[i : i+1]}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
