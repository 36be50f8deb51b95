package release

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRelease(t *testing.T) {
	if os.Getenv(toolsVariable) == "" {
		t.Skip(toolsVariable + " does not name the folder of goreleaser: run 'make release-test'")
	}
	of := commit(t)
	release := machine{umask: "022", timezone: "UTC"}.rehearse(t, of)
	t.Run("is published with its section of the changelog", release.testPublished)
	t.Run("has the hash of every file in checksums.txt", release.testChecksums)
	t.Run("is the same from another machine", func(t *testing.T) {
		release.testSame(t, machine{umask: "077", timezone: "Asia/Tokyo"}.rehearse(t, of))
	})
	for _, p := range release.platforms {
		t.Run(p.archive(), func(t *testing.T) {
			files := release.unpack(t, p)
			program := files[p.binary()].content
			t.Run("holds what is promised", func(t *testing.T) { release.testFiles(t, p, files) })
			t.Run("holds the program of the image", func(t *testing.T) { release.testImage(t, p, program) })
			t.Run("knows no path of its builder", func(t *testing.T) { release.testPaths(t, p, program) })
			t.Run("has an SBOM of what it was built of", func(t *testing.T) { release.testSBOM(t, p, program) })
			t.Run("runs", func(t *testing.T) { release.testRuns(t, p, program) })
			t.Run("completes", func(t *testing.T) { testCompletions(t, p, files) })
		})
	}
	t.Run("installs as documented", release.testInstall)
}

func (r rehearsal) testPublished(t *testing.T) {
	got := r.github.published
	got.Notes = strings.TrimSpace(got.Notes)
	if want := (published{Tag: "v" + version, Notes: notes}); got != want {
		t.Errorf("published %+v; want %+v", got, want)
	}
	want := []string{"checksums.txt"}
	for _, p := range r.platforms {
		want = append(want, p.archive(), p.sbom())
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(maps.Keys(r.github.files))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func (r rehearsal) testChecksums(t *testing.T) {
	got, want := map[string]string{}, map[string]string{}
	for line := range strings.Lines(string(r.file(t, "checksums.txt"))) {
		hash, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok {
			t.Errorf("the line %q", line)
		}
		got[name] = hash
	}
	for _, p := range r.platforms {
		for _, name := range []string{p.archive(), p.sbom()} {
			want[name] = hashOf(r.file(t, name))
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("checksums.txt says %v\nwant %v", got, want)
	}
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func (r rehearsal) testSame(t *testing.T, other rehearsal) {
	t.Helper()
	for _, p := range r.platforms {
		for _, name := range []string{p.archive(), p.sbom()} {
			if !bytes.Equal(r.file(t, name), other.file(t, name)) {
				t.Errorf("%s differs", name)
			}
		}
	}
}

// testImage builds a program as the image's is built.
func (r rehearsal) testImage(t *testing.T, p platform, program []byte) {
	t.Helper()
	if p.goos != "linux" {
		t.Skip("there are images for Linux only")
	}
	root := t.TempDir()
	output(t, "make", "-C", r.source, "image-root", "ARCH="+p.goarch, "IMAGE_ROOT="+root, "VERSION=v"+version, "REVISION="+r.commit)
	if !bytes.Equal(program, read(t, root, p.program)) {
		t.Errorf("%s is not the %s of the image: .goreleaser.yaml and the Makefile's image-root build with other flags", p.binary(), p.program)
	}
}

func (r rehearsal) testPaths(t *testing.T, p platform, program []byte) {
	t.Helper()
	built := buildOf(t, program)
	got := map[string]string{}
	for _, s := range built.Settings {
		got[s.Key] = s.Value
	}
	for key, want := range map[string]string{"GOOS": p.goos, "GOARCH": p.goarch, "CGO_ENABLED": "0", "-trimpath": "true"} {
		if got[key] != want {
			t.Errorf("built with %s=%s; want %s", key, got[key], want)
		}
	}
	var known map[string]string
	if err := json.Unmarshal([]byte(output(t, "go", "env", "-json", "GOROOT", "GOMODCACHE", "GOCACHE")), &known); err != nil {
		t.Fatal(err)
	}
	for _, path := range append(slices.Collect(maps.Values(known)), r.source, os.Getenv(toolsVariable)) {
		if bytes.Contains(program, []byte(path)) {
			t.Errorf("contains %s", path)
		}
	}
}

func buildOf(t *testing.T, program []byte) *buildinfo.BuildInfo {
	t.Helper()
	built, err := buildinfo.Read(bytes.NewReader(program))
	if err != nil {
		t.Fatal(err)
	}
	return built
}

func (r rehearsal) testRuns(t *testing.T, p platform, program []byte) {
	t.Helper()
	if !p.isHost() {
		t.Skip("for another platform")
	}
	path := filepath.Join(t.TempDir(), p.binary())
	if err := os.WriteFile(path, program, 0o700); err != nil {
		t.Fatal(err)
	}
	if p.program == "cmkgate-webhook" {
		if got, want := output(t, path, "--version"), p.program+" v"+version+" ("; !strings.HasPrefix(got, want) {
			t.Errorf("says %q; want it to begin with %q", got, want)
		}
		return
	}
	r.testVersion(t, path, "version", "-o", "json")
}

// testVersion asks a command for its version.
func (r rehearsal) testVersion(t *testing.T, name string, args ...string) {
	t.Helper()
	var got struct {
		Version  string `json:"version"`
		Revision string `json:"revision"`
	}
	if err := json.Unmarshal([]byte(output(t, name, args...)), &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != "v"+version || got.Revision != r.commit {
		t.Errorf("it is %+v; want v%s of commit %s", got, version, r.commit)
	}
}

// testCompletions lets the shells that are here parse what is for them.
func testCompletions(t *testing.T, p platform, files map[string]file) {
	t.Helper()
	if p.program != "cmkgate" {
		t.Skip("the webhook is not for a shell")
	}
	for name, shell := range map[string]string{"cmkgate.bash": "bash", "_cmkgate": "zsh", "cmkgate.fish": "fish", "kubectl_complete-cmkgate": "sh"} {
		script := files["completions/"+name].content
		if !bytes.Contains(script, []byte("__complete")) {
			t.Errorf("%s does not ask cmkgate", name)
		}
		path, err := exec.LookPath(shell)
		if err != nil {
			t.Logf("no %s to parse %s", shell, name)
			continue
		}
		check := exec.CommandContext(t.Context(), path, "-n")
		check.Stdin = bytes.NewReader(script)
		if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s -n %s: %v\n%s", shell, name, err, out)
		}
	}
}
