package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cmkgate/cmkgate/policies"
)

func TestDefaultKeysTieWhenNothingDecidesBetweenThem(t *testing.T) {
	const (
		first  = "arn: arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-111111111111"
		second = "arn: arn:aws:kms:eu-west-1:111122223333:key/22222222-2222-2222-2222-222222222222"
		region = "arn: arn:aws:kms:us-east-1:111122223333:key/22222222-2222-2222-2222-222222222222"
		other  = "arn: arn:aws:kms:eu-west-1:444455556666:key/22222222-2222-2222-2222-222222222222"
	)
	tests := []struct{ name, a, b, contest string }{
		{"two for everything", first, second, "every purpose in every namespace"},
		{"one purpose in common", first + ", purposes: [output, volume]", second + ", purposes: [volume, bucket]", "volume in every namespace"},
		{"namespaces that can both match", first + ", namespaces: [a, fraud-*]", second + ", namespaces: ['*-prod']",
			`every purpose in namespaces that match both "fraud-*" and "*-prod"`},
		{"the same namespaces", first + ", namespaces: [a]", second + ", namespaces: [b, a]", `every purpose in namespaces that match "a"`},
		{"one constraint each, of different sorts", first + ", namespaces: [a]", second + ", purposes: [bucket]", `bucket in namespaces that match "a"`},
		{"the same key twice", first, first, ""},
		{"another region", first, region, ""},
		{"another account: the resource's own decides", first, other, ""},
		{"more constraints", first, second + ", purposes: [bucket]", ""},
		{"other purposes", first + ", purposes: [output]", second + ", purposes: [bucket]", ""},
		{"other namespaces", first + ", namespaces: [fraud-*]", second + ", namespaces: [risk-*]", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(FileName, fmt.Appendf(nil, "%sdefaultKeys:\n- {%s}\n- {%s}\n", header, tt.a, tt.b), known())
			want := "cmkgate.yaml:6:3: defaultKeys[1]: ties with defaultKeys[0] on line 5: either could be used for " + tt.contest +
				". Give one of them namespaces or purposes that the other does not have."
			if tt.contest == "" && err != nil {
				t.Errorf("got %v, want no tie", err)
			}
			if tt.contest != "" && (err == nil || err.Error() != want) {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}

func TestDefaultKeysAreBoundedBeforeTheyAreCompared(t *testing.T) {
	var b strings.Builder
	b.WriteString(header + "defaultKeys:\n")
	for i := range maxKeyNamespaces + 1 {
		fmt.Fprintf(&b, "- {arn: arn:aws:kms:eu-west-1:111122223333:key/11111111-1111-1111-1111-%012d, namespaces: [a%d]}\n", i, i)
	}
	_, err := Load(FileName, []byte(b.String()), known())
	if err == nil || !strings.Contains(err.Error(), "cmkgate.yaml:1005:3: defaultKeys[1000]: with this entry the list has more than 1000 namespace patterns.") {
		t.Errorf("got %v", err)
	}
}

func TestOverlap(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"", "", true},
		{"*", "", true},
		{"?", "", false},
		{"team-a", "team-a", true},
		{"team-a", "team-b", false},
		{"team-*", "*-prod", true},
		{"team-*", "team", false},
		{"team-*", "risk-*", false},
		{"*-prod", "*-test", false},
		{"team-?", "team-ab", false},
		{"team-?", "?eam-b", true},
		{"a*b*c", "a?c", true},
		{"a*b*c", "ac", false},
		{"*a*", "*b*", true},
		{"**", "*", true},
	}
	for _, tt := range tests {
		if overlap(tt.a, tt.b) != tt.want || overlap(tt.b, tt.a) != tt.want {
			t.Errorf("overlap(%q, %q): got %v, want %v both ways", tt.a, tt.b, !tt.want, tt.want)
		}
	}
}

// The patterns of up to four characters over a, b, * and ? overlap exactly when
// one of the names of up to six characters over a, b and c matches both.
func TestOverlapAgreesWithMatchOnEverySmallPattern(t *testing.T) {
	patterns, names := words("ab*?", 4), words("abc", 6)
	matches := make([]map[string]bool, len(patterns))
	for i, p := range patterns {
		matches[i] = map[string]bool{}
		for _, name := range names {
			if policies.Match(p, name) {
				matches[i][name] = true
			}
		}
	}
	for i, p := range patterns {
		for j, q := range patterns[:i+1] {
			if want := intersect(matches[i], matches[j]); overlap(p, q) != want {
				t.Fatalf("overlap(%q, %q): want %v", p, q, want)
			}
		}
	}
}

// words are all words of up to n characters.
func words(alphabet string, n int) []string {
	last := []string{""}
	all := slices.Clone(last)
	for range n {
		next := make([]string, 0, len(last)*len(alphabet))
		for _, w := range last {
			for _, c := range alphabet {
				next = append(next, w+string(c))
			}
		}
		all = append(all, next...)
		last = next
	}
	return all
}

func intersect(a, b map[string]bool) bool {
	if len(b) < len(a) {
		a, b = b, a
	}
	for name := range a {
		if b[name] {
			return true
		}
	}
	return false
}
