package reload

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	"github.com/cmkgate/cmkgate/config"
	"github.com/cmkgate/cmkgate/policies"
)

// never is an interval that no test lives to see: what happens, events introduced.
const never = time.Hour

func settings(region string, more ...string) string {
	return "apiVersion: cmkgate.io/v1alpha1\nkind: Config\naws: {region: " + region + ", accountID: \"111122223333\"}\n" + strings.Join(more, "\n")
}

// configMap is a folder as kubelet mounts a ConfigMap.
type configMap struct {
	dir      string
	versions int
}

func (m *configMap) file() string { return filepath.Join(m.dir, "cmkgate.yaml") }

// update does what kubelet does: a new folder, and ..data renamed over the old symlink.
func (m *configMap) update(t *testing.T, text string) {
	t.Helper()
	m.versions++
	version := fmt.Sprintf("..v%d", m.versions)
	do(t, os.Mkdir(filepath.Join(m.dir, version), 0o755))
	write(t, filepath.Join(m.dir, version, "cmkgate.yaml"), text)
	do(t, os.Symlink(version, filepath.Join(m.dir, "..data_tmp")))
	do(t, os.Rename(filepath.Join(m.dir, "..data_tmp"), filepath.Join(m.dir, "..data")))
	if m.versions == 1 {
		do(t, os.Symlink("..data/cmkgate.yaml", m.file()))
		return
	}
	do(t, os.RemoveAll(filepath.Join(m.dir, fmt.Sprintf("..v%d", m.versions-1))))
}

func write(t *testing.T, path, text string) {
	t.Helper()
	do(t, os.WriteFile(path, []byte(text), 0o600))
}

func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// buffer is a log that can be read while it is written.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// running is a reloader that follows a file.
type running struct {
	*Reloader
	log *buffer

	mu      sync.Mutex
	applied []string // regions
}

func start(t *testing.T, path string, interval time.Duration) *running {
	t.Helper()
	r := &running{log: &buffer{}}
	var err error
	r.Reloader, err = New(path, zap.New(zap.WriteTo(r.log)), func(c *config.Config) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.applied = append(r.applied, c.Settings.Region)
		return nil
	})
	do(t, err)
	r.interval = interval
	done := make(chan error)
	go func() { done <- r.Start(t.Context()) }() // the context ends before the cleanup
	t.Cleanup(func() { do(t, <-done) })
	return r
}

func (r *running) regions() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.applied, " ")
}

func (r *running) eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came true: %s\napplied %s\n%slog:\n%s", what, r.regions(), r.Status(), r.log)
		}
	}
}

func (r *running) eventuallyApplied(t *testing.T, regions string) {
	t.Helper()
	r.eventually(t, "applied "+regions, func() bool { return r.regions() == regions })
}

func (r *running) eventuallyStatus(t *testing.T, want string) {
	t.Helper()
	r.eventually(t, want, func() bool { return strings.Contains(r.Status(), want) })
}

// metrics are all series as an exposition writes them, NAME VALUE or NAME{LABEL="..."} VALUE.
func (r *running) metrics(t *testing.T) string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	do(t, registry.Register(NewCollector(r.Reloader)))
	families, err := registry.Gather()
	do(t, err)
	var out strings.Builder
	for _, family := range families {
		for _, m := range family.GetMetric() {
			labels := ""
			for _, l := range m.GetLabel() {
				labels += fmt.Sprintf("{%s=%q}", l.GetName(), l.GetValue())
			}
			fmt.Fprintf(&out, "%s%s %v\n", family.GetName(), labels, m.GetGauge().GetValue())
		}
	}
	return out.String()
}

func (r *running) eventuallyMetric(t *testing.T, series string) {
	t.Helper()
	r.eventually(t, series, func() bool { return strings.Contains(r.metrics(t), series+"\n") })
}

func TestAnUpdateOfTheConfigMapIsApplied(t *testing.T) {
	m := &configMap{dir: t.TempDir()}
	m.update(t, settings("eu-west-1"))
	r := start(t, m.file(), never)
	first := r.state.Load().config.Hash
	applied := "eu-west-1"
	for _, region := range []string{"eu-west-2", "eu-west-3", "us-east-1"} {
		m.update(t, settings(region))
		applied += " " + region
		r.eventuallyApplied(t, applied)
	}
	want, err := config.Load("", []byte(settings("us-east-1")), policies.All())
	do(t, err)
	r.eventuallyStatus(t, "config: "+want.Hash+" active since ")
	r.eventuallyMetric(t, `cmkgate_config_info{hash="`+want.Hash+`"} 1`)
	r.eventuallyMetric(t, "cmkgate_config_last_reload_successful 1")
	if metrics := r.metrics(t); strings.Contains(metrics, first) {
		t.Errorf("the hash of a configuration that is no more in force is still told:\n%s", metrics)
	}
}

