package manifest

import "bytes"

// Contains reports whether one of the words can be in the document once it is
// parsed. It has no false negatives: a document with escape sequences, which
// can stand for any letter, may contain anything.
func (d *Document) Contains(words ...string) bool { return contains(d.Data, words) }

func contains(data []byte, words []string) bool {
	for _, word := range words {
		if bytes.Contains(data, []byte(word)) {
			return true
		}
	}
	return escapesLetters(data)
}

// escapesLetters reports whether a text has escape sequences that stand for
// a letter (\x41, \u0041), that join two lines (a backslash before the line
// break), or tags, which can make a value of something else (!!binary).
func escapesLetters(data []byte) bool {
	for rest := data; ; {
		i := bytes.IndexByte(rest, '\\')
		if i < 0 || i+1 == len(rest) {
			break
		}
		switch rest[i+1] {
		case 'x', 'u', 'U', '\r', '\n':
			return true
		}
		rest = rest[i+2:]
	}
	for _, tag := range []string{"!!", "!<", "%TAG"} {
		if bytes.Contains(data, []byte(tag)) {
			return true
		}
	}
	return false
}
