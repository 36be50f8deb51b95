package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// newImage makes an image of one layer, which holds what is in the folder root.
func newImage(root, arch string, config v1.Config, created time.Time) (v1.Image, error) {
	files, err := tarOf(root, created)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(
		func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(files)), nil },
		tarball.WithMediaType(types.OCILayer),
		tarball.WithCompressionLevel(gzip.DefaultCompression),
		tarball.WithCompressedCaching,
	)
	if err != nil {
		return nil, fmt.Errorf("compress the layer: %w", err)
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	at := v1.Time{Time: created}
	image, err := mutate.Append(base, mutate.Addendum{
		Layer: layer, History: v1.History{Created: at, CreatedBy: "COPY " + builtRoot + " /"},
	})
	if err != nil {
		return nil, fmt.Errorf("append the layer: %w", err)
	}
	file, err := image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("read the image's configuration: %w", err)
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Created, file.Config = "linux", arch, at, config
	return mutate.ConfigFile(image, file)
}

// tarOf packs a folder so that the same files give the same bytes: in the order of their names, all owned by root and
// of one time.
func tarOf(root string, modified time.Time) ([]byte, error) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	files := os.DirFS(root)
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == "." {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		header := tar.Header{Name: path, Mode: permissions(info.Mode()), ModTime: modified}
		if entry.IsDir() {
			header.Typeflag, header.Name = tar.TypeDir, path+"/"
			return w.WriteHeader(&header)
		}
		content, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		header.Typeflag, header.Size = tar.TypeReg, int64(len(content))
		if err := w.WriteHeader(&header); err != nil {
			return err
		}
		_, err = w.Write(content)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("pack %s: %w", root, err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack %s: %w", root, err)
	}
	return buf.Bytes(), nil
}

// permissions takes the builder's umask out of the picture.
func permissions(mode fs.FileMode) int64 {
	switch {
	case mode&fs.ModeSticky != 0:
		return 0o1777
	case mode.Perm()&0o111 != 0:
		return 0o755
	default:
		return 0o644
	}
}
