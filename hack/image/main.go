// Command image writes cmkgate's container image as an OCI archive, without Docker: the files that the Dockerfile's
// build stage leaves, and what the Dockerfile's last stage says about them.
//
//	image -o image.tar -dockerfile Dockerfile -name localhost/cmkgate:v1.2.3 -arg VERSION=v1.2.3 -root DIR amd64 arm64
//
// DIR holds a folder of files for each architecture. One architecture makes an image, several make an index of images.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	fs := flag.NewFlagSet("image", flag.ExitOnError)
	out := fs.String("o", "image.tar", "`file` to write")
	dockerfile := fs.String("dockerfile", "Dockerfile", "`file` whose last stage describes the image")
	ref := fs.String("name", "", "the image's `name`, with registry and tag")
	root := fs.String("root", "", "`folder` with a folder of files for each architecture")
	epoch := fs.Int64("epoch", 0, "the image's time of creation, in `seconds` since 1970")
	var buildArgs []string
	fs.Func("arg", "a build argument, `NAME=VALUE`; repeatable", func(arg string) error {
		buildArgs = append(buildArgs, arg)
		return nil
	})
	if err := fs.Parse(args); err != nil {
		return fmt.Errorf("read the flags: %w", err)
	}
	if fs.NArg() == 0 {
		return errors.New("name at least one architecture: amd64, arm64")
	}
	tag, err := name.NewTag(*ref, name.StrictValidation)
	if err != nil {
		return fmt.Errorf("-name: %w", err)
	}
	config, err := readDockerfile(*dockerfile, buildArgs)
	if err != nil {
		return err
	}
	created := time.Unix(*epoch, 0).UTC()
	var images []v1.Image
	for _, arch := range fs.Args() {
		image, err := newImage(filepath.Join(*root, arch), arch, config, created)
		if err != nil {
			return fmt.Errorf("make the image for %s: %w", arch, err)
		}
		images = append(images, image)
	}
	return writeArchive(*out, tag, images, created)
}
