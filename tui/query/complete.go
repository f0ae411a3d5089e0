package query

import (
	"slices"
	"strings"

	"greylag/fleet"
)

// maxCandidates is how many completions are offered at once.
const maxCandidates = 50

// Vocabulary is what values may be completed from, by field. Fields that have
// their own words need none.
type Vocabulary map[string][]string

// NewVocabulary returns the names, hubs, spokes, tags and addresses of an
// inventory, each once and in natural order.
func NewVocabulary(inv *fleet.Inventory) Vocabulary {
	v := Vocabulary{}
	add := func(field, value string) {
		if value != "" {
			v[field] = append(v[field], value)
		}
	}
	for i := range inv.Tunnels {
		t := &inv.Tunnels[i]
		add("name", t.Name)
		add("hub", t.Hub)
		add("spoke", t.Spoke)
		add("source", t.Source.String())
		add("destination", t.Destination.String())
		for _, tag := range t.Tags {
			add("tag", tag)
		}
	}
	for field, list := range v {
		slices.SortFunc(list, compareNatural)
		v[field] = slices.Compact(list)
	}
	return v
}

// AddHosts adds what the vantage points on those hosts may see: see [fleet.Views].
func (v Vocabulary) AddHosts(hosts []string) {
	for _, host := range hosts {
		for _, word := range append(slices.Clone(fieldNamed("state").words), string(fleet.Unseen), "stale") {
			v["seen"] = append(v["seen"], host+"="+word)
		}
	}
}

// Completion is what the term under the cursor may become: each candidate
// stands for Input[From:To].
type Completion struct {
	From, To   int // bytes of the input
	Candidates []string
}

// Apply returns the input with a candidate in its place, and where the cursor
// then is.
func (c *Completion) Apply(input, candidate string) (completed string, cursor int) {
	return input[:c.From] + candidate + input[c.To:], c.From + len(candidate)
}

// Complete offers what the term under the cursor, a byte offset, may become: a
// field's name with its colon, or a value of the field. At most 50, those that
// begin as it does before those that contain it.
func Complete(input string, cursor int, v Vocabulary) Completion {
	cursor = min(max(cursor, 0), len(input))
	t := tokenAt(input, cursor)
	if t.op == none {
		return completeField(input, t, cursor, v)
	}
	p := t.valueAt(cursor)
	c := Completion{From: p.start, To: p.end}
	f := fieldNamed(t.name)
	if f == nil {
		return c
	}
	known := f.words
	switch {
	case f.unit == numbered:
		known = yesNo
	case known == nil:
		known = v[f.name]
	}
	c.Candidates = candidates(strings.Trim(input[p.start:max(cursor, p.start)], `"`), known, quoteIfNeeded)
	return c
}

func completeField(input string, t token, cursor int, v Vocabulary) Completion {
	c := Completion{From: t.start, To: t.end}
	if t.negate {
		c.From++
	}
	c.Candidates = candidates(input[c.From:max(cursor, c.From)], v.fieldNames(), func(name string) string { return name + ":" })
	return c
}

// fieldNames are the fields that can tell anything.
func (v Vocabulary) fieldNames() (names []string) {
	for i := range fields {
		if !fields[i].views || v["seen"] != nil {
			names = append(names, fields[i].name)
		}
	}
	return names
}

// tokenAt is the token that the cursor is in or behind; an empty one between
// tokens.
func tokenAt(input string, cursor int) token {
	for _, t := range lex(input) {
		if t.start <= cursor && cursor <= t.end {
			return t
		}
	}
	return token{start: cursor, end: cursor}
}

// valueAt is the value that the cursor is in; the first where it is before all.
func (t *token) valueAt(cursor int) part {
	for _, p := range t.values {
		if cursor <= p.end {
			return p
		}
	}
	return t.values[len(t.values)-1]
}

// candidates are those of known that begin with, or else contain, what is typed,
// as they are written.
func candidates(typed string, known []string, write func(string) string) []string {
	typed = strings.ToLower(typed)
	var first, then []string
	for _, k := range known {
		switch at := strings.Index(strings.ToLower(k), typed); {
		case at == 0 && len(first) < maxCandidates:
			first = append(first, write(k))
		case at > 0 && len(then) < maxCandidates:
			then = append(then, write(k))
		}
	}
	all := append(first, then...)
	return all[:min(len(all), maxCandidates)]
}

// quoteIfNeeded writes a value so that it is read as one.
func quoteIfNeeded(value string) string {
	if strings.ContainsAny(value, " \t,") {
		return `"` + value + `"`
	}
	return value
}
