package catalog

import (
	"strings"
	"testing"
)

// TestServicesAreWhatTheirControllersServe checks the rows against the modules that go.mod requires and their CRDs.
func TestServicesAreWhatTheirControllersServe(t *testing.T) {
	crds := schemas(t)
	rows := 0
	for _, s := range Services() {
		if dir := moduleDir(t, "github.com/aws-controllers-k8s/"+s.Controller()); !strings.HasSuffix(dir, "@"+s.Release) {
			t.Errorf("the catalog knows %s of %s, and go.mod requires %s", s.Release, s.Controller(), dir)
		}
		example := false
		for _, k := range s.Kinds {
			rows++
			example = example || k.Name == s.Example
			crd, ok := crds[Kind{s.Group, k.Name}]
			if !ok {
				t.Errorf("%s has no kind %s", s.Controller(), k.Name)
				continue
			}
			for _, field := range k.NameInAWS {
				if crd.Properties["spec"].Properties[field] == nil {
					t.Errorf("%s has no spec.%s", k.Name, field)
				}
			}
			if len(k.NameInAWS) == 0 {
				t.Errorf("%s: want the fields that say which resource in AWS it is", k.Name)
			}
		}
		if !example {
			t.Errorf("%s has no kind %s", s.Controller(), s.Example)
		}
	}
	if rows != len(crds) {
		t.Errorf("%d kinds, and the CRDs have %d", rows, len(crds))
	}
}

func TestOtherServicesOfACKAreUncovered(t *testing.T) {
	for group, want := range map[string]bool{
		SageMaker: false, S3: false, "services.k8s.aws": false, "": false, "apps": false, "example.com": false,
		"rds.services.k8s.aws": true,
	} {
		if Uncovered(group) != want {
			t.Errorf("%q: want %v", group, want)
		}
	}
}
