package secret

import "strings"

// Scanner finds the secrets of a text one after the other.
type Scanner struct {
	detector *Detector
	text     string
	pos      int
	label    string // the value of the last "name": …, which names the "value" beside it
}

// What the scanner looks ahead at most. It bounds the work that a text can
// cause, and no secret with a name is longer.
const (
	longestValue     = 512
	longestAuthority = 512
)

// Next finds the next secret, false if there is none left.
func (s *Scanner) Next() (Match, bool) {
	text, words := s.text, &s.detector.words
	nameStart := -1
	for i := s.pos; i < len(text); {
		c := text[i]
		if !words[c] {
			if c == '\\' {
				i++ // \n is not a letter of the word after it
			}
			if c != '.' { // spark.secret.key is one name
				nameStart = -1
			}
			i++
			continue
		}
		start := i
		switch what, length := s.detector.formats.find(text[i:]); {
		case what != "":
			s.pos = i + length
			return Match{What: what, Offset: i}, true
		default:
			i += length
		}
		for i < len(text) && words[text[i]] {
			i++
		}
		if nameStart < 0 {
			nameStart = start
		}
		if i == len(text) {
			break
		}
		if m, length := s.follows(nameStart, start, i); m.What != "" {
			s.pos = i + length
			return m, true
		}
	}
	s.pos = len(text)
	return Match{}, false
}

// follows evaluates what stands behind the word that ends at end, a value
// that the word names or the authority of a URL, and says how long it is.
func (s *Scanner) follows(nameStart, wordStart, end int) (m Match, length int) {
	switch s.text[end] {
	case ':', '=', '"', '\'', '\\', ' ':
	default:
		return Match{}, 0
	}
	rest := s.text[end:]
	if strings.HasPrefix(rest, "://") {
		if hasPassword(rest[3:]) {
			return Match{What: "a URL with a password", Offset: wordStart}, 3
		}
		return Match{}, 0
	}
	if isUse(s.text[:nameStart]) {
		return Match{}, 0
	}
	name := s.text[nameStart:end]
	sign, skip := separator(rest, name)
	if sign == 0 {
		return Match{}, 0
	}
	n := s.named(name, rest[skip:])
	if n == nil {
		return Match{}, 0
	}
	value, quoted := literal(rest[skip:])
	if !n.suits(value) || !quoted && !s.standsAlone(name, value, sign) {
		return Match{}, 0
	}
	if what, _ := s.detector.formats.find(value); what != "" {
		return Match{}, 0 // which says more, and comes next
	}
	return Match{What: n.what, Offset: nameStart}, skip + len(value)
}

// isUse says by what stands before a name that a shell would put its value there.
func isUse(before string) bool {
	return strings.HasSuffix(before, "$") || strings.HasSuffix(before, "${")
}

// named is what a name means for the value that follows. In lists of
// {"name": …, "value": …} the name stands beside the value.
func (s *Scanner) named(name, rest string) *naming {
	switch len(name) {
	case len("key"), len("name"):
		if strings.EqualFold(name, "name") || strings.EqualFold(name, "key") {
			s.label, _ = literal(rest)
			return nil
		}
	case len("value"), len("defaultvalue"):
		if strings.EqualFold(name, "value") || strings.EqualFold(name, "defaultvalue") {
			name, s.label = s.label, ""
		}
	}
	return s.detector.names.find(name)
}

// separator finds what stands between a name and its value, and how many bytes
// of it: = or :, after a quote where the name is quoted; a space after a flag.
func separator(rest, name string) (sign byte, skip int) {
	i := backslashes(rest) // JSON within JSON
	quoted := i < len(rest) && (rest[i] == '"' || rest[i] == '\'')
	if quoted {
		i++
	} else if i > 0 {
		return 0, 0
	}
	i += spaces(rest[i:])
	if i == len(rest) {
		return 0, 0
	}
	switch {
	case strings.HasPrefix(rest[i:], "==") || strings.HasPrefix(rest[i:], "::"):
		return 0, 0
	case strings.HasPrefix(rest[i:], ":=") || strings.HasPrefix(rest[i:], "=>"):
		return '=', i + 2 + spaces(rest[i+2:])
	case rest[i] == '=' && i > 0 && !quoted:
		return ':', i + 1 + spaces(rest[i+1:]) // a program, or a file that reads like one
	case rest[i] == '=':
		return '=', i + 1 + spaces(rest[i+1:])
	case rest[i] == ':':
		after := i + 1 + spaces(rest[i+1:])
		if !quoted && after == i+1 && after < len(rest) && rest[after] != '"' && rest[after] != '\'' {
			return 0, 0 // user:name, arn:aws:…:secret:name
		}
		return ':', after
	case !quoted && i > 0 && (name[0] == '-' || strings.IndexByte(name, '_') > 0):
		return ' ', i
	}
	return 0, 0
}

// backslashes is the number of backslashes that a text begins with, as far as
// anyone nests quotes.
func backslashes(s string) int {
	const most = 7
	n := 0
	for n < len(s) && n < most && s[n] == '\\' {
		n++
	}
	return n
}

// spaces is the number of spaces that a text begins with, as far as people write them.
func spaces(s string) int {
	const most = 8
	n := 0
	for n < len(s) && n < most && (s[n] == ' ' || s[n] == '\t') {
		n++
	}
	return n
}

// literal is the value that a text begins with, and whether it is in quotes.
func literal(text string) (value string, quoted bool) {
	text = text[:min(len(text), longestValue)]
	open := text[backslashes(text):]
	if open == "" {
		return "", false
	}
	if q := open[0]; q == '"' || q == '\'' {
		value, _, quoted = strings.Cut(open[1:], string(q))
		return strings.TrimRight(value, `\`), quoted
	}
	const ends = " \t\r\n;,&|)}]\"'<>\\"
	scheme := 0 // of an Authorization header
	if strings.HasPrefix(text, "Bearer ") || strings.HasPrefix(text, "Basic ") {
		scheme = strings.IndexByte(text, ' ') + 1
	}
	if end := strings.IndexAny(text[scheme:], ends); end >= 0 {
		text = text[:scheme+end]
	}
	return text, false
}

// standsAlone distinguishes a bare word that is a secret from code
// and prose: password=db_password, token = config.token, token: str.
func (s *Scanner) standsAlone(name, value string, sign byte) bool {
	if strings.ContainsAny(value, "([$`") || value[0] == '-' || isName(value) || isUpperSnake(value) || isMember(value) || strings.EqualFold(name[strings.LastIndexAny(name, ".-")+1:], value) {
		return false
	}
	return sign == '=' || name[0] == '-' || !isPlainWord(value)
}

// isMember reports whether a value reads as part of an object: args.token.
func isMember(value string) bool {
	return strings.Contains(value, ".") && isIdentifier(strings.ReplaceAll(value, ".", "_"))
}

// isPlainWord reports whether a value has letters alone.
func isPlainWord(value string) bool {
	for i := range len(value) {
		if !isLetter(value[i]) {
			return false
		}
	}
	return true
}

// hasPassword reports whether a URL, of which scheme:// is cut off, holds a password.
func hasPassword(rest string) bool {
	authority := rest[:min(len(rest), longestAuthority)]
	if strings.IndexByte(authority, '@') < 0 {
		return false
	}
	if end := strings.IndexAny(authority, "/?# \t\r\n\"'`<>"); end >= 0 {
		authority = authority[:end]
	}
	at := strings.LastIndexByte(authority, '@')
	if at < 0 {
		return false
	}
	_, password, ok := strings.Cut(authority[:at], ":")
	return ok && !isTemplate(password) && !isMask(password) && !isConstant(password)
}
