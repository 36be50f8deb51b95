package main

import (
	"path/filepath"
	"testing"
)

// Every manifest has its scene, and every scene speaks of what is in its manifest: whoever adds one finds out here, not
// after the API server has started.
func TestStoryTellsEveryManifest(t *testing.T) {
	told := map[string]bool{"before.yaml": true}
	for _, scene := range story() {
		told[scene.file] = true
		objects, err := readManifest(filepath.Join("manifests", scene.file))
		if err != nil {
			t.Fatal(err)
		}
		if len(objects) != len(scene.want) {
			t.Errorf("%s has %d objects, the story speaks of %d", scene.file, len(objects), len(scene.want))
		}
		for i, want := range scene.want {
			if want.asked == "" {
				t.Errorf("%s: what does object %d ask for?", scene.file, i+1)
			}
			if len(want.denied) > 0 && len(want.injected) > 0 {
				t.Errorf("%s: object %d cannot be denied and injected into", scene.file, i+1)
			}
		}
	}
	files, err := filepath.Glob("manifests/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !told[filepath.Base(file)] {
			t.Errorf("%s is in no scene", file)
		}
	}
}
