package admission

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

const (
	remark = "# a remark that is nobody's business\n"
	broken = "overrides:\n  - namespaces: [sandbox-*]\n    policies: {sagemaker-output-key: {mode: Forbid}}\n"
)

func outputKeyMode(mode string) string {
	return "policies: {sagemaker-output-key: {mode: " + mode + "}}\n"
}

// mountedConfig is the sample configuration as kubelet mounts a ConfigMap.
type mountedConfig struct {
	dir, sample string
	versions    int
}

func newMountedConfig(t *testing.T) *mountedConfig {
	t.Helper()
	sample, err := os.ReadFile(configFile)
	if err != nil {
		t.Fatal(err)
	}
	m := &mountedConfig{dir: t.TempDir(), sample: string(sample)}
	m.update(t, "")
	must(t, os.Symlink("..data/cmkgate.yaml", m.file()))
	return m
}

func (m *mountedConfig) file() string { return filepath.Join(m.dir, "cmkgate.yaml") }

// update adds to the sample and swaps the folder, as kubelet does.
func (m *mountedConfig) update(t *testing.T, more string) {
	t.Helper()
	m.versions++
	version := fmt.Sprintf("..v%d", m.versions)
	must(t, os.Mkdir(filepath.Join(m.dir, version), 0o755))
	must(t, os.WriteFile(filepath.Join(m.dir, version, "cmkgate.yaml"), []byte(m.sample+more), 0o600))
	must(t, os.Symlink(version, filepath.Join(m.dir, "..data_tmp")))
	must(t, os.Rename(filepath.Join(m.dir, "..data_tmp"), filepath.Join(m.dir, "..data")))
}

func reload(t *testing.T, server *apiserver.Server) { //nolint:thelper // a test of its own
	mounted := newMountedConfig(t)
	s := newSuite(t, server)
	s.serve(t, mounted.file())

	if !s.deniesBadKey(t) {
		t.Fatal("the sample configuration does not enforce sagemaker-output-key")
	}
	first := s.readiness(t)
	mounted.update(t, outputKeyMode("Warn"))
	eventually(t, "the new mode", func() bool { return !s.deniesBadKey(t) })
	eventually(t, "another hash", func() bool { return hashOf(s.readiness(t)) != hashOf(first) })
	warns := s.readiness(t)

	mounted.update(t, remark+broken)
	eventually(t, "the failure in the metrics", func() bool { return strings.Contains(s.metrics(t), "cmkgate_config_last_reload_successful 0\n") })
	s.keepsTheLastGoodOne(t, warns)

	mounted.update(t, "ackNamespace: ack\n"+outputKeyMode("Enforce"))
	eventually(t, "the mode beside a new ackNamespace", func() bool { return s.deniesBadKey(t) })
	eventually(t, "the word about a restart", func() bool {
		return strings.Contains(s.readiness(t), "config: ackNamespace takes effect after a restart\n")
	})
	metrics := s.metrics(t)
	for _, want := range []string{"cmkgate_config_last_reload_successful 1\n", `cmkgate_config_restart_required{field="ackNamespace"} 1` + "\n"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics do not have %s", want)
		}
	}
}

func TestABrokenConfigurationAtTheStartEndsTheProcessWithOne(t *testing.T) {
	binary := apiserver.WebhookForTest(t)
	mounted := newMountedConfig(t)
	mounted.update(t, broken)
	log, err := exec.CommandContext(t.Context(), binary, "--config", mounted.file()).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(string(log), "overrides[0].policies.sagemaker-output-key.mode") {
		t.Errorf("%v, want exit code 1 and the place:\n%s", err, log)
	}
}

func (s *suite) keepsTheLastGoodOne(t *testing.T, before string) {
	t.Helper()
	if s.deniesBadKey(t) {
		t.Error("after a broken file another mode is in force")
	}
	readiness := s.readiness(t)
	if hashOf(readiness) != hashOf(before) || !strings.Contains(readiness, "overrides[0].policies.sagemaker-output-key.mode; see the log\n") {
		t.Errorf("want the hash of the last good configuration, and where the file is wrong:\n%s", readiness)
	}
	if want := `cmkgate_config_info{hash="` + hashOf(before) + `"} 1`; !strings.Contains(s.metrics(t), want) {
		t.Errorf("the metrics do not have %s", want)
	}
	log, err := os.ReadFile(s.webhook.LogFile())
	must(t, err)
	if !strings.Contains(string(log), `: overrides[0].policies.sagemaker-output-key.mode: \"Forbid\" is not a value of this field.`) {
		t.Errorf("the log does not tell what is wrong:\n%s", log)
	}
	if strings.Contains(string(log), "nobody's business") {
		t.Error("the log shows the file's content")
	}
}

// deniesBadKey reports whether a job with a key of AWS is denied.
func (s *suite) deniesBadKey(t *testing.T) bool {
	t.Helper()
	err := s.create(t.Context(), trainingJobs, job("reload", "alias/aws/s3"), metav1.DryRunAll)
	if err != nil && !apierrors.IsForbidden(err) {
		t.Fatal(err)
	}
	return err != nil
}

// readiness is the readiness page of a replica that is ready.
func (s *suite) readiness(t *testing.T) string {
	t.Helper()
	code, page := get(t, s.webhook.HealthURL()+"/readyz?verbose")
	if code != http.StatusOK {
		t.Errorf("not ready:\n%s", page)
	}
	return page
}

func (s *suite) metrics(t *testing.T) string {
	t.Helper()
	_, page := get(t, s.webhook.MetricsURL())
	return page
}

// hashOf finds the hash on the readiness page.
func hashOf(page string) string {
	_, after, _ := strings.Cut(page, "config: ")
	hash, _, _ := strings.Cut(after, " active since ")
	return hash
}

func get(t *testing.T, url string) (code int, page string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, string(body)
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	apiserver.Eventually(t, what, func(context.Context) error {
		if !holds() {
			return errors.New("it is not so yet")
		}
		return nil
	})
}
