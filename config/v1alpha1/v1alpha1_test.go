package v1alpha1

import (
	"regexp"
	"slices"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
	"github.com/cmkgate/cmkgate/policies/catalog"
	"github.com/cmkgate/cmkgate/policies/kms"
)

// The file format has values of its own, so that policies can change without
// breaking files; today the two are the same.
func TestValuesAreThoseThatPoliciesKnow(t *testing.T) {
	expect(t, "modes", Mode("").Values(), policies.Modes())
	expect(t, "purposes", Purpose("").Values(), catalog.Purposes())
	expect(t, "localStorage", LocalStorage("").Values(), []policies.LocalStorageMode{policies.Omit, policies.Require, policies.Deny})
	expect(t, "storage", Storage("").Values(), []catalog.Storage{catalog.Local, catalog.EBS, catalog.Unknown})
}

func expect[T ~string](t *testing.T, name string, got []string, want []T) {
	t.Helper()
	words := make([]string, 0, len(want))
	for _, w := range want {
		words = append(words, string(w))
	}
	if !slices.Equal(got, words) {
		t.Errorf("%s: the file takes %v, policies know %v", name, got, words)
	}
}

func TestPatternsAgreeWithKMS(t *testing.T) {
	const uuid, mrk = "11111111-1111-1111-1111-111111111111", "mrk-11111111111111111111111111111111"
	texts := []string{
		"", "eu-west-1", "us-gov-east-1", "eusc-de-east-1", "us-isob-east-1", "eu-west", "eu-west-1a", "EU-WEST-1", "a-b-c-d-1",
		"111122223333", "11112222333", "1111222233334", "11112222333x",
		uuid, mrk, "alias/ml",
		"arn:aws:kms:eu-west-1:111122223333:key/" + uuid,
		"arn:aws:kms:eu-west-1:111122223333:key/" + mrk,
		"arn:aws-us-gov:kms:us-gov-east-1:111122223333:key/" + uuid,
		"arn:aws-cn:kms:cn-north-1:111122223333:key/" + uuid,
		"arn:aws:kms:eu-west-1:111122223333:alias/ml/team_a-1",
		"arn:aws:kms:eu-west-1:111122223333:alias/",
		"arn:aws:kms:eu-west-1:111122223333:key/1234",
		"arn:aws:kms:eu-west-1::key/" + uuid,
		"arn:aws:s3:::bucket",
	}
	is := func(forms kms.Form) func(string) bool {
		return func(s string) bool {
			ref, err := kms.Parse(s)
			return err == nil && ref.Form&forms != 0
		}
	}
	tests := []struct {
		name, pattern string
		want          func(string) bool
	}{
		{"region", Region("").Pattern(), kms.IsRegion},
		{"account", AccountID("").Pattern(), kms.IsAccount},
		{"key ARN", KeyARN("").Pattern(), is(kms.KeyARN)},
		{"key or alias ARN", KeyOrAliasARN("").Pattern(), is(kms.KeyARN | kms.AliasARN)},
	}
	for _, tt := range tests {
		pattern := regexp.MustCompile(tt.pattern)
		for _, text := range texts {
			if got, want := pattern.MatchString(text), tt.want(text); got != want {
				t.Errorf("%s %q: the pattern says %v, package kms %v", tt.name, text, got, want)
			}
		}
	}
}
