package secret

import "strings"

// suits reports whether a value under such a name is a secret itself: not
// a number, a placeholder, or a reference to where the secret lies.
func (n *naming) suits(value string) bool {
	if len(value) < n.least || isTemplate(value) || isConstant(value) || isReference(value) {
		return false
	}
	if n.rule == anyText {
		return !isPath(value)
	}
	if n.words == "authorization" { // Bearer TOKEN
		_, value, _ = strings.Cut(value, " ")
	}
	if len(value) < n.least || isTemplate(value) || strings.ContainsAny(value, " \t\n") {
		return false
	}
	switch n.rule {
	case noName:
		return !isPath(value) && !isField(value) && !isName(value)
	case noVariable:
		return !isPath(value) && !isField(value)
	default:
		return !isPath(value)
	}
}

// isField reports whether a value reads as the name of a variable or a
// field: DB_PASSWORD, nextToken, api_token, credentials.
func isField(value string) bool {
	return isUpperSnake(value) || isCamelCase(value) || isName(value) && !strings.Contains(value, "-") || value == "credentials"
}

// isConstant is about words that stand where a secret will be, or say that there is none.
func isConstant(value string) bool {
	if isNumber(value) || !varied(value) && isMask(value) {
		return true
	}
	const longest = 16
	if len(value) > longest {
		return isInstruction(value)
	}
	var buffer [longest]byte
	lowered := buffer[:copy(buffer[:], value)]
	for i, c := range lowered {
		if isUpper(c) {
			lowered[i] |= 0x20
		}
	}
	switch string(lowered) {
	case "true", "false", "yes", "none", "null", "undefined", "unset", "empty", "disabled", "enabled", "auto", "default", "optional", "required", "string",
		"redacted", "removed", "masked", "hidden", "placeholder", "dummy", "todo", "fixme", "changeme", "change_me", "change-me", "replaceme", "replace_me", "replace-me":
		return true
	}
	return isInstruction(value)
}

// isInstruction is about a placeholder that says what to write: your-token-here.
func isInstruction(value string) bool {
	for _, start := range [...]string{"your", "replace", "insert", "enter"} {
		if len(value) > len(start) && strings.EqualFold(value[:len(start)], start) && strings.IndexByte("-_ ", value[len(start)]) >= 0 {
			return true
		}
	}
	return false
}

// isNumber reports whether a value has nothing but what numbers, versions
// and dates are written with.
func isNumber(value string) bool {
	for i := range len(value) {
		if c := value[i]; !isDigit(c) && c != '.' && c != '-' && c != '+' && c != ',' && (c != 'e' && c != 'E' || i == 0) {
			return false
		}
	}
	return true
}

// isMask reports whether a value repeats one character: ****, xxxx.
func isMask(value string) bool {
	return strings.Count(value, value[:1]) == len(value)
}

// isTemplate reports whether something else will stand in the value's place:
// ${NAME}, $(command), $NAME, {{ value }}, <value>, [value], %NAME%, or a YAML tag.
func isTemplate(value string) bool {
	if value == "" {
		return true
	}
	last := value[len(value)-1]
	switch value[0] {
	case '$':
		return len(value) > 1 && (value[1] == '{' || value[1] == '(' || isIdentifier(value[1:]))
	case '{':
		return true // JSON is read as text
	case '<':
		return last == '>'
	case '[':
		return last == ']'
	case '(':
		return last == ')'
	case '%':
		return last == '%' || strings.HasPrefix(value, "%(")
	case '!':
		return strings.HasPrefix(value, "!Ref") || strings.HasPrefix(value, "!Sub") || strings.HasPrefix(value, "!Get") || strings.HasPrefix(value, "!vault")
	case '`':
		return true
	}
	return false
}

// isReference reports whether a value says where the secret lies: an ARN, a URL
// (its password would have been found), a reference in some tool's style, or text
// that is encrypted already (SOPS, Ansible, KMS, whose ciphertext begins so).
func isReference(value string) bool {
	if strings.Contains(value, "://") {
		return true
	}
	for _, start := range [...]string{
		"arn:", "secretsmanager:", "aws:secretsmanager:", "ssm:", "ssm-secure:", "aws:ssm:", "alias/", "vault:", "secret:", "secrets:", "k8s:", "env:", "file:",
		"ref+", "ENC[", "$ANSIBLE_VAULT", "AQICA", "@",
	} {
		if strings.HasPrefix(value, start) && (start != "@" || strings.HasPrefix(value, "@Microsoft.KeyVault")) {
			return true
		}
	}
	return false
}

// isPath reports whether a value is a path: of a file, or of a parameter
// in Parameter Store or a secret in Secrets Manager.
func isPath(value string) bool {
	if !strings.Contains(value, "/") {
		return false
	}
	for segment := range strings.SplitSeq(value, "/") {
		if isRandom(segment) || strings.ContainsAny(segment, "+=") {
			return false
		}
	}
	return strings.HasPrefix(value, "/") || strings.HasPrefix(value, "./") || strings.HasPrefix(value, "../") || strings.HasPrefix(value, "~/") || isName(value)
}

// isRandom distinguishes what machines generate from what people write:
// upper case, lower case and digits mixed in one long word.
func isRandom(word string) bool {
	const long = 12
	if len(word) < long {
		return false
	}
	var u, l, d bool
	for i := range len(word) {
		c := word[i]
		u, l, d = u || isUpper(c), l || isLower(c), d || isDigit(c)
	}
	return u && l && d
}

// isName reports whether a value is words in lower case between marks, with
// digits at the ends of words only: prod/churn-db2. So people name secrets.
func isName(value string) bool {
	words, marks := 0, 0
	for i := range len(value) {
		c := value[i]
		switch {
		case isLower(c):
			if i > 0 && isDigit(value[i-1]) {
				return false
			}
			if i == 0 || !isLower(value[i-1]) {
				words++
			}
		case isDigit(c):
		case c == '-' || c == '_' || c == '/' || c == '.':
			marks++
		default:
			return false
		}
	}
	return words > 1 && marks > 0 && marks < 2*words
}

// isCamelCase reports whether a value reads as the name of a field: nextToken.
func isCamelCase(value string) bool {
	const longest = 20 // no token of letters alone is shorter
	humps := 0
	for i := range len(value) {
		if !isLetter(value[i]) {
			return false
		}
		if i > 0 && isUpper(value[i]) && isLower(value[i-1]) {
			humps++
		}
	}
	return humps > 0 && len(value) < longest
}

// isUpperSnake reports whether a value reads as the name of a variable: DB_PASSWORD.
func isUpperSnake(value string) bool {
	for i := range len(value) {
		if !isUpper(value[i]) && value[i] != '_' {
			return false
		}
	}
	return strings.Contains(value, "_")
}

// isIdentifier reports whether a text is the name of a variable.
func isIdentifier(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && c != '_' && (i == 0 || !isDigit(c)) {
			return false
		}
	}
	return s != ""
}

// unquoted is a value without the quotes that SageMaker's SDK puts around
// hyperparameters, which it writes as JSON, and without spaces around it.
func unquoted(value string) string {
	value = strings.TrimSpace(value)
	if n := len(value); n > 1 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		return value[1 : n-1]
	}
	return value
}
