package manifests

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cmkgate/cmkgate/test/apiserver"
)

func TestManifestsAreFoundWhereverTheyStand(t *testing.T) {
	const bucket = "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata: {name: b}\n"
	indented := "    " + strings.ReplaceAll(strings.TrimSpace(bucket), "\n", "\n    ") + "\n"
	tree := fstest.MapFS{
		"a/file.yaml":         {Data: []byte(bucket)},
		"a/file.json":         {Data: []byte(`{"apiVersion": "s3.services.k8s.aws/v1alpha1", "kind": "Bucket"}`)},
		"a/other.yaml":        {Data: []byte("apiVersion: v1\nkind: ConfigMap\n")},
		"script.txtar":        {Data: []byte("cmkgate check\n-- one.yaml --\n" + bucket + "-- two.txt --\nnothing\n-- deep/three.yaml --\n" + bucket)},
		"page.md":             {Data: []byte("# Page\n\n```yaml\n" + bucket + "```\n\nor\n\n" + indented + "\nand text\n\n    other code\n")},
		"code.go":             {Data: []byte("package x\n\nconst y = `\n" + bucket + "`\n")},
		".hidden/file.yaml":   {Data: []byte(bucket)},
		"binary/file.unknown": {Data: []byte("\x00")},
	}
	units, err := Tree(tree)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range units {
		got = append(got, u.Name)
		if objects, err := u.Objects(); err != nil || len(objects) != 1 || objects[0].Kind() != "Bucket" {
			t.Errorf("%s: %v, %v", u.Name, objects, err)
		}
	}
	want := []string{"a/file.json", "a/file.yaml", "code.go#3", "page.md#4", "page.md#11", "script.txtar#one.yaml", "script.txtar#deep/three.yaml"}
	if !slices.Equal(got, want) {
		t.Errorf("found %q\nwant  %q", got, want)
	}
}

// A file of another kind that holds a manifest needs a reader.
func TestNoFileWithAManifestIsPassedOver(t *testing.T) {
	root, err := apiserver.ModuleRoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tree := os.DirFS(root)
	err = fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && (path != "." && strings.HasPrefix(entry.Name(), ".") || strings.HasSuffix(path, "testdata/fuzz")) {
			return fs.SkipDir // what a fuzz target has to take is no manifest yet
		}
		if err != nil || entry.IsDir() || readers()[filepath.Ext(path)] != nil {
			return err
		}
		data, err := fs.ReadFile(tree, path)
		if namesACK.Match(data) {
			t.Errorf("%s holds a manifest that nobody reads", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestListsAreTakenApart(t *testing.T) {
	objects, err := NewObjects([]byte(`{"kind": "List", "items": [{"kind": "A"}, {"kind": "BList", "items": [{"kind": "B"}]}, {"kind": "C", "items": []}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, o := range objects {
		kinds = append(kinds, o.Kind())
	}
	if !slices.Equal(kinds, []string{"A", "B", "C"}) {
		t.Errorf("%q", kinds)
	}
}