func TestABrokenFileKeepsTheLastGoodConfigurationAndTellsWhere(t *testing.T) {
	m := &configMap{dir: t.TempDir()}
	m.update(t, settings("eu-west-1"))
	r := start(t, m.file(), never)
	hash := r.state.Load().config.Hash

	m.update(t, settings("eu-west-2", "# a remark that is nobody's business", "localStorage: Maybe", ""))
	r.eventuallyStatus(t, "config: rejected at ")
	if want := m.file() + ":5:15 localStorage; see the log"; !strings.Contains(r.Status(), want) {
		t.Errorf("the status does not say %q:\n%s", want, r.Status())
	}
	if want := hash + " active since"; !strings.Contains(r.Status(), want) {
		t.Errorf("the status does not say %q:\n%s", want, r.Status())
	}
	r.eventuallyMetric(t, "cmkgate_config_last_reload_successful 0")
	r.eventuallyMetric(t, `cmkgate_config_info{hash="`+hash+`"} 1`)
	log := r.log.String()
	if !strings.Contains(log, `cmkgate.yaml:5:15: localStorage: \"Maybe\" is not a value of this field. Write Omit, Deny or Require.`) {
		t.Errorf("the log does not tell what is wrong:\n%s", log)
	}
	if strings.Contains(log, "nobody's business") {
		t.Errorf("the log shows the file's content:\n%s", log)
	}

	m.update(t, settings("eu-west-1"))
	r.eventuallyMetric(t, "cmkgate_config_last_reload_successful 1")
	if strings.Contains(r.Status(), "rejected") {
		t.Errorf("the file is good again, and the status says:\n%s", r.Status())
	}
	if got := r.regions(); got != "eu-west-1" {
		t.Errorf("applied %s; neither a broken file nor one that is in force is applied", got)
	}
}

func TestAFailureIsLoggedOnce(t *testing.T) {
	m := &configMap{dir: t.TempDir()}
	m.update(t, settings("eu-west-1"))
	r := start(t, m.file(), never)
	m.update(t, "nonsense")
	r.eventuallyStatus(t, "rejected")
	refused := r.state.Load()
	r.look()
	if got := strings.Count(r.log.String(), "configuration rejected"); got != 1 {
		t.Errorf("told %d times:\n%s", got, r.log)
	}
	if r.state.Load() != refused {
		t.Error("the same failure is told with a new time")
	}
}

func TestALongListOfProblemsIsCutInTheLog(t *testing.T) {
	m := &configMap{dir: t.TempDir()}
	m.update(t, settings("eu-west-1"))
	r := start(t, m.file(), never)
	var wrong strings.Builder
	for i := range 150 {
		fmt.Fprintf(&wrong, "wrong%d: 1\n", i)
	}
	m.update(t, settings("eu-west-1", wrong.String()))
	r.eventuallyStatus(t, ":4:1 wrong0; see the log")
	if log := r.log.String(); !strings.Contains(log, "wrong9:") || strings.Contains(log, "wrong10:") || !strings.Contains(log, "and 140 more problems") {
		t.Errorf("want ten problems and the number of the others:\n%s", log)
	}
}

func TestAFileWrittenInPlaceIsApplied(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cmkgate.yaml")
	write(t, file, settings("eu-west-1"))
	r := start(t, file, never)
	write(t, file, settings("eu-west-2"))
	r.eventuallyApplied(t, "eu-west-1 eu-west-2")
}

// Of a file behind a symlink into another folder no event tells.
func TestAChangeWithoutAnEventIsFound(t *testing.T) {
	target := filepath.Join(t.TempDir(), "target.yaml")
	write(t, target, settings("eu-west-1"))
	link := filepath.Join(t.TempDir(), "cmkgate.yaml")
	do(t, os.Symlink(target, link))
	r := start(t, link, 20*time.Millisecond)
	write(t, target, settings("eu-west-2"))
	// A file that is being written may be seen half.
	r.eventually(t, "eu-west-2", func() bool { return strings.HasSuffix(r.regions(), " eu-west-2") })
}

func TestAFolderThatWasAwayIsFollowedAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "config")
	m := &configMap{dir: dir}
	do(t, os.Mkdir(dir, 0o755))
	m.update(t, settings("eu-west-1"))
	r := start(t, m.file(), 20*time.Millisecond)
	do(t, os.RemoveAll(dir))
	r.eventuallyStatus(t, "the file cannot be loaded")

	m.versions = 0
	do(t, os.Mkdir(dir, 0o755))
	m.update(t, settings("eu-west-2"))
	r.eventuallyApplied(t, "eu-west-1 eu-west-2")
}

func TestAChangeOfAckNamespaceWaitsForARestartAndTheRestIsApplied(t *testing.T) {
	m := &configMap{dir: t.TempDir()}
	m.update(t, settings("eu-west-1"))
	r := start(t, m.file(), never)
	restart := `cmkgate_config_restart_required{field="ackNamespace"}`
	r.eventuallyMetric(t, restart+" 0")
	m.update(t, settings("eu-west-2", "ackNamespace: ack"))
	r.eventuallyApplied(t, "eu-west-1 eu-west-2")
	r.eventuallyStatus(t, "config: ackNamespace takes effect after a restart\n")
	r.eventuallyMetric(t, restart+" 1")
	if got := r.ACKNamespace(); got != "ack-system" {
		t.Errorf("the process works with ackNamespace %s", got)
	}
	r.eventually(t, "a log line", func() bool {
		return strings.Contains(r.log.String(), `"configured":"ack","inForce":"ack-system"`)
	})
	m.update(t, settings("eu-west-2"))
	r.eventuallyMetric(t, restart+" 0")
}

func TestABrokenFileAtTheStartIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cmkgate.yaml")
	write(t, file, "kind: Config\n")
	_, err := New(file, zap.New(zap.WriteTo(&buffer{})), func(*config.Config) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "cmkgate.yaml:1:1: apiVersion: is required.") {
		t.Errorf("got %v", err)
	}
}
