package catalog

import (
	"testing"

	"github.com/cmkgate/cmkgate/policies/tree"
)

func TestTheValuesBeforeEncryptionAreOfFieldsOfTheBucket(t *testing.T) {
	bucket := Kind{Group: S3, Name: "Bucket"}
	s := schemas(t)[bucket]
	for _, v := range ValuesBeforeEncryption() {
		if got := s.at(tree.MustPath(v.Path)); got == nil || got.Type != "string" {
			t.Errorf("%s is no text of the CRD", v.Path)
		}
		if len(v.Taken) == 0 || v.Source == "" {
			t.Errorf("%s: no values, or no source", v.Path)
		}
	}
}

func TestDeliveriesSayWhereAWSSaysSo(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range Deliveries() {
		if len(d.Service) == 0 || d.Delivers == "" || d.Source == "" {
			t.Errorf("%+v is incomplete", d)
		}
		for _, id := range append(d.Service, d.Accounts...) {
			if seen[id] {
				t.Errorf("%s stands twice", id)
			}
			seen[id] = true
		}
	}
}
