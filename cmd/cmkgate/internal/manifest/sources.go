package manifest

import (
	"encoding/binary"
	"iter"
)

// sources are what was found, in order. Of each file is kept how its name differs
// from the one before: some ten bytes.
type sources struct {
	n     int
	names []byte
	last  string
	// marks are where in names every 64th name stands, which is whole.
	marks []int
	// others are those that are more than a file, by their number.
	others map[int]source
}

const markEvery = 64

func (s *sources) add(src *source) {
	shared := 0
	if s.n%markEvery == 0 {
		s.marks = append(s.marks, len(s.names))
	} else {
		for shared < min(len(s.last), len(src.file)) && s.last[shared] == src.file[shared] {
			shared++
		}
	}
	head := uint64(shared) << 1
	if src.large {
		head |= 1
	}
	s.names = binary.AppendUvarint(s.names, head)
	s.names = binary.AppendUvarint(s.names, uint64(len(src.file)-shared)) //nolint:gosec // shared is a part of the name
	s.names = append(s.names, src.file[shared:]...)
	if src.problem != nil || src.spool != nil {
		if s.others == nil {
			s.others = map[int]source{}
		}
		s.others[s.n] = *src
	}
	s.n++
	s.last = src.file
}

// from are the sources from a number that has a mark, with their numbers.
func (s *sources) from(number int) iter.Seq2[int, source] {
	return func(yield func(int, source) bool) {
		if number >= s.n {
			return
		}
		rest, last := s.names[s.marks[number/markEvery]:], ""
		for ; number < s.n; number++ {
			head, n := binary.Uvarint(rest)
			length, m := binary.Uvarint(rest[n:])
			rest = rest[n+m:]
			src := source{file: last[:head>>1] + string(rest[:length]), large: head&1 != 0}
			rest, last = rest[length:], src.file
			if other, ok := s.others[number]; ok {
				src = other
			}
			if !yield(number, src) {
				return
			}
		}
	}
}

// name is the file of the source with that number, "" if there is none.
func (s *sources) name(number int) string {
	for i, src := range s.from(number - number%markEvery) {
		if i == number {
			return src.file
		}
	}
	return ""
}
