package manifest

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Place is a line and a column, both from 1. Columns count characters.
type Place struct{ Line, Column int }

// End is the place just behind the scalar or the name that begins at a place,
// and behind the line where something else begins there. It is zero where the
// source is not known.
func (o *Object) End(line, column int) Place {
	at := Place{line - o.before, column}
	if len(o.source) == 0 || at.Line < 1 || at.Line > bytes.Count(o.source, []byte("\n"))+1 {
		return Place{}
	}
	text := string(lineOf(o.source, at.Line))
	offset := byteOffset(text, column)
	if offset >= len(text) {
		return Place{}
	}
	token := text[offset:]
	length := len(plainToken(token, opensFlow(text[:offset])))
	if token[0] == '"' || token[0] == '\'' {
		if n := quotedLength(token); n > 0 {
			length = n
		}
	}
	return Place{line, column + utf8.RuneCountInString(token[:length])}
}

// Place is where in the file an offset into the data of the object's Value is.
func (o *Object) Place(offset int) Place {
	before := o.source[:min(o.Value.Begin+offset, len(o.source))]
	line := bytes.LastIndexByte(before, '\n') + 1
	return Place{o.before + bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[line:]) + 1}
}

// byteOffset is where the character at a column, from 1, begins.
func byteOffset(text string, column int) int {
	for i := range text {
		column--
		if column == 0 {
			return i
		}
	}
	return len(text)
}

// quotedLength is the length of the quoted text that begins a line, 0 if it
// does not end in that line.
func quotedLength(s string) int {
	quote := s[0]
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quote == '"':
			i++
		case s[i] == quote && quote == '\'' && strings.HasPrefix(s[i+1:], "'"):
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return 0
}

// plainToken is what of a line belongs to the token that begins it. Between
// braces and brackets a comma or a bracket ends it too.
func plainToken(s string, flow bool) string {
	end := len(s)
	for i := range s {
		rest := s[i+1:]
		blank := rest == "" || strings.ContainsRune(" \t\r", rune(rest[0]))
		if s[i] == ':' && blank || s[i] == '#' && i > 0 && strings.ContainsRune(" \t", rune(s[i-1])) ||
			i > 0 && (flow || isJSONScalar(s[:i])) && strings.IndexByte(",]}", s[i]) >= 0 {
			end = i
			break
		}
	}
	return strings.TrimRight(s[:end], " \t\r\n")
}

// opensFlow reports whether a line leaves a brace or a bracket open before a token.
func opensFlow(before string) bool {
	return strings.Count(before, "{")+strings.Count(before, "[") > strings.Count(before, "}")+strings.Count(before, "]")
}

func isJSONScalar(s string) bool {
	return s == "true" || s == "false" || s == "null" || strings.Trim(s, "+-.0123456789eE") == ""
}
