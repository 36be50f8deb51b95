package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// writeArchive writes an OCI image layout as a tar file: with one image the image itself, with several an index of them.
func writeArchive(out string, tag name.Tag, images []v1.Image, created time.Time) (err error) {
	dir, err := os.MkdirTemp("", "cmkgate-image-*")
	if err != nil {
		return fmt.Errorf("make a folder for the layout: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := writeLayout(dir, tag, images); err != nil {
		return fmt.Errorf("write the layout: %w", err)
	}
	archive, err := tarOf(dir, created)
	if err != nil {
		return err
	}
	return os.WriteFile(out, archive, 0o644) //nolint:gosec // an image is for everyone to read
}

func writeLayout(dir string, tag name.Tag, images []v1.Image) error {
	path, err := layout.Write(dir, empty.Index)
	if err != nil {
		return err
	}
	// containerd takes the name from the first annotation; the second is the specification's, which knows only tags.
	named := layout.WithAnnotations(map[string]string{
		"io.containerd.image.name":          tag.Name(),
		"org.opencontainers.image.ref.name": tag.TagStr(),
	})
	if len(images) > 1 {
		index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
		for _, image := range images {
			config, err := image.ConfigFile()
			if err != nil {
				return err
			}
			index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: config.Platform()}})
		}
		return path.AppendIndex(index, named)
	}
	if err := path.AppendImage(images[0], named); err != nil {
		return err
	}
	return writeDockerManifest(dir, tag, images[0])
}

// writeDockerManifest adds what `docker load` reads where Docker keeps its images outside of containerd.
func writeDockerManifest(dir string, tag name.Tag, image v1.Image) error {
	manifest, err := image.Manifest()
	if err != nil {
		return err
	}
	d := tarball.Descriptor{Config: blob(manifest.Config.Digest), RepoTags: []string{tag.Name()}}
	for _, layer := range manifest.Layers {
		d.Layers = append(d.Layers, blob(layer.Digest))
	}
	content, err := json.Marshal(tarball.Manifest{d})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "manifest.json"), content, 0o600)
}

func blob(h v1.Hash) string { return "blobs/" + h.Algorithm + "/" + h.Hex }
