// Package query is the filter language of the terminal, and the order of rows:
//
//	seo state:down,degraded hub:fra* rtt>100ms loss>1% -tag:test since<10m
//
// Terms are separated by spaces and must all hold. A word is looked for in name,
// hub, spoke, tags, addresses and reason: as a part, or fuzzily by the
// beginnings of parts (frseo finds fra1-seoul). FIELD:VALUE compares a field;
// several values are separated by commas, and one must hold. - or ! in front
// negates a term: it then matches exactly the rows that it did not match before,
// also those where the field is not known. Quotes keep spaces and commas
// together; FIELD:"" is for rows without a value. Upper and lower case are the
// same. See [Fields] for the fields.
package query

import "slices"

// Query is a filter. The zero Query matches every row. It may be used from
// several goroutines at once.
type Query struct {
	terms []term
}

// term is one condition.
type term struct {
	negate bool
	word   *word  // a bare word, or
	field  *field // a field with
	values []value
}

// Empty tells whether the query matches every row because it has no terms.
func (q *Query) Empty() bool { return len(q.terms) == 0 }

// Measures tells whether a row may begin or cease to match without a change of its
// tunnel's state, or of its spoke's path, by what is measured or by the time.
func (q *Query) Measures() bool {
	return slices.ContainsFunc(q.terms, func(t term) bool { return t.field != nil && t.field.measured })
}

// Explains tells whether it matters to the query why tunnels are down, which may be
// found out later than that they are: words are looked for in the reason too.
func (q *Query) Explains() bool {
	return slices.ContainsFunc(q.terms, func(t term) bool { return t.word != nil || t.field.name == "reason" })
}

// Match tells whether the row fulfils every term. A field that does not apply to
// the row, or whose value is not known, fulfils no condition.
func (q *Query) Match(row *Row) bool { return q.match(row, row.Text) }

// match is Match with the row's search text; "" where it is to be made.
func (q *Query) match(row *Row, text string) bool {
	for i := range q.terms {
		t := &q.terms[i]
		if t.word != nil && text == "" {
			text = row.searchText()
		}
		if t.holds(row, text) == t.negate {
			return false
		}
	}
	return true
}

func (t *term) holds(row *Row, text string) bool {
	if t.word != nil {
		return t.word.in(text) || t.word.inReason(row)
	}
	for i := range t.values {
		if t.field.holds(row, &t.values[i]) {
			return true
		}
	}
	return false
}
