package krm_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/cmkgate/cmkgate/cmd/cmkgate/internal/krm"
)

var results = []krm.Result{{Message: "m: \"x\"", Severity: krm.Warning, Tags: map[string]string{"policy": "p"}}}

const list = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n"

// told is what a ResourceList says in the end, in YAML.
const told = "results:\n  - message: 'm: \"x\"'\n    severity: warning\n    tags:\n      policy: p\n"

// TestResultsChangeNothingElse holds of every style that can be extended: what was
// there stays, byte for byte.
func TestResultsChangeNothingElse(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"comments and indentation", "# head\n" + list + "items: # some\n-   kind:   'X' # x\n    data: {a:   1}\n\n    # foot\n", ""},
		{"no final line break", list + "items: []", "\n"},
		{"CRLF", strings.ReplaceAll(list+"items:\n- kind: X\n", "\n", "\r\n"), ""},
		{"a block text at the end", list + "items:\n- data: |\n    x\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := krm.WithResults([]byte(tt.in), results)
			if want := tt.in + tt.want + told; err != nil || string(got) != want {
				t.Errorf("%v, got\n%s\nwant\n%s", err, got, want)
			}
			without, err := krm.WithResults([]byte(tt.in), nil)
			if err != nil || string(without) != tt.in {
				t.Errorf("%v, without results\n%s", err, without)
			}
		})
	}
}

// TestResultsTakeThePlaceOfOthers goes through what has to be written again.
func TestResultsTakeThePlaceOfOthers(t *testing.T) {
	for _, in := range []string{
		list + "results:\n- message: old\nitems:\n- kind: X # mine\n",
		"---\n" + list + "items:\n- kind: X # mine\n...\n",
		"{apiVersion: config.kubernetes.io/v1, kind: ResourceList, items: [{kind: X}]} # mine\n",
	} {
		got, err := krm.WithResults([]byte(in), results)
		if err != nil || strings.Contains(string(got), "old") || !strings.Contains(string(got), "# mine") {
			t.Errorf("%v, got\n%s", err, got)
		}
		var doc struct {
			Items   []map[string]string
			Results []map[string]any
		}
		if err := yaml.Unmarshal(got, &doc); err != nil || len(doc.Items) != 1 || len(doc.Results) != 1 || doc.Results[0]["message"] != results[0].Message {
			t.Errorf("%v, got\n%s", err, got)
		}
	}
}

func TestJSONStaysJSON(t *testing.T) {
	got, err := krm.WithResults([]byte(`{"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": [{"kind": "X", "n": 1, "e": null, "s": "1"}]}`), results)
	if err != nil || !json.Valid(got) {
		t.Errorf("%v, got\n%s", err, got)
	}
}

// FuzzRead holds of whatever a function is given: nothing panics, and a list with
// results is a list again, with the same configuration.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		list, list + "items:\n- kind: X\n", list + "functionConfig:\n  apiVersion: cmkgate.io/v1alpha1\n  kind: Config\n  metadata: {name: x}\n  aws: &a {region: x}\nitems: [*a]\n",
		"{\"apiVersion\": \"config.kubernetes.io/v1\", \"kind\": \"ResourceList\"}", "---\n" + list + "...\n", list + "results: []\n", "? " + list, list + "x: |+\n\n", "\uFEFF" + list, list + "---\na: b\n", "*x : y\n" + list,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := krm.Read(data)
		if err != nil {
			return
		}
		before, _, configErr := l.Config("cmkgate.io", "Config")
		for _, results := range [][]krm.Result{nil, results} {
			out, err := krm.WithResults(data, results)
			if err != nil {
				continue
			}
			again, err := krm.Read(out)
			if err != nil {
				t.Fatalf("%v in\n%s\nof\n%s", err, out, data)
			}
			after, _, err := again.Config("cmkgate.io", "Config")
			if (err == nil) != (configErr == nil) || !bytes.Equal(before, after) {
				t.Errorf("the configuration became %v\n%s\nof\n%s", err, after, before)
			}
		}
	})
}
