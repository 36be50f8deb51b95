package config

import (
	"errors"
	"os"
	"testing"
)

// Whatever stands in a file, it is read or refused with positions inside it.
func FuzzLoad(f *testing.F) {
	for _, file := range []string{
		"samples/minimal.yaml", "samples/full.yaml", "samples/multi-region.yaml", "testdata/everything-wrong.yaml",
	} {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("a: &a\n  <<: [*a, {b: 1}]\n"))
	f.Add([]byte("? [a]\n: b\n"))
	f.Add([]byte("{apiVersion: cmkgate.io/v1alpha1, kind: Config, aws: {region: a-b-1}, trustedKeys: {accounts: [!!str 1]}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		cfg, err := Load(FileName, data, known())
		if err == nil {
			if cfg.Settings.Region == "" || len(cfg.Settings.Policies) != len(known()) || cfg.Hash == "" {
				t.Errorf("accepted, but incomplete: %+v", cfg)
			}
			return
		}
		problems, ok := errors.AsType[*Error](err)
		if !ok || len(problems.Problems) == 0 {
			t.Fatalf("want an *Error with problems, got %#v", err)
		}
		lines := 2 // what is missing at the end may be reported on the line after it
		for _, c := range data {
			if c == '\n' || c == '\r' || c > 0x7f { // YAML has line breaks beyond ASCII
				lines++
			}
		}
		for _, p := range problems.Problems {
			if p.Line < 1 || p.Line > lines || p.Column < 1 || p.Problem == "" {
				t.Errorf("no position in the file of %d lines: %v", lines, p)
			}
		}
	})
}
