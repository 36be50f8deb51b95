package flux

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// variables: cmkgate evaluates what Flux has filled in. What is not filled in does not become a missing key.
func (s *stage) variables(t *testing.T) {
	t.Parallel()
	files := map[string]string{"job.yaml": read(t, "testdata/job.yaml")}
	for _, c := range []struct {
		name            string
		postBuild       any
		reason, message string
	}{
		{"filled-in", substitute("KMS_KEY", ownKey), "ReconciliationSucceeded", "Applied revision"},
		{"another", substitute("OTHER", ownKey), "BuildFailed", `variable not set (strict mode): "KMS_KEY"`},
		{"none", nil, "ReconciliationFailed", "[sagemaker-output-key/placeholder]"},
	} {
		k := s.sync(t, "variables-"+c.name, map[string]any{"postBuild": c.postBuild}, files)
		if ready := k.settle(t).condition("Ready"); ready.Reason != c.reason || !strings.Contains(ready.Message, c.message) {
			t.Errorf("%s: Ready is %+v", c.name, ready)
		}
	}
	if got := s.kubectl(t, "", "get", "trainingjob", "churn", "--namespace", "variables-filled-in", "--output", "jsonpath={.spec.outputDataConfig.kmsKeyID}"); got != ownKey {
		t.Errorf("the key is %s", got)
	}
}

func substitute(name, value string) map[string]any {
	return map[string]any{"substitute": map[string]any{name: value}}
}

// TestAPipelineJudgesWhatFluxBuilds runs the lines of the documentation, one by one.
func TestAPipelineJudgesWhatFluxBuilds(t *testing.T) {
	needFlux(t)
	kustomize := os.Getenv(kustomizeVariable)
	if kustomize == "" {
		t.Skip(kustomizeVariable + " does not name kustomize: run 'make e2e-flux'")
	}
	x := newTools(t)
	x.add(t, kustomize)
	set, lines, _ := strings.Cut(strings.TrimSpace(read(t, "testdata/check.sh")), "\n")
	build, envsubst, _ := strings.Cut(lines, "\n")

	const declared = "KMS_KEY: " + ownKey
	for name, tt := range map[string]struct {
		// instead takes the place of the variable in the Kustomization; env is what envsubst has of it.
		script, instead, env string
		code                 int
		want                 string
	}{
		"built, filled in":        {script: build, instead: declared, want: "1 object in 1 file: admitted"},
		"built, with a wrong key": {script: build, instead: "KMS_KEY: " + awsKey, code: 1, want: `"alias/aws/s3" is managed by AWS`},
		"built, not filled in":    {script: build, instead: "OTHER: x", code: 2, want: `variable not set (strict mode): "KMS_KEY"`},
		"built, not filled in, without the flag": {
			script: strings.Replace(build, " --strict-substitute", "", 1), instead: "OTHER: x",
			want: "set at admission: TrainingJob science/churn: spec.outputDataConfig.kmsKeyID",
		},
		"filled in":        {script: envsubst, env: "KMS_KEY=" + ownKey, want: "1 object in 1 file: admitted"},
		"with a wrong key": {script: envsubst, env: "KMS_KEY=" + awsKey, code: 1, want: `"alias/aws/s3" is managed by AWS`},
		"not filled in":    {script: envsubst, code: 1, want: `variable not set (strict mode): "KMS_KEY"`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "cmkgate.yaml"), read(t, "testdata/cmkgate.yaml"))
			write(t, filepath.Join(dir, "churn", "job.yaml"), read(t, "testdata/job.yaml"))
			write(t, filepath.Join(dir, "churn", "kustomization.yaml"), "resources: [job.yaml]\n")
			write(t, filepath.Join(dir, "clusters", "prod.yaml"), strings.Replace(read(t, "testdata/order.yaml"), declared, tt.instead, 1))
			got := x.shell(t, dir, set+"\n"+tt.script, tt.env)
			if got.code != tt.code || !strings.Contains(got.stdout+got.stderr, tt.want) {
				t.Errorf("%+v", got)
			}
		})
	}
	t.Run("variables from elsewhere", func(t *testing.T) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "cmkgate.yaml"), read(t, "testdata/cmkgate.yaml"))
		write(t, filepath.Join(dir, "churn", "job.yaml"), read(t, "testdata/job.yaml"))
		text := strings.Replace(read(t, "testdata/order.yaml"), "    substitute:\n      "+declared, "    substituteFrom: [{kind: ConfigMap, name: keys}]", 1)
		write(t, filepath.Join(dir, "clusters", "prod.yaml"), text)
		if got := x.shell(t, dir, set+"\n"+build); got.code != 1 || !strings.Contains(got.stdout, "[sagemaker-output-key/placeholder]") {
			t.Errorf("without: %+v", got)
		}
		between := strings.Replace(build, "| cmkgate", "| flux envsubst --strict | cmkgate", 1)
		if got := x.shell(t, dir, set+"\n"+between, "KMS_KEY="+ownKey); got.code != 0 || !strings.Contains(got.stdout, "admitted") {
			t.Errorf("with envsubst: %+v", got)
		}
	})
}
