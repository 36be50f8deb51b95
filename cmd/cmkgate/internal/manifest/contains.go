package manifest

import "bytes"

// Contains tells whether one of the words can be in the text of the document
// once it is parsed. It never says no wrongly: YAML can write a letter in other
// ways, so a document with such a way in it can contain anything.
func (d *Document) Contains(words ...string) bool { return contains(d.Data, words) }

func contains(data []byte, words []string) bool {
	for _, word := range words {
		if bytes.Contains(data, []byte(word)) {
			return true
		}
	}
	return escapesLetters(data)
}

// escapesLetters tells whether a text has escape sequences that stand for a
// letter (\x41, \u0041), that join two lines (a backslash before the line
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
