package generated

import (
	"testing"

	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/test/configurations"
)

// setting is a configuration that objects are evaluated by.
type setting struct {
	name      string
	settings  policies.Settings
	evaluator *policies.Evaluator
}

func settings(tb testing.TB) []setting {
	tb.Helper()
	var out []setting
	for _, c := range configurations.All() {
		cfg, err := config.Load(c.Name, []byte(c.Text), policies.All())
		if err != nil {
			tb.Fatal(err)
		}
		evaluator, err := policies.New(policies.All(), cfg.Settings)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, setting{name: c.Name, settings: cfg.Settings, evaluator: evaluator})
	}
	return out
}
