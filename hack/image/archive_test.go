package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

func TestArchiveOfOneArchitectureNamesTheImageItself(t *testing.T) {
	index := readArchive(t, writeTestArchive(t, newRoot(t, 0o755, "amd64"), "amd64"))
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if len(manifest.Manifests) != 1 {
		t.Fatalf("%d manifests; want 1", len(manifest.Manifests))
	}
	d := manifest.Manifests[0]
	if d.MediaType != types.OCIManifestSchema1 {
		t.Errorf("media type %s", d.MediaType)
	}
	if got := d.Annotations["io.containerd.image.name"]; got != "localhost/test:v1" {
		t.Errorf("containerd's name %q", got)
	}
	if got := d.Annotations["org.opencontainers.image.ref.name"]; got != "v1" {
		t.Errorf("the specification's name %q", got)
	}
}

func TestArchiveOfSeveralArchitecturesNamesAnIndexOfTheirImages(t *testing.T) {
	archs := []string{"amd64", "arm64"}
	outer := readArchive(t, writeTestArchive(t, newRoot(t, 0o755, archs...), archs...))
	manifest, err := outer.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if len(manifest.Manifests) != 1 || manifest.Manifests[0].MediaType != types.OCIImageIndex {
		t.Fatalf("the archive names %v; want one index", manifest.Manifests)
	}
	index, err := outer.ImageIndex(manifest.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err = index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var platforms []string
	for _, d := range manifest.Manifests {
		platforms = append(platforms, d.Platform.String())
		image, err := index.Image(d.Digest)
		if err != nil {
			t.Fatal(err)
		}
		config, err := image.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if got := config.Platform().String(); got != d.Platform.String() {
			t.Errorf("an image for %s is listed as %s", got, d.Platform)
		}
	}
	if want := []string{"linux/amd64", "linux/arm64"}; !slices.Equal(platforms, want) {
		t.Errorf("platforms %v; want %v", platforms, want)
	}
}

func TestArchiveDependsOnNeitherClockNorUmask(t *testing.T) {
	first := newRoot(t, 0o755, "amd64")
	second := newRoot(t, 0o700, "amd64")
	past := time.Unix(1000, 0)
	if err := os.Chtimes(filepath.Join(second, "amd64", "program"), past, past); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(readFile(t, writeTestArchive(t, first, "amd64")), readFile(t, writeTestArchive(t, second, "amd64"))) {
		t.Error("the same files gave two archives")
	}
}

func TestRunRefusesWhatIsNoImage(t *testing.T) {
	root := newRoot(t, 0o755, "amd64")
	dockerfile := writeDockerfile(t, "FROM scratch\n")
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"no architecture":     {[]string{"-name", "localhost/test:v1"}, "name at least one architecture"},
		"no tag":              {[]string{"-name", "localhost/test", "amd64"}, "-name: "},
		"nothing was built":   {[]string{"-name", "localhost/test:v1", "s390x"}, "make the image for s390x: pack "},
		"no such Dockerfile":  {[]string{"-name", "localhost/test:v1", "-dockerfile", "absent", "amd64"}, "open absent"},
		"nowhere to write to": {[]string{"-name", "localhost/test:v1", "-o", filepath.Join(root, "absent", "x.tar"), "amd64"}, "x.tar"},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "image.tar")
			err := run(append([]string{"-o", out, "-dockerfile", dockerfile, "-root", root}, test.args...))
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q; want it to contain %q", err, test.want)
			}
		})
	}
}

// newRoot makes what a build leaves: a program for each architecture.
func newRoot(t *testing.T, mode fs.FileMode, archs ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, arch := range archs {
		if err := os.Mkdir(filepath.Join(root, arch), mode); err != nil {
			t.Fatal(err)
		}
		program := filepath.Join(root, arch, "program")
		if err := os.WriteFile(program, []byte(arch), mode); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func writeTestArchive(t *testing.T, root string, archs ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "image.tar")
	dockerfile := writeDockerfile(t, "FROM scratch\nCOPY --from=build /out/ /\nENTRYPOINT [\"/program\"]\n")
	args := []string{"-o", out, "-dockerfile", dockerfile, "-name", "localhost/test:v1", "-root", root}
	if err := run(append(args, archs...)); err != nil {
		t.Fatal(err)
	}
	return out
}

// readArchive unpacks an archive and checks every digest and size in it.
func readArchive(t *testing.T, path string) v1.ImageIndex {
	t.Helper()
	dir := t.TempDir()
	for name, f := range untar(t, bytes.NewReader(readFile(t, path))) {
		target := filepath.Join(dir, name)
		if f.header.FileInfo().IsDir() {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, f.content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Fatal(err)
	}
	return index
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
