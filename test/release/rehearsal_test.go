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
	released   = "2026-01-02T03:04:05Z"
	notes      = "### Fixed\n\n- What was broken."
)

// machine is what must not be seen in a release.
type machine struct{ umask, timezone string }

// run runs a program on the machine and returns its standard output.
func (m machine) run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", append([]string{"-c", `umask "$0" && exec "$@"`, m.umask, name}, args...)...)
	cmd.Dir = dir
	// The token opens nothing. A commit of the same time and author is the same commit.
	cmd.Env = append(os.Environ(), "TZ="+m.timezone, "MAKEFLAGS=", "GITHUB_TOKEN=none", "GIT_AUTHOR_DATE="+released, "GIT_COMMITTER_DATE="+released)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, &stderr)
	}
	return string(out)
}

// rehearsal is a release that was published where nobody sees it.
type rehearsal struct {
	source, commit string
	platforms      []platform
	github         *github
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

// rehearse does in a clone of its own what CONTRIBUTING.md says of a release, with a GitHub of its own.
func (m machine) rehearse(t *testing.T, commit string) rehearsal {
	t.Helper()
	source := filepath.Join(t.TempDir(), "cmkgate")
	m.run(t, ".", "git", "clone", "--quiet", "--shared", "--no-tags", "--no-checkout", absolute(t, repository), source)
	m.run(t, source, "git", "checkout", "--quiet", "--detach", commit)
	addSection(t, filepath.Join(source, "CHANGELOG.md"))
	m.run(t, source, "git", "-c", "user.name=release", "-c", "user.email=release@example.com", "commit", "--quiet", "--all", "--message", "Release")
	m.run(t, source, "git", "tag", "v"+version)
	linkTools(t, filepath.Join(source, ".bin"))
	hub := playGitHub(t)
	config, platforms := configuration(t, hub)
	m.run(t, source, "make", "release", "RELEASE_FLAGS=--config="+config)
	return rehearsal{source: source, commit: strings.TrimSpace(m.run(t, source, "git", "rev-parse", "HEAD")), platforms: platforms, github: hub}
}

// addSection writes what has changed into a changelog, between what has not been released and an older release.
func addSection(t *testing.T, changelog string) {
	t.Helper()
	const above = "## [Unreleased]\n"
	text := replaced(t, string(read(t, changelog)), above, above+"\n## ["+version+"] - 2026-01-02\n\n"+notes+"\n\n## [1.2.2] - 2026-01-01\n")
	if err := os.WriteFile(changelog, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// linkTools spares a clone building the tools again.
func linkTools(t *testing.T, bin string) {
	t.Helper()
	tools := absolute(t, os.Getenv(toolsVariable))
	stamps, err := filepath.Glob(filepath.Join(tools, ".release-*"))
	if err != nil || len(stamps) == 0 {
		t.Fatalf("%s was not made by 'make release-tools' (%v)", tools, err)
	}
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, tool := range append(stamps, filepath.Join(tools, "goreleaser"), filepath.Join(tools, "cyclonedx-gomod")) {
		if err := os.Symlink(tool, filepath.Join(bin, filepath.Base(tool))); err != nil {
			t.Fatal(err)
		}
	}
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	out, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return out
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

// configuration is .goreleaser.yaml for another GitHub, narrowed to this platform and a foreign one unless all are asked for.
func configuration(t *testing.T, hub *github) (string, []platform) {
	t.Helper()
	original, err := os.ReadFile(filepath.Join(repository, ".goreleaser.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := yaml.Unmarshal(original, &config); err != nil {
		t.Fatal(err)
	}
	config["github_urls"] = map[string]string{"api": hub.url + "/api/v3/", "upload": hub.url + "/api/uploads/", "download": hub.url}
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

// file is what people download.
func (r rehearsal) file(t *testing.T, name string) []byte {
	t.Helper()
	content, ok := r.github.files[name]
	if !ok {
		t.Fatalf("the release has no %s", name)
	}
	return content
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
