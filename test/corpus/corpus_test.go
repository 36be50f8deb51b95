package corpus

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestOnARealAPIServer asks one API server: about shapes before any webhook is registered, then with one configuration
// after the other.
func TestOnARealAPIServer(t *testing.T) {
	server := apiserver.ForTest(t)
	cluster := newCluster(t, server)
	t.Run("TheCommandLineRefusesTheShapesThatTheAPIServerRefuses", cluster.shapes)
	t.Run("ACKManifestsAreJudgedAlikeByWebhookAndCommandLine", cluster.manifests)
	t.Run("OverridesAreTheSameInWebhookAndCommandLine", cluster.overrides)
}

// manifests proves on real input that both give the same decision, that what is injected is exactly what the command
// line announces, and that a fix that it proposes is admitted.
func (c *cluster) manifests(t *testing.T) {
	cli := newCommandLine(t, sampleConfig)
	c.serve(t, sampleConfig)
	seen := 0
	for _, u := range units(t) {
		seen += len(u.objects)
		t.Run(u.name, func(t *testing.T) {
			if u.broken != nil {
				checkGolden(t, filepath.Join("testdata", u.name+".txt"), cli.refusal(t, u.broken))
				return
			}
			c.create(t, namespaceNamed(u.namespace, nil))
			judged := cli.check(t, u.objects)
			var golden strings.Builder
			for _, o := range u.objects {
				c.compare(t, o, judged[o.key()], &golden)
			}
			checkGolden(t, filepath.Join("testdata", u.name+".txt"), golden.String())
		})
	}
	if seen < 60 {
		t.Errorf("only %d objects: the ACK modules were not read whole", seen)
	}
}

// awaitConfig waits until the webhook's cache has what was written of the EndpointConfig last.
func (c *cluster) awaitConfig(t *testing.T, endpoint object) {
	t.Helper()
	apiserver.Eventually(t, "the webhook to see the EndpointConfig", func(ctx context.Context) error {
		_, _ = c.send(ctx, endpoint, metav1.DryRunAll) // whether it is admitted is for compare to say
		for _, w := range c.warnings {
			if strings.Contains(w, "ACK has not yet reported") {
				return errors.New(w)
			}
		}
		return nil
	})
}

// compare applies an object and checks the outcome against the command line's.
func (c *cluster) compare(t *testing.T, o object, judged []result, golden *strings.Builder) {
	t.Helper()
	if o["kind"] == "Endpoint" {
		c.awaitConfig(t, o)
	}
	got := c.apply(t, o)
	if got.decision == admitted && o["kind"] == "EndpointConfig" { // an Endpoint is evaluated by one that ACK has created
		name, namespace := fmt.Sprint(o.metadata()["name"]), fmt.Sprint(o.metadata()["namespace"])
		if err := c.server.Hold(t.Context(), o.resource(), "EndpointConfig", namespace, name); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Fprintf(golden, "%s: %s\n", o.title(), got.decision)
	for _, line := range got.lines {
		fmt.Fprintf(golden, "  %s\n", line)
	}
	refusal := slices.ContainsFunc(judged, func(r result) bool { return r.Policy == "schema" && r.Mode == "Enforce" })
	if refused := got.decision == refused; refused != refusal {
		t.Errorf("%s: refused by the API server is %v, told by the command line is %v\n%s", o.title(), refused, refusal, strings.Join(got.lines, "\n"))
	}
	if got.decision == refused {
		return // the schema speaks before any webhook is asked to validate
	}
	want := admitted
	announced := map[string]string{}
	for _, r := range judged {
		switch {
		case r.Inject:
			for _, f := range r.Fix {
				announced[f.Path] = fmt.Sprint(f.Value)
			}
		case o["kind"] == "PipelineExecution" && strings.Contains(r.Message, "violates sagemaker-pipeline-key"): // the Pipeline beside it is denied, so the API server does not have it
		case r.Mode == "Enforce":
			want = denied
		}
	}
	if got.decision != want {
		t.Errorf("%s: the API server says %s, the command line %s\n%s", o.title(), got.decision, want, strings.Join(got.lines, "\n"))
	}
	if got.decision == admitted {
		compareWarnings(t, o, judged, strings.Join(got.lines, "\n"))
		if diff := cmp.Diff(announced, got.added); diff != "" {
			t.Errorf("%s: what was injected (+) is not what the command line announced (-):\n%s", o.title(), diff)
		}
		return
	}
	for _, r := range judged {
		if r.Mode == "Enforce" && !r.Inject && !strings.Contains(strings.Join(got.lines, "\n"), r.Message) {
			t.Errorf("%s: the denial does not have the words of the command line: %s", o.title(), r.Message)
		}
	}
	if again := c.apply(t, o.fixed(t, judged)); again.decision != admitted {
		t.Errorf("%s: with the proposed fix applied to the letter it is %s: %s", o.title(), again.decision, strings.Join(again.lines, "\n"))
	}
}

// compareWarnings holds that what is only warned of is said in the same words,
// and what is audited not at all.
func compareWarnings(t *testing.T, o object, judged []result, told string) {
	t.Helper()
	for _, r := range judged {
		if want := r.Mode == "Warn" && !r.Inject; want != strings.Contains(told, r.Message) {
			t.Errorf("%s: warned of: %v, want %v: %s", o.title(), !want, want, r.Message)
		}
	}
}

func checkGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run go test ./test/corpus -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what happened; run go test ./test/corpus -update if it should be:\n%s", path, diff)
	}
}
