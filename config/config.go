// Package config reads the organization's configuration file, the same for the
// webhook and for the command line, and resolves it to the settings that
// package policies evaluates by.
//
// A file is read strictly. Everything that is wrong with it is reported in one
// go, each problem with its line, its field and what to write instead.
package config

import (
	"fmt"
	"io"
	"os"

	"github.com/cmkgate/cmkgate/config/v1alpha1"
	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/tree"
)

// Config is a configuration file, checked and resolved.
type Config struct {
	// Source is the name of the file, as messages show it.
	Source string
	// Hash identifies what the configuration says: 12 hex digits that do not
	// depend on the layout, the comments or the name of the file.
	Hash string
	// Settings is what policies are evaluated with.
	Settings policies.Settings
	// ACKNamespace is where ACK has its ConfigMaps, which the runtime calls its
	// system namespace (ACK_SYSTEM_NAMESPACE).
	ACKNamespace string
	// Controllers are the Kubernetes user names of the ACK controllers; a * in
	// them stands for any characters.
	Controllers []string
}

// maxSize bounds a configuration file, in bytes: a ConfigMap cannot hold more.
const maxSize = 1 << 20

// LoadFile reads the configuration file at a path. See Load.
func LoadFile(path string, known []policies.Policy) (*Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	return Load(path, data, known)
}

// Load reads a configuration for the given policies; a file with any other
// policy is invalid. The name is the file's name for messages. A file with
// problems is an *Error, which holds all of them.
func Load(name string, data []byte, known []policies.Policy) (*Config, error) {
	doc, problem := parse(data)
	if problem != nil {
		return nil, &Error{Source: name, Problems: []Problem{*problem}}
	}
	report := newReport(doc)
	if !checkVersion(doc.root, report) {
		return nil, report.error(name)
	}
	file := v1alpha1.Default()
	decode(doc.root, &file, report)
	l := &loader{file: &file, known: known, report: report}
	cfg := &Config{Source: name, Settings: l.settings(), ACKNamespace: l.ackNamespace(), Controllers: l.controllers()}
	if err := report.error(name); err != nil {
		return nil, err
	}
	var err error
	cfg.Hash, err = hash(cfg)
	return cfg, err
}

// checkVersion looks at apiVersion and kind before all else: of a file of
// another kind or version no field can be checked.
func checkVersion(root *tree.Node, r *report) bool {
	if root.Kind() != tree.Map {
		r.at(nil, fmt.Sprintf("want an object, found %s.", r.doc.describe(root)), beginning())
		return false
	}
	for _, f := range []struct{ name, want string }{
		{"apiVersion", string(v1alpha1.Version)},
		{"kind", string(v1alpha1.KindConfig)},
	} {
		value := root.Get(f.name)
		remedy := fmt.Sprintf("Write %s: %s.", f.name, f.want)
		switch {
		case value.Missing():
			r.at(field(f.name), "is required.", remedy)
		case value.Str() != f.want:
			r.at(field(f.name), fmt.Sprintf("want %s, found %s.", f.want, r.doc.describe(value)), remedy)
		}
	}
	return len(r.problems) == 0
}

func beginning() string {
	return fmt.Sprintf("Begin with apiVersion: %s and kind: %s.", v1alpha1.Version, v1alpha1.KindConfig)
}
