package inventory

import (
	"slices"
	"strings"
)

// outline tells the sections of a file's lists (those of [[tunnel]] with their
// [tunnel.peer], of [[spoke]], of [[hub]]) from the rest.
type outline struct {
	portions map[string][]span // by list: runs of its sections, each to be read by itself
	counts   map[string]int    // by list: its sections
	rest     string            // everything else, without the portions
	pieces   []piece           // of which rest is made
}

// piece is a stretch of the text in outline.rest.
type piece struct{ inRest, inText int }

// inText is where an offset in the rest is in the text. Without portions they are the
// same.
func (o outline) inText(offset int) int {
	for _, p := range slices.Backward(o.pieces) {
		if offset >= p.inRest {
			return p.inText + offset - p.inRest
		}
	}
	return offset
}

// portionSize is how long a portion is at least, in bytes, where so many sections
// of one list follow each other. Its tables take some twenty times this.
const portionSize = 64 << 10

// newOutline finds the portions of at least size bytes; false where the scanner
// cannot follow the text to its end.
func newOutline(text string, size int) (outline, bool) {
	o := outliner{text: text, size: size}
	o.portions, o.counts = make(map[string][]span), make(map[string]int)
	s := scanner{text: text}
	for s.blanks() {
		from := s.pos
		if !s.next() {
			return outline{}, false
		}
		if s.statement.header {
			o.header(from, s.heading)
		}
	}
	o.cut(len(text))
	o.outline.rest = o.rest.String()
	return o.outline, true
}

// outliner makes an outline.
type outliner struct {
	outline
	text string
	size int
	rest strings.Builder
	from int    // where the current portion, or stretch of the rest, begins
	list string // whose portion it is; "": the rest
}

// header continues the current portion or begins another. A [tunnel.peer] that
// does not follow its [[tunnel]] ends up in the rest.
func (o *outliner) header(at int, h heading) {
	list := h.first
	begins := h.list && h.parts == 1 && isList(list)
	if begins {
		o.counts[list]++
	}
	if list == o.list && (!begins || at-o.from < o.size) {
		return
	}
	o.cut(at)
	o.list = ""
	if begins {
		o.list = list
	}
}

// cut ends the current portion.
func (o *outliner) cut(to int) {
	if o.list == "" {
		o.pieces = append(o.pieces, piece{o.rest.Len(), o.from})
		o.rest.WriteString(o.text[o.from:to])
	} else {
		o.portions[o.list] = append(o.portions[o.list], span{o.from, to})
	}
	o.from = to
}
