package nearest

import (
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	names := []string{"TrainingJob", "TransformJob", "Model"}
	for word, want := range map[string]string{
		"TrainingJob":            "TrainingJob",
		"trainingjobs":           "TrainingJob",
		"TranformJob":            "TransformJob",
		"Models":                 "Model",
		"Deployment":             "",
		"":                       "",
		strings.Repeat("x", 1e6): "",
	} {
		if got := Of(word, names); got != want {
			t.Errorf("%.20q: got %q, want %q", word, got, want)
		}
	}
}
