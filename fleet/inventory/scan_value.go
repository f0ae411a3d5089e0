package inventory

import (
	"strings"

	"github.com/BurntSushi/toml"
)

// value reads any value; arrays and inline tables fill n.
func (s *scanner) value(n *node, depth int) bool {
	if depth >= maxDepth {
		s.tooDeep = true
		return false
	}
	switch s.peek() {
	case '[':
		return s.array(n, depth+1)
	case '{':
		return s.inline(n, depth+1)
	case '"', '\'':
		return s.quoted()
	}
	return s.bare()
}

func (s *scanner) array(n *node, depth int) bool {
	s.pos++
	for s.blanks() {
		if s.accept("]") {
			return true
		}
		item := s.given(s.pos)
		if !s.value(item, depth) {
			return false
		}
		if n != nil {
			n.items = append(n.items, item)
		}
		if !s.comma("]") {
			return false
		}
	}
	return false
}

func (s *scanner) inline(n *node, depth int) bool {
	s.pos++
	for s.blanks() {
		if s.accept("}") {
			return true
		}
		if !s.assignment(n, depth) || !s.comma("}") {
			return false
		}
	}
	return false
}

// comma reads the comma after an element, or stops before end.
func (s *scanner) comma(end string) bool {
	return s.blanks() && (s.accept(",") || strings.HasPrefix(s.text[s.pos:], end))
}

// quoted reads a string of any of the four kinds, without decoding it.
func (s *scanner) quoted() bool {
	quote := s.text[s.pos : s.pos+1]
	if long := strings.Repeat(quote, 3); strings.HasPrefix(s.text[s.pos:], long) {
		return s.until(long) && s.trailingQuotes(quote[0])
	}
	return s.until(quote)
}

// until reads from one quote to the next.
func (s *scanner) until(quote string) bool {
	escapes, multiline := quote[0] == '"', len(quote) == 3
	for s.pos += len(quote); s.pos < len(s.text); s.pos++ {
		switch c := s.text[s.pos]; {
		case c == '\\' && escapes:
			s.pos++
		case c == '\n' && !multiline:
			return false
		case c == quote[0] && s.accept(quote):
			return true
		}
	}
	s.pos = len(s.text)
	return false
}

// trailingQuotes reads the one or two quotes with which the content of a
// multi-line string may end.
func (s *scanner) trailingQuotes(quote byte) bool {
	for i := 0; i < 2 && s.peek() == quote; i++ {
		s.pos++
	}
	return true
}

// bare reads a number, a boolean or a date: up to what cannot be part of one.
// A date may contain a space.
func (s *scanner) bare() bool {
	from := s.pos
	n := strings.IndexAny(s.text[from:], ",]}#\r\n")
	if n < 0 {
		n = len(s.text) - from
	}
	s.pos += len(strings.TrimRight(s.text[from:from+n], " \t"))
	return s.pos > from
}

// name reads one part of a key.
func (s *scanner) name() (string, bool) {
	from := s.pos
	if c := s.peek(); c == '"' || c == '\'' {
		ok := s.until(s.text[from : from+1])
		return unquote(s.text[from:s.pos]), ok
	}
	for s.pos < len(s.text) && isBare(s.text[s.pos]) {
		s.pos++
	}
	return s.text[from:s.pos], s.pos > from
}

func isBare(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// unquote decodes a quoted key; the library knows the escapes.
func unquote(quoted string) string {
	if len(quoted) < 2 {
		return quoted
	}
	plain := quoted[1 : len(quoted)-1]
	if quoted[0] == '\'' || !strings.Contains(plain, `\`) {
		return plain
	}
	var v struct{ Key string }
	if _, err := toml.Decode("Key = "+quoted, &v); err != nil {
		return plain
	}
	return v.Key
}

// peek is the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	if s.pos >= len(s.text) {
		return 0
	}
	return s.text[s.pos]
}

func (s *scanner) accept(want string) bool {
	if !strings.HasPrefix(s.text[s.pos:], want) {
		return false
	}
	s.pos += len(want)
	return true
}

func (s *scanner) spaces() {
	for c := s.peek(); c == ' ' || c == '\t'; c = s.peek() {
		s.pos++
	}
}

// endOfLine reads what may follow a statement: spaces and a comment.
func (s *scanner) endOfLine() bool {
	s.spaces()
	c := s.peek()
	return c == 0 || c == '#' || c == '\n' || c == '\r'
}

// blanks reads spaces, newlines and comments; false at the end of the text.
func (s *scanner) blanks() bool {
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		case '#':
			n := strings.IndexByte(s.text[s.pos:], '\n')
			if n < 0 {
				n = len(s.text) - s.pos
			}
			s.pos += n
		default:
			return true
		}
	}
	return false
}
