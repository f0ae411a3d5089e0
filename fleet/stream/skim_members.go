package stream

import "bytes"

// members walks over an object whose first member has been read, or over a list:
// JSON without spaces (RFC 8259). What it passes over it does not check.
type members struct {
	rest       []byte // from the comma, or the end of the object, on
	list       bool
	key, value []byte // as they stand; a key without its quotes
	ended      bool   // all of it was read, and nothing follows
	broken     bool
}

// next reads a member; false where there is none, or it cannot be read: see ended.
func (m *members) next() bool {
	if m.broken || len(m.rest) == 0 {
		return false
	}
	if m.rest[0] == m.closing() && (!m.list || m.value != nil) {
		m.ended = len(m.rest) == 1
		m.rest = nil
		return false
	}
	m.rest = m.rest[1:] // a comma, or the bracket that begins a list
	m.broken = !m.member()
	return !m.broken
}

func (m *members) closing() byte {
	if m.list {
		return ']'
	}
	return '}'
}

// member reads a key, where there is one, and its value, up to what follows.
func (m *members) member() bool {
	if !m.list {
		n := stringEnd(m.rest)
		if n < 2 || n >= len(m.rest) || m.rest[n] != ':' {
			return false
		}
		m.key, m.rest = m.rest[1:n-1], m.rest[n+1:]
	}
	n := valueEnd(m.rest)
	if n <= 0 || n >= len(m.rest) {
		return false
	}
	m.value, m.rest = m.rest[:n], m.rest[n:]
	return m.rest[0] == ',' || m.rest[0] == m.closing()
}

// valueEnd is how long the value is that b begins with; -1: it has no end.
func valueEnd(b []byte) int {
	if len(b) == 0 {
		return -1
	}
	switch b[0] {
	case '"':
		return stringEnd(b)
	case '{', '[':
		return nestedEnd(b)
	}
	for i, c := range b {
		if c == ',' || c == '}' || c == ']' {
			return i
		}
	}
	return -1
}

// nestedEnd is how long the object or list is that b begins with; -1: it has no end.
func nestedEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			n := stringEnd(b[i:])
			if n < 0 {
				return -1
			}
			i += n - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// stringEnd is how long the string is that b begins with, quotes included; -1: it is
// none, or has no end.
func stringEnd(b []byte) int {
	if len(b) == 0 || b[0] != '"' {
		return -1
	}
	const short = 24 // up to which a loop is faster
	i := 1
	for ; i < min(len(b), short); i++ {
		switch b[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	for i < len(b) {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			break
		}
		i += n
		if !escaped(b[1:i]) {
			return i + 1
		}
		i++
	}
	return -1
}

// escaped tells whether the quote after b is part of the string.
func escaped(b []byte) bool {
	n := 0
	for n < len(b) && b[len(b)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}
