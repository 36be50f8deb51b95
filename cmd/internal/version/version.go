// Package version says which build of cmkgate is running.
package version

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// What a release build sets (-ldflags "-X github.com/cmkgate/cmkgate/cmd/internal/version.stamped=v1.2.3").
var stamped, revision string //nolint:gochecknoglobals // the linker sets them, nothing else does

// Build is what a binary knows about its own making.
type Build struct {
	// Version is the stamp of a release build, otherwise what Go knows of the module's version.
	Version string `json:"version"`
	// Revision is the commit, empty if neither the linker nor Go's version control stamp tells it.
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// Current says what is running.
func Current() Build {
	b := Build{Version: stamped, Revision: revision, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		b = b.completed(info)
	}
	if b.Version == "" {
		b.Version = "(devel)"
	}
	return b
}

// completed adds what the linker was not reported.
func (b Build) completed(info *debug.BuildInfo) Build {
	if b.Version == "" {
		b.Version = info.Main.Version
	}
	if b.Revision != "" {
		return b
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Revision = s.Value
		}
	}
	return b
}

// String is the build as --version shows it.
func (b Build) String() string {
	return fmt.Sprintf("%s (%s, %s)", b.Version, b.Go, b.Platform)
}
