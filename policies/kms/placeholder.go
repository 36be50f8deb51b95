package kms

import "strings"

// Placeholder returns the part of a text that a person or a template was to
// replace by a value and did not, "" if there is none: ${key} (shells, kro, Flux),
// $(key) (make, kubelet), {{ .Values.key }} (Helm), <key> and key words. No key
// reference, instance type or name of AWS or Kubernetes holds such a thing.
func Placeholder(s string) string {
	if len(s) > maxLength { // what somebody is to fill in is short
		return ""
	}
	for _, mark := range []struct{ open, end string }{
		{"{{", "}}"}, {"${", "}"}, {"$(", ")"}, {"<", ">"}, {"ENC[", "]"}, // the last is a value that SOPS has encrypted
	} {
		_, rest, found := strings.Cut(s, mark.open)
		if !found {
			continue
		}
		inner, _, closed := strings.Cut(rest, mark.end)
		if closed {
			inner += mark.end
		}
		return mark.open + inner
	}
	if isPlaceholderWord(s) || len(s) > 1 && s[0] == '$' && isVariable(s[1:]) {
		return s
	}
	for part := range strings.SplitSeq(s, ":") {
		if id := strings.TrimPrefix(part, "key/"); isPlaceholderWord(id) {
			return id
		}
	}
	return ""
}

func isPlaceholderWord(s string) bool {
	switch word := strings.ToUpper(strings.Trim(s, "_-")); word {
	case "REDACTED", "CHANGEME", "CHANGE_ME", "CHANGE-ME", "REPLACEME", "REPLACE_ME", "REPLACE-ME", "PLACEHOLDER", "TODO", "TBD", "FIXME":
		return true
	default:
		return len(word) > 2 && (strings.Trim(word, "X") == "" || strings.Trim(word, "*") == "")
	}
}

// isVariable reports whether a text is the name of an environment variable.
func isVariable(s string) bool {
	for _, c := range s {
		if !isAlphanumeric(c) && c != '_' {
			return false
		}
	}
	return true
}
