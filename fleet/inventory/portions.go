package inventory

import (
	"slices"

	"greylag/fleet"
)

// readPortions reads a text that is right from beginning to end, in little more
// memory than the inventory takes. At the first thing that is not, or that takes
// a look at the whole to judge, it gives up and returns nil; nothing that it
// finds wrong is reported.
func readPortions(text string, places *Places) *fleet.Inventory {
	return readPortionsOf(text, portionSize, places)
}

func readPortionsOf(text string, size int, places *Places) *fleet.Inventory {
	if _, m := invalidByte(text); m != nil {
		return nil
	}
	o, ok := newOutline(text, size)
	if !ok {
		return nil
	}
	r := newReader("", text)
	r.outline = o
	r.keep(places)
	// In the rest the places are wrong, but it yields no line; see inText.
	doc, ok := readSpan(o.rest, span{0, len(o.rest)})
	if !ok || slices.ContainsFunc(lists, doc.has) {
		return nil
	}
	r.inventory(doc)
	if r.gaveUp() {
		return nil
	}
	out := r.out // as in readWhole
	return &out
}

// readSpan reads a span of text that is a document by itself; false where anything
// is wrong with its syntax.
func readSpan(text string, p span) (table, bool) {
	s := scanFrom(p.from, text[:p.to], p.to)
	if s.pos < p.to || len(s.duplicates) > 0 {
		return table{}, false
	}
	keys, m := decode(text[p.from:p.to])
	return table{"", keys, s.root}, m == nil
}

func (r *reader) gaveUp() bool { return r.odd || len(r.mistakes) > 0 }

// each takes each table of a list: those of doc, then those of the portions.
func (r *reader) each(doc table, key, title string, take func(table)) {
	for _, t := range r.sections(doc, key, title) {
		take(t)
	}
	for doc, ok := range readSpans(r.lines.text, r.outline.portions[key]) {
		r.odd = r.odd || !ok
		if r.gaveUp() {
			return
		}
		for _, t := range r.sections(doc, key, title) {
			take(t)
		}
	}
}

// count is how many tables each takes, as far as that is known before.
func (r *reader) count(doc table, key string) int {
	list, _ := doc.keys[key].([]map[string]any)
	return r.outline.counts[key] + len(list)
}
