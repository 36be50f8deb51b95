package main

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

const (
	stamp = "v1.2.3-test"
	// What an image may take on a node, unpacked.
	sizeLimit = 40_000_000
)

// TestImage looks at what `make image-tar` writes.
func TestImage(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the image twice")
	}
	archive := makeImage(t)
	if !bytes.Equal(readFile(t, archive), readFile(t, makeImage(t))) {
		t.Error("two builds gave two archives")
	}
	image := onlyImage(t, readArchive(t, archive))
	t.Run("says how it is to be run", func(t *testing.T) { testConfig(t, image) })
	t.Run("is what docker load reads", func(t *testing.T) { testDockerLoad(t, archive, image) })

	layer, err := onlyLayer(t, image).Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	files := untar(t, layer)
	t.Run("holds two programs and a folder for temporary files", func(t *testing.T) { testFiles(t, files) })
	for _, program := range []struct{ name, versionArg string }{{"cmkgate", "version"}, {"cmkgate-webhook", "--version"}} {
		t.Run(program.name+" is static, knows no path of its builder, and tells its version", func(t *testing.T) {
			testProgram(t, program.name, program.versionArg, files[program.name].content)
		})
	}
}

func testConfig(t *testing.T, image v1.Image) {
	t.Helper()
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := config.Platform().String(), "linux/"+runtime.GOARCH; got != want {
		t.Errorf("platform %s; want %s", got, want)
	}
	if config.Config.User != "65532:65532" {
		t.Errorf("user %q; want 65532:65532, a number, so that Kubernetes can tell that it is not root", config.Config.User)
	}
	if want := []string{"/cmkgate-webhook"}; !slices.Equal(config.Config.Entrypoint, want) {
		t.Errorf("entrypoint %q; want %q", config.Config.Entrypoint, want)
	}
	if got := config.Created.Unix(); got != 1_700_000_000 {
		t.Errorf("created at %d; want SOURCE_DATE_EPOCH", got)
	}
	for label, want := range map[string]string{"title": "cmkgate", "version": stamp, "revision": "0123abc", "licenses": "Apache-2.0"} {
		if got := config.Config.Labels["org.opencontainers.image."+label]; got != want {
			t.Errorf("label %s is %q; want %q", label, got, want)
		}
	}
}

func testDockerLoad(t *testing.T, archive string, image v1.Image) {
	t.Helper()
	loaded, err := tarball.ImageFromPath(archive, nil)
	if err != nil {
		t.Fatal(err)
	}
	want, err := image.ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := loaded.ConfigName(); err != nil || got != want {
		t.Errorf("manifest.json leads to the configuration %s (%v); want %s", got, err, want)
	}
}

func testFiles(t *testing.T, files map[string]file) {
	t.Helper()
	modes := map[string]fs.FileMode{}
	var size int64
	for name, f := range files {
		modes[name] = f.header.FileInfo().Mode()
		size += f.header.Size
		if f.header.Uid != 0 || f.header.Gid != 0 {
			t.Errorf("%s belongs to %d:%d; want root, so that the process cannot change it", name, f.header.Uid, f.header.Gid)
		}
	}
	if want := map[string]fs.FileMode{
		"cmkgate": 0o755, "cmkgate-webhook": 0o755, "tmp/": 0o777 | fs.ModeDir | fs.ModeSticky,
	}; !maps.Equal(modes, want) {
		t.Errorf("files %v; want %v", modes, want)
	}
	t.Logf("unpacked: %.1f MB of %.0f", float64(size)/1e6, float64(sizeLimit)/1e6)
	if size >= sizeLimit {
		t.Errorf("the image takes %d bytes; want less than %d", size, sizeLimit)
	}
}

func testProgram(t *testing.T, name, versionArg string, content []byte) {
	t.Helper()
	program, err := elf.NewFile(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	for _, segment := range program.Progs {
		if segment.Type == elf.PT_INTERP || segment.Type == elf.PT_DYNAMIC {
			t.Errorf("a segment %s: the image has no dynamic linker", segment.Type)
		}
	}
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(content, []byte(repository)) {
		t.Errorf("contains the path %s: two checkouts would give two images", repository)
	}
	if runtime.GOOS != "linux" {
		t.Skip("the programs are for Linux")
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, versionArg)
	cmd.Env = []string{}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if want := name + " " + stamp + " ("; !strings.HasPrefix(string(out), want) {
		t.Errorf("says %q; want it to begin with %q", out, want)
	}
}

// makeImage builds everything into a folder of its own, so that nothing is left over from another build.
func makeImage(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "make", "-C", "../..", "image-tar", "BIN="+bin,
		"VERSION="+stamp, "REVISION=0123abc", "SOURCE_DATE_EPOCH=1700000000")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(bin, "cmkgate-image.tar")
}

func onlyImage(t *testing.T, index v1.ImageIndex) v1.Image {
	t.Helper()
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if len(manifest.Manifests) != 1 {
		t.Fatalf("%d images; want 1", len(manifest.Manifests))
	}
	image, err := index.Image(manifest.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func onlyLayer(t *testing.T, image v1.Image) v1.Layer {
	t.Helper()
	layers, err := image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	if len(layers) != 1 {
		t.Fatalf("%d layers; want 1", len(layers))
	}
	return layers[0]
}

type file struct {
	header  *tar.Header
	content []byte
}

func untar(t *testing.T, r io.Reader) map[string]file {
	t.Helper()
	files := map[string]file{}
	for archive := tar.NewReader(r); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		files[header.Name] = file{header, content}
	}
}
