package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

const (
	toolsVariable     = "CMKGATE_RELEASE_TOOLS"
	platformsVariable = "CMKGATE_RELEASE_PLATFORMS"

	repository = "../.."
	version    = "1.2.3"
)

// machine is what must not be seen in a release.
type machine struct{ umask, timezone string }

// run runs a program on the machine and returns its standard output.
func (m machine) run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", append([]string{"-c", `umask "$0" && exec "$@"`, m.umask, name}, args...)...)
	cmd.Dir = dir
	// A token would let goreleaser speak to GitHub.
	cmd.Env = append(os.Environ(), "TZ="+m.timezone, "GITHUB_TOKEN=", "PATH="+os.Getenv(toolsVariable)+":"+os.Getenv("PATH"))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, &stderr)
	}
	return string(out)
}

// rehearsal is a release that was made and not published.
type rehearsal struct {
	source, dist, commit string
	platforms            []platform
}

// platform is what one of the archives is for.
type platform struct{ program, goos, goarch string }

func (p platform) target() string { return p.goos + "_" + p.goarch }

// base is what the names of an archive and of its SBOM begin with.
func (p platform) base() string { return p.program + "_" + version + "_" + p.target() }

func (p platform) archive() string {
	if p.goos == "windows" {
		return p.base() + ".zip"
	}
	return p.base() + ".tar.gz"
}

func (p platform) sbom() string { return p.base() + ".cdx.json" }

func (p platform) binary() string {
	if p.goos == "windows" {
		return p.program + ".exe"
	}
	return p.program
}

func (p platform) isHost() bool { return p.goos == runtime.GOOS && p.goarch == runtime.GOARCH }

// rehearse tags a commit in a clone of its own and makes the release of it.
func (m machine) rehearse(t *testing.T, commit string) rehearsal {
	t.Helper()
	source := filepath.Join(t.TempDir(), "cmkgate")
	origin, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	m.run(t, ".", "git", "clone", "--quiet", "--shared", "--no-tags", "--no-checkout", origin, source)
	m.run(t, source, "git", "checkout", "--quiet", "--detach", commit)
	m.run(t, source, "git", "tag", "v"+version)
	config, platforms := configuration(t)
	m.run(t, source, "goreleaser", "release", "--skip=publish", "--config", config)
	return rehearsal{source: source, dist: filepath.Join(source, ".bin", "dist"), commit: commit, platforms: platforms}
}

// commit is what is checked out, with what has changed since.
func commit(t *testing.T) string {
	t.Helper()
	m := machine{umask: "022"}
	if changed := strings.TrimSpace(m.run(t, repository, "git", "stash", "create")); changed != "" {
		return changed
	}
	return strings.TrimSpace(m.run(t, repository, "git", "rev-parse", "HEAD"))
}

// configuration is .goreleaser.yaml, narrowed to this platform and a foreign one unless all are asked for.
func configuration(t *testing.T) (string, []platform) {
	t.Helper()
	original, err := os.ReadFile(filepath.Join(repository, ".goreleaser.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := yaml.Unmarshal(original, &config); err != nil {
		t.Fatal(err)
	}
	var built []platform
	for _, b := range list(t, config["builds"]) {
		build, ok := b.(map[string]any)
		if !ok {
			t.Fatalf("a build is %v", b)
		}
		var targets []string
		for _, p := range platformsOf(t, build) {
			if wanted(p) {
				built, targets = append(built, p), append(targets, p.target())
			}
		}
		delete(build, "goos")
		delete(build, "goarch")
		build["targets"] = targets
	}
	narrowed, err := yaml.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "goreleaser.yaml")
	if err := os.WriteFile(path, narrowed, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, built
}

func wanted(p platform) bool {
	return os.Getenv(platformsVariable) == "all" ||
		slices.Contains([]string{runtime.GOOS + "_" + runtime.GOARCH, "linux_" + runtime.GOARCH, "windows_arm64"}, p.target())
}

func platformsOf(t *testing.T, build map[string]any) []platform {
	t.Helper()
	var out []platform
	for _, goos := range list(t, build["goos"]) {
		for _, goarch := range list(t, build["goarch"]) {
			out = append(out, platform{text(t, build["binary"]), text(t, goos), text(t, goarch)})
		}
	}
	return out
}

func list(t *testing.T, value any) []any {
	t.Helper()
	out, ok := value.([]any)
	if !ok || len(out) == 0 {
		t.Fatalf(".goreleaser.yaml: %v is no list", value)
	}
	return out
}

func text(t *testing.T, value any) string {
	t.Helper()
	out, ok := value.(string)
	if !ok || out == "" {
		t.Fatalf(".goreleaser.yaml: %v is no text", value)
	}
	return out
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// output is what a program says, and a failure of the test where it fails.
func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}
