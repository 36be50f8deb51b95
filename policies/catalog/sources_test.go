package catalog

import (
	"regexp"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies/tree"
)

func TestEverySourceIsAStringOfTheCRDsAndTheGoTypes(t *testing.T) {
	crds, types := schemas(t), goTypes(t)
	for _, s := range Sources() {
		path := parsePath(t, s.Path)
		if got := crds[s.Kind].at(path); got == nil || got.Type != "string" {
			t.Errorf("%s %s is no string of the CRD: %+v", s.Kind.Name, s.Path, got)
		}
		if got := goField(types[s.Kind], path); got == nil || got.String() != "string" {
			t.Errorf("%s %s is no string of the Go type: %v", s.Kind.Name, s.Path, got)
		}
		if s.Holds == "" || strings.HasSuffix(s.Holds, ".") {
			t.Errorf("%s %s: bucket X holds %q", s.Kind.Name, s.Path, s.Holds)
		}
	}
}

// What looks like a place of data in S3 and is none.
func isNoSource(path string) bool {
	return regexp.MustCompile(`(?i)(` + strings.Join([]string{
		`imageURI`, `SourceURI`, `configURI`, `templateURL`, `uiTemplateS3URI`, `labelCategoryConfigS3URI`, `\.configFile\.s3URI`, // code and configuration
		`grantee\.uRI`, `repositoryURL`, `rStudioConnectURL`, `rStudioPackageManagerURL`, `defaultLandingURI`, // not of S3
		`resolvedOutputS3URI`, // see Sources
	}, "|") + `)$`).MatchString(path)
}

func TestEveryS3URIOfTheCRDsIsASource(t *testing.T) {
	known := map[Kind]map[string]bool{}
	for _, s := range Sources() {
		if known[s.Kind] == nil {
			known[s.Kind] = map[string]bool{}
		}
		if known[s.Kind][s.Path] {
			t.Errorf("%s %s is listed twice", s.Kind.Name, s.Path)
		}
		known[s.Kind][s.Path] = true
	}
	looks := regexp.MustCompile(`(?i)(ur[il]|s3\w*path)$`)
	leaves := 0
	for kind, root := range schemas(t) {
		spec := parsePath(t, "spec")
		root.at(spec).leaves(spec, func(path tree.Path, s *schema) {
			text := path.String()
			if s.Type != "string" || !looks.MatchString(text) || isNoSource(text) {
				return
			}
			leaves++
			if !known[kind][text] {
				t.Errorf("%s %s looks like data in S3 and is no source", kind.Name, text)
			}
		})
	}
	if leaves != len(Sources()) {
		t.Errorf("the CRDs have %d such leaves, and there are %d sources", leaves, len(Sources()))
	}
}
