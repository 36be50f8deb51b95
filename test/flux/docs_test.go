package flux

import (
	"strings"
	"testing"
)

func TestTheDocumentationShowsWhatWasSeen(t *testing.T) {
	docs := read(t, "../../docs/gitops.md")
	for file, language := range map[string]string{"denial.golden": "text", "check.sh": "sh", "order.yaml": "yaml"} {
		if !strings.Contains(docs, "```"+language+"\n"+strings.TrimSpace(read(t, "testdata/"+file))+"\n```\n") {
			t.Errorf("docs/gitops.md does not show %s", file)
		}
	}
	for _, text := range []string{
		`variable not set (strict mode): "KMS_KEY"`,
		"--custom-apply-stage-kinds=" + stageKinds,
		"Flux " + version(t),
	} {
		if !strings.Contains(docs, text) {
			t.Errorf("docs/gitops.md does not have %q", text)
		}
	}
}

// version is that of the Flux that hack/flux builds.
func version(t *testing.T) string {
	t.Helper()
	_, rest, _ := strings.Cut(read(t, "../../hack/flux/cli/go.mod"), "github.com/fluxcd/flux2/v2 v")
	number, _, _ := strings.Cut(rest, " ")
	return number
}
