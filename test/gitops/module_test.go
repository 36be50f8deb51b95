package gitops

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

const module = "github.com/cmkgate/cmkgate"

// published is the environment in which the module, as it is in the work tree, can be had in a version as if that had
// been released. What it requires comes from the machine's module cache.
func published(t *testing.T, version string) []string {
	t.Helper()
	proxy, cache := t.TempDir(), t.TempDir()
	dir := filepath.Join(proxy, filepath.FromSlash(module), "@v")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"list":            []byte(version + "\n"),
		version + ".info": fmt.Appendf(nil, "{%q: %q}", "Version", version),
		version + ".mod":  []byte(read(t, "../../go.mod")),
		version + ".zip":  archive(t, version),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return []string{
		"GOPROXY=file://" + proxy + ",file://" + filepath.Join(goEnv(t, "GOMODCACHE"), "cache", "download") + "," + goEnv(t, "GOPROXY"),
		"GOMODCACHE=" + cache, "GOFLAGS=-modcacherw", "GOSUMDB=off", "GOWORK=off",
	}
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// archive is what Go takes for the module: the files that Git knows of, but for those of modules within.
func archive(t *testing.T, version string) []byte {
	t.Helper()
	list := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = "../.."
	out, err := list.Output()
	if err != nil {
		t.Fatalf("listing the files of the module: %v", err)
	}
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		file := filepath.Join("..", "..", filepath.FromSlash(name))
		info, err := os.Lstat(file)
		if os.IsNotExist(err) || err == nil && !info.Mode().IsRegular() || ofAnotherModule(name) {
			continue
		}
		w, err := archive.Create(path.Join(module+"@"+version, name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(read(t, file))); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func ofAnotherModule(name string) bool {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if _, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(dir), "go.mod")); err == nil {
			return true
		}
	}
	return false
}
