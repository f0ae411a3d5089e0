package inventory

import "strings"

// maxDepth bounds how deep tables and arrays nest, and how many parts a key
// has: an inventory needs three, and the library's recursion has no bound.
const maxDepth = 64

// scanner finds where the keys and values of a TOML text stand. It judges no
// syntax, except that it stops at what it cannot follow.
type scanner struct {
	text string
	pos  int

	root  *node // nil: no tree is built
	table *node // where key = value lines go: that of the last header

	statement  statement
	heading    heading // the last header
	parts      []part  // of the keys that are being read, outer ones first
	duplicates []duplicate
	section    int  // 1 + index of the duplicate header in whose section we are; 0: none
	tooDeep    bool // stopped, at pos, because of maxDepth
}

// statement is a header, or a key = value, at top level.
type statement struct {
	from   int
	value  int // offset of the value; 0: a header, or no value seen
	header bool
}

// heading is what a header names.
type heading struct {
	first string // part of its key
	parts int    // how many it has
	list  bool   // [[ ]]
}

// duplicate is a key or a table that was there before.
type duplicate struct {
	name   string
	at     int
	first  *node
	header bool
	text   span // the assignment, or the whole section
}

// scan reads text until the end, until the statement in which offset until
// stands, or until what it cannot follow.
func scan(text string, until int) *scanner { return scanFrom(0, text, until) }

// scanFrom is scan of what begins at from; offsets are those in the whole text.
func scanFrom(from int, text string, until int) *scanner {
	s := &scanner{text: text, pos: from, root: &node{kind: headed}}
	s.table = s.root
	for s.blanks() && s.pos <= until && s.next() {
	}
	s.closeSection()
	return s
}

// next reads one header or key = value.
func (s *scanner) next() bool {
	s.statement = statement{from: s.pos, header: s.text[s.pos] == '['}
	if s.statement.header {
		s.closeSection()
		return s.header() && s.endOfLine()
	}
	return s.assignment(s.table, 0) && s.endOfLine()
}

// closeSection ends the section of a duplicate header, which goes up to the
// next one.
func (s *scanner) closeSection() {
	if s.section > 0 {
		s.duplicates[s.section-1].text.to = s.pos
	}
	s.section = 0
}

// header reads [table] or [[table]] and makes it the current one.
func (s *scanner) header() bool {
	at := s.pos
	s.parts = s.parts[:0]
	open, end := "[", "]"
	if strings.HasPrefix(s.text[at:], "[[") {
		open, end = "[[", "]]"
	}
	s.pos += len(open)
	path, ok := s.path()
	if !ok || !s.accept(end) {
		return false
	}
	s.heading = heading{path[0].name, len(path), end == "]]"}
	if s.root == nil {
		return true
	}
	last := path[len(path)-1]
	first := s.open(path, &node{at: last.at, value: at, kind: headed}, s.heading.list)
	if first != nil {
		s.table = &node{kind: headed} // its keys go nowhere
		s.duplicates = append(s.duplicates, duplicate{last.name, last.at, first, true, span{at, -1}})
		s.section = len(s.duplicates)
	}
	return true
}

// open makes n the current table at path. Where something else is there it
// returns that instead.
func (s *scanner) open(path []part, n *node, list bool) (taken *node) {
	parent, taken := s.root.enter(path[:len(path)-1])
	if taken != nil {
		return taken
	}
	name := path[len(path)-1].name
	old := parent.fields[name]
	switch {
	case list && old == nil:
		parent.set(name, &node{at: n.at, value: n.value, kind: listed, items: []*node{n}})
	case list && old.kind == listed:
		old.items = append(old.items, n)
	case old == nil:
		parent.set(name, n)
	case !list && old.kind == implied:
		n.fields = old.fields
		*old = *n
		n = old
	default:
		return old
	}
	s.table = n
	return nil
}

// assignment reads key = value into table.
func (s *scanner) assignment(table *node, depth int) bool {
	from, outer := s.pos, len(s.parts)
	path, ok := s.path()
	if !ok || !s.accept("=") {
		return false
	}
	s.spaces()
	last := path[len(path)-1]
	n := s.given(last.at)
	if depth == 0 {
		s.statement.value = s.pos
	}
	if !s.value(n, depth) {
		return false
	}
	if taken := s.place(table, path, n); taken != nil {
		s.duplicates = append(s.duplicates, duplicate{last.name, last.at, taken, false, s.whole(from, depth)})
	}
	s.parts = s.parts[:outer]
	return true
}

// given is the node of a value that begins here; its key is at offset at.
func (s *scanner) given(at int) *node {
	if s.root == nil {
		return nil
	}
	return &node{at: at, value: s.pos, kind: given}
}

// place puts n at path below table. Where something is there already it returns
// that instead.
func (s *scanner) place(table *node, path []part, n *node) (taken *node) {
	if s.root == nil {
		return nil
	}
	parent, taken := table.enter(path[:len(path)-1])
	if taken != nil {
		return taken
	}
	name := path[len(path)-1].name
	if old := parent.fields[name]; old != nil {
		return old
	}
	parent.set(name, n)
	return nil
}

// whole is the assignment that began at from; in an inline table with the comma
// after it, so that the rest is valid without it.
func (s *scanner) whole(from, depth int) span {
	to := s.pos
	if depth > 0 && s.blanks() && s.text[s.pos] == ',' {
		return span{from, s.pos + 1}
	}
	return span{from, to}
}

// path reads a key: bare or quoted parts with dots between. It is valid while
// the statement is read.
func (s *scanner) path() ([]part, bool) {
	from := len(s.parts)
	for {
		s.spaces()
		at := s.pos
		name, ok := s.name()
		if !ok {
			return nil, false
		}
		s.parts = append(s.parts, part{name, at})
		if len(s.parts)-from > maxDepth {
			s.pos, s.tooDeep = at, true
			return nil, false
		}
		if s.spaces(); !s.accept(".") {
			return s.parts[from:], true
		}
	}
}
