package gitops

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

const kustomizeVariable = "CMKGATE_KUSTOMIZE"

// tools are the binaries by which recipes are run, in a folder that alone is on PATH, beside those of the system.
type tools struct{ dir string }

// build builds cmkgate; kustomize comes from make. Without it the test is skipped, unless it was promised.
func build(t *testing.T) tools {
	t.Helper()
	tools := tools{t.TempDir()}
	if err := os.Symlink(apiserver.CommandLineForTest(t), filepath.Join(tools.dir, "cmkgate")); err != nil {
		t.Fatal(err)
	}
	return tools
}

func (x tools) withKustomize(t *testing.T) tools {
	t.Helper()
	kustomize := os.Getenv(kustomizeVariable)
	if kustomize == "" {
		t.Skip(kustomizeVariable + " does not name kustomize: run 'make gitops-test'")
	}
	if err := os.Symlink(kustomize, filepath.Join(x.dir, "kustomize")); err != nil {
		t.Fatal(err)
	}
	return x
}

// outcome is what a command came to.
type outcome struct {
	code           int
	stdout, stderr string
}

// run runs a command in a folder, with the tools on PATH and more variables.
func (x tools) run(t *testing.T, dir string, env []string, name string, args ...string) outcome {
	t.Helper()
	path := x.dir + string(os.PathListSeparator) + os.Getenv("PATH")
	t.Setenv("PATH", path)
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// folder copies a folder of testdata, and more files.
func folder(t *testing.T, more map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/manifests")); err != nil {
		t.Fatal(err)
	}
	for name, text := range more {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func decode(t *testing.T, path string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(read(t, path)), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

const (
	wrong = "kmsKeyID: alias/aws/s3"
	right = "kmsKeyID: arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"
)

func TestKustomizeRunsTheFunction(t *testing.T) {
	x := build(t).withKustomize(t)
	build := func(t *testing.T, args, job string) outcome {
		t.Helper()
		config := strings.Replace(read(t, "testdata/kustomize/cmkgate.yaml"), "args: [fn, check]", "args: "+args, 1)
		dir := folder(t, map[string]string{
			"kustomization.yaml": "resources: [job.yaml]\ntransformers: [cmkgate.yaml]\n", "cmkgate.yaml": config,
			"job.yaml": strings.Replace(read(t, "testdata/manifests/job.yaml"), right, job, 1),
		})
		return x.run(t, dir, nil, "kustomize", "build", "--enable-alpha-plugins", "--enable-exec", ".")
	}
	t.Run("ToCheckItPassesWhatIsRight", func(t *testing.T) {
		if got := build(t, "[fn, check]", right); got.code != 0 || !strings.Contains(got.stdout, right) {
			t.Errorf("%+v", got)
		}
	})
	t.Run("ToCheckItRefusesWhatIsWrong", func(t *testing.T) {
		got := build(t, "[fn, check]", wrong)
		if got.code == 0 || got.stdout != "" || !strings.Contains(got.stderr, `denied: TrainingJob churn: spec.outputDataConfig.kmsKeyID: "alias/aws/s3" is managed by AWS`) {
			t.Errorf("%+v", got)
		}
	})
	t.Run("ToFixItPutsRightWhatIsWrong", func(t *testing.T) {
		got := build(t, "[fn]", wrong)
		if got.code != 0 || !strings.Contains(got.stdout, right) || !strings.Contains(got.stdout, "volumeKMSKeyID: arn:") {
			t.Errorf("%+v", got)
		}
	})
	t.Run("ToFixItRefusesWhatAPersonMustDecide", func(t *testing.T) {
		got := build(t, "[fn]", "kmsKeyID: arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111\n    kmsKeyID2: x")
		if got.code == 0 || got.stdout != "" || !strings.Contains(got.stderr, "kmsKeyID2") {
			t.Errorf("%+v", got)
		}
	})
}

func TestThePluginOfArgoCDRefusesToRenderWhatIsWrong(t *testing.T) {
	x := build(t).withKustomize(t)
	var plugin struct {
		Spec struct {
			Generate struct {
				Command, Args []string
			}
		}
	}
	decode(t, "testdata/argocd/plugin.yaml", &plugin)
	command := slices.Concat(plugin.Spec.Generate.Command, plugin.Spec.Generate.Args)
	script := &command[len(command)-1]
	*script = strings.Replace(*script, "/home/argocd/cmp-server/config/", "", 1) // here the configuration is in the folder
	t.Setenv("ARGOCD_APP_NAMESPACE", "science")
	files := map[string]string{"kustomization.yaml": "resources: [job.yaml]\n"}
	if got := x.run(t, folder(t, files), nil, command[0], command[1:]...); got.code != 0 || !strings.HasPrefix(got.stdout, "apiVersion: sagemaker") {
		t.Errorf("right: %+v", got)
	}
	files["job.yaml"] = strings.Replace(read(t, "testdata/manifests/job.yaml"), right, wrong, 1)
	if got := x.run(t, folder(t, files), nil, command[0], command[1:]...); got.code == 0 || got.stdout != "" || !strings.Contains(got.stderr, "alias/aws/s3") {
		t.Errorf("wrong: %+v", got)
	}
	files["kustomization.yaml"] = "resources: [absent.yaml]\n"
	if got := x.run(t, folder(t, files), nil, command[0], command[1:]...); got.code == 0 || got.stdout != "" {
		t.Errorf("broken: %+v", got)
	}
}

// The step of the action is run as the runner does, with its variables.
func TestTheActionOfGitHubAnnotatesAndSumsUp(t *testing.T) {
	x := build(t)
	var action struct {
		Runs struct {
			Steps []struct{ Name, Run string }
		}
	}
	decode(t, "../../action.yml", &action)
	steps := action.Runs.Steps
	check := steps[len(steps)-1]
	if check.Name != "Check" {
		t.Fatalf("the last step is %q", check.Name)
	}
	denied := strings.Replace(read(t, "testdata/manifests/job.yaml"), right, wrong, 1)
	dir := folder(t, map[string]string{"job.yaml": denied, "second.yaml": denied})
	summary := filepath.Join(t.TempDir(), "summary.md")
	got := x.run(t, dir, []string{
		"RUNNER_TEMP=" + x.dir, "GITHUB_STEP_SUMMARY=" + summary, "CMKGATE_SARIF=cmkgate.sarif", "CMKGATE_CONFIG=",
		"CMKGATE_ARGS=--no-inject --schema warn", "CMKGATE_PATHS=job.yaml $(touch${IFS}hacked)\nsecond.yaml\n",
	}, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", check.Run)
	if got.code == 0 || !strings.Contains(got.stdout, "::error file=job.yaml,line=") {
		t.Errorf("%+v", got)
	}
	if !strings.Contains(got.stdout, "::error file=second.yaml,line=") {
		t.Errorf("the second line of paths was not evaluated: %+v", got)
	}
	if text := read(t, summary); !strings.Contains(text, "alias/aws/s3") {
		t.Errorf("the summary is %q", text)
	}
	if text := read(t, filepath.Join(dir, "cmkgate.sarif")); !strings.Contains(text, `"2.1.0"`) {
		t.Errorf("the report is %q", text)
	}
	if _, err := os.Stat(filepath.Join(dir, "hacked")); err == nil {
		t.Error("an input became a command")
	}
}

func TestTheHooksOfPreCommitRunAsTheyAreWritten(t *testing.T) {
	x := build(t)
	var hooks []struct{ ID, Entry string }
	decode(t, "../../.pre-commit-hooks.yaml", &hooks)
	dir := folder(t, map[string]string{"job.yaml": strings.Replace(read(t, "testdata/manifests/job.yaml"), right, wrong, 1)})
	run := func(id string) outcome {
		for _, hook := range hooks {
			if hook.ID == id {
				command := strings.Fields(hook.Entry)
				return x.run(t, dir, nil, command[0], append(command[1:], "job.yaml", "cmkgate.yaml")...)
			}
		}
		t.Fatalf("there is no hook %s", id)
		return outcome{}
	}
	if got := run("cmkgate-check"); got.code != 1 {
		t.Errorf("check before: %+v", got)
	}
	if got := run("cmkgate-fix"); got.code != 0 {
		t.Errorf("fix: %+v", got)
	}
	if got := run("cmkgate-check"); got.code != 0 {
		t.Errorf("check after: %+v", got)
	}
}

// The job is run with nothing but what its image has: Go, a shell, and a folder for programs on the PATH.
func TestTheJobOfGitLabInstallsCmkgateAndReports(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles cmkgate from nothing; make gitops-test runs it")
	}
	var jobs map[string]struct {
		Image  string
		Script []string
	}
	decode(t, "testdata/gitlab/cmkgate.gitlab-ci.yml", &jobs)
	job := jobs["cmkgate"]
	_, version, _ := strings.Cut(job.Script[0], "@")
	x := tools{t.TempDir()}
	env := append(published(t, version), "GOBIN="+x.dir)
	run := func(t *testing.T, files map[string]string) (outcome, string) {
		t.Helper()
		dir := folder(t, files)
		got := x.run(t, dir, env, "sh", "-ec", strings.Join(job.Script, "\n"))
		report, err := os.ReadFile(filepath.Join(dir, "cmkgate.xml"))
		if err != nil {
			t.Fatalf("%v after %+v", err, got)
		}
		return got, string(report)
	}
	if got, text := run(t, nil); got.code != 0 || !strings.Contains(text, "<testsuite") {
		t.Errorf("%+v, and the report %q", got, text)
	}
	got, text := run(t, map[string]string{"job.yaml": strings.Replace(read(t, "testdata/manifests/job.yaml"), right, wrong, 1)})
	if got.code != 1 || !strings.Contains(text, "alias/aws/s3") {
		t.Errorf("%+v, and the report %q", got, text)
	}
	if got := x.run(t, x.dir, nil, "cmkgate", "version"); !strings.Contains(got.stdout, version) {
		t.Errorf("installed is %+v", got)
	}
	if own := goVersion(t); job.Image != "golang:"+own {
		t.Errorf("the image is %s, and go.mod asks for Go %s", job.Image, own)
	}
}

// goVersion is the language that go.mod asks for.
func goVersion(t *testing.T) string {
	t.Helper()
	_, rest, _ := strings.Cut(read(t, "../../go.mod"), "\ngo ")
	version, _, _ := strings.Cut(rest, "\n")
	return version[:strings.LastIndex(version, ".")]
}

func TestTheDocumentationShowsWhatWasRun(t *testing.T) {
	docs := read(t, "../../docs/gitops.md")
	for _, file := range []string{"kustomize/cmkgate.yaml", "argocd/application.yaml", "argocd/ignore.yaml", "argocd/plugin.yaml", "argocd/kustomization.yaml", "argocd/hook.yaml", "gitlab/cmkgate.gitlab-ci.yml"} {
		if !strings.Contains(docs, "```yaml\n"+read(t, filepath.Join("testdata", file))+"```\n") {
			t.Errorf("docs/gitops.md does not show %s", file)
		}
	}
	if !strings.Contains(docs, "```text\n"+read(t, "testdata/argocd/denied.txt")+"```\n") {
		t.Error("docs/gitops.md does not show what a denial looks like in Argo CD")
	}
}
