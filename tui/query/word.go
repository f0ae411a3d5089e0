package query

import "strings"

// word is a bare word. It is found as a part of the text, or fuzzily: cut into
// pieces, each of which begins where letters or digits begin. Every character
// is looked at once, whatever the word (the shift-and method, Baeza-Yates and
// Gonnet 1992, with one bit for each place in the word).
type word struct {
	text string
	next [256]uint64 // by byte: the places of the word where it stands
	last uint64      // the bit after the last place; 0: too long to be fuzzy
}

// newWord is the word for a text that is not empty.
func newWord(text string) *word {
	w := &word{text: strings.ToLower(text)}
	if len(w.text) < 64 {
		w.last = 1 << len(w.text)
		for i := range len(w.text) {
			w.next[w.text[i]] |= 1 << i
		}
	}
	return w
}

// in tells whether the word is in a search text.
func (w *word) in(text string) bool {
	return strings.Contains(text, w.text) || w.last != 0 && w.fuzzy(text)
}

// inReason tells whether the word is in the reason why the row's tunnel is, or
// went, down.
func (w *word) inReason(row *Row) bool {
	reason, ok := reasonOf(row, 0)
	return ok && reason != "" && strings.Contains(reason, w.text)
}

func (w *word) fuzzy(text string) bool {
	run, reached := uint64(0), uint64(1) // places after which a piece goes on; may begin
	before := other
	for i := range len(text) {
		c := text[i]
		if c == '\n' { // the next name
			run, reached, before = 0, 1, other
			continue
		}
		if c == addressMark[0] {
			return false
		}
		here := classes[c]
		if here != before || here == other {
			run |= reached
		}
		run = run & w.next[c] << 1
		if run&w.last != 0 {
			return true
		}
		reached |= run
		before = here
	}
	return false
}

// class is what a byte of a name is.
type class uint8

const (
	other class = iota
	letter
	digit
)

// classes are the classes of bytes; upper case does not occur, and what is not
// ASCII is a letter.
var classes = func() (of [256]class) {
	for c := range of {
		switch {
		case c >= 'a' && c <= 'z', c >= 0x80:
			of[c] = letter
		case c >= '0' && c <= '9':
			of[c] = digit
		}
	}
	return of
}()
