package iam

import "testing"

// texts are all texts of up to n of these letters, the empty one included. The
// patterns of the tests have no c, which stands for every other letter.
func texts(n int) []string {
	out := []string{""}
	for begin := 0; n > 0; n-- {
		end := len(out)
		for _, t := range out[begin:end] {
			out = append(out, t+"a", t+"b", t+"c")
		}
		begin = end
	}
	return out
}

// patterns are all patterns of up to n characters.
func patterns(n int) []string {
	out := []string{""}
	for begin := 0; n > 0; n-- {
		end := len(out)
		for _, p := range out[begin:end] {
			out = append(out, p+"a", p+"b", p+"*", p+"?")
		}
		begin = end
	}
	return out
}

// Whether a pattern covers or meets a scope is what trying it on every text says.
func TestCoversAndMeetsAreWhatMatchesSaysOfEveryText(t *testing.T) {
	suffixes := texts(5)[1:]
	for _, pattern := range patterns(5) {
		for _, begin := range texts(2) {
			all, some := true, false
			for _, suffix := range suffixes {
				m := Match(pattern, begin+suffix)
				all, some = all && m, some || m
			}
			if got := covers(pattern, begin+"*"); got != all {
				t.Errorf("%q covers %q*: %v, want %v", pattern, begin, got, all)
			}
			if got := meets(pattern, begin+"*"); got != some {
				t.Errorf("%q meets %q*: %v, want %v", pattern, begin, got, some)
			}
			exact := Match(pattern, begin)
			if covers(pattern, begin) != exact || meets(pattern, begin) != exact {
				t.Errorf("%q and %q alone: matching is %v", pattern, begin, exact)
			}
		}
	}
}

func TestMatches(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"*", "", true},
		{"a*b*c", "axbxxc", true},
		{"a*b*c", "axcxb", false},
		{"s3:Get?bject", "s3:GetObject", true},
		{"s3:get*", "s3:GetObject", false}, // who compares actions folds them first
		{"[a]", "a", false},
	} {
		if got := Match(tt.pattern, tt.text); got != tt.want {
			t.Errorf("Match(%q, %q) = %v", tt.pattern, tt.text, got)
		}
	}
}
