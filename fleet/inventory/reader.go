package inventory

import (
	"cmp"
	"fmt"
	"slices"

	"greylag/fleet"
)

// mistake is what is wrong and what would be right, without its place.
type mistake struct{ message, hint string }

type placed struct {
	mistake
	offset int
}

// reader reads one file: it collects the mistakes and fills the inventory.
type reader struct {
	file     string
	lines    lines
	mistakes []placed
	// repaired are the offsets of values that are no TOML: reported, and
	// replaced by something that the library can read.
	repaired map[int]bool
	// patience is how many names may still be compared in search of a
	// suggestion: a fleet with as many misspelt names as names must not take
	// quadratic time.
	patience int

	homes []home
	words map[string]string // see word

	// outline is of a file that is read in portions; odd: it cannot be.
	outline outline
	odd     bool

	defaults fleet.Tunnel // with which each tunnel begins
	hubs     registry[fleet.Hub]
	spokes   registry[fleet.Spoke]
	// doubtful: a hub or the defaults have a source that is wrong, so a tunnel
	// without one is no mistake of its own.
	doubtful bool
	tunnels  map[string]int32 // index in out by name
	places   *Places          // nil: not wanted
	answers  map[answer]int32 // index in out by what an answer is known by

	out fleet.Inventory
}

func newReader(file, text string) *reader {
	return &reader{
		file:     file,
		lines:    newLines(text),
		repaired: make(map[int]bool),
		patience: 300_000,
		homes:    homes(),
		words:    make(map[string]string),
		hubs:     newRegistry[fleet.Hub]("hub"),
		spokes:   newRegistry[fleet.Spoke]("spoke"),
		tunnels:  make(map[string]int32),
		answers:  make(map[answer]int32),
	}
}

// keep has the reader say where what it takes stands, unless places is nil.
func (r *reader) keep(places *Places) {
	if places != nil {
		*places = newPlaces(r.lines)
	}
	r.places = places
}

// wrong records a mistake at offset.
func (r *reader) wrong(offset int, message, hint string) {
	r.mistakes = append(r.mistakes, placed{mistake{message, hint}, offset})
}

// errors are the mistakes so far, sorted by position.
func (r *reader) errors() Errors {
	slices.SortStableFunc(r.mistakes, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.message, b.message))
	})
	errs := make(Errors, 0, len(r.mistakes))
	at := cursor{lines: r.lines, column: 1}
	for _, m := range r.mistakes {
		line, column := at.move(m.offset)
		errs = append(errs, Error{r.file, line, column, m.message, m.hint})
	}
	return errs
}

// value is a value of the file, its key and its place.
type value struct {
	key string
	raw any // as the library has it: string, int64, float64, bool, time.Time, table or array
	at  *node
}

// wrongValue records a mistake at the value: what it is, and a hint.
func (r *reader) wrongValue(v value, hint, format string, args ...any) {
	r.wrong(v.at.value, v.key+" "+fmt.Sprintf(format, args...), hint)
}

// table is a table of the file.
type table struct {
	title string // as one writes its header
	keys  map[string]any
	at    *node
}

func (t table) value(key string) value { return value{key, t.keys[key], t.at.child(key)} }

// has tells whether the table says key, rightly or wrongly.
func (t table) has(key string) bool {
	_, ok := t.keys[key]
	return ok
}

// asTable takes v as [title].
func (r *reader) asTable(v value, title string) (table, bool) {
	keys, ok := v.raw.(map[string]any)
	if !ok {
		r.wrongValue(v, "write "+title, "is %s, not a table", describe(v.raw))
	}
	return table{title, keys, v.at}, ok
}

// asTables takes v as all of [[title]].
func (r *reader) asTables(v value, title string) []table {
	var elements []any
	switch raw := v.raw.(type) {
	case []map[string]any:
		for _, keys := range raw {
			elements = append(elements, keys)
		}
	case []any:
		elements = raw
	default:
		r.wrongValue(v, "write "+title+", once for each", "is %s, not a list of tables", describe(raw))
	}
	tables := make([]table, 0, len(elements))
	for i, e := range elements {
		if t, ok := r.asTable(value{v.key, e, v.at.item(i)}, title); ok {
			tables = append(tables, t)
		}
	}
	return tables
}
