package edit

import "slices"

// Compose makes one list of splices of several that follow each other: each
// list is about what the one before has made. Size is that of the first data.
func Compose(size int, rounds ...[]Splice) []Splice {
	if len(rounds) == 1 {
		return rounds[0]
	}
	pieces := []piece{{to: size}}
	for _, splices := range rounds {
		var out []piece
		at := 0
		for _, s := range splices {
			out = append(out, part(pieces, at, s.Start)...)
			out = append(out, piece{text: s.Text})
			at = s.End
		}
		out = append(out, part(pieces, at, length(pieces))...)
		pieces = out
	}
	return between(pieces, size)
}

// piece is a part of a text: bytes of the first data, or a text of its own.
type piece struct {
	from, to int
	text     string
}

func (p piece) length() int { return p.to - p.from + len(p.text) }

func length(pieces []piece) (n int) {
	for _, p := range pieces {
		n += p.length()
	}
	return n
}

// part is what lies between two offsets of a text.
func part(pieces []piece, from, to int) (out []piece) {
	at := 0
	for _, p := range pieces {
		a, b := max(from-at, 0), min(to-at, p.length())
		at += p.length()
		switch {
		case a >= b:
		case p.text != "":
			out = append(out, piece{text: p.text[a:b]})
		default:
			out = append(out, piece{from: p.from + a, to: p.from + b})
		}
	}
	return out
}

// between turns pieces back into splices: what is not there any more of the
// first data, and what stands in its place.
func between(pieces []piece, size int) (out []Splice) {
	at, text := 0, ""
	for _, p := range append(slices.Clip(pieces), piece{from: size, to: size}) {
		if p.text != "" {
			text += p.text
			continue
		}
		if p.to == p.from && p.from != size {
			continue
		}
		if text != "" || p.from > at {
			out = append(out, Splice{at, p.from, text})
		}
		at, text = p.to, ""
	}
	return out
}
