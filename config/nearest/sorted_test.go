package nearest

import "testing"

func TestNearestFindsWhatWasMeant(t *testing.T) {
	names := []string{"apiVersion", "kind", "aws", "defaultKeys", "trustedKeys", "localStorage", "policies", "overrides"}
	tests := []struct{ word, want string }{
		{"trustedKey", "trustedKeys"},
		{"trusted-keys", "trustedKeys"},
		{"localstorage", "localStorage"},
		{"policy", "policies"},
		{"AWS", "aws"},
		{"apiversion", "apiVersion"},
		{"metadata", ""},
		{"spec", ""},
		{"", ""},
	}
	for _, tt := range tests {
		got, meant := Sorted(tt.word, names)
		if meant != (tt.want != "") || meant && got[0] != tt.want {
			t.Errorf("Sorted(%q): got %q (%v), want %q", tt.word, got[0], meant, tt.want)
		}
	}
}

func TestDistanceCountsChanges(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0},
		{"abc", "abd", 1}, {"abc", "abcd", 1}, {"kitten", "sitting", 3},
	}
	for _, tt := range tests {
		if got := Distance(tt.a, tt.b); got != tt.want {
			t.Errorf("Distance(%q, %q): got %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
