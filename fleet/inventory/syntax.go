package inventory

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// read parses the syntax of text, which has no byte order mark. Where the text cannot be read to the end, the
// table is nil and the reason is among the reader's mistakes.
//
// The library stops at the first mistake. Those whose extent is plain (a key
// that is there twice; a line like "source = 192.0.2.1") are recorded, blotted
// out in place, and reading starts again, so that one run reports all.
func read(file, text string) (*reader, *table) {
	r := newReader(file, text)
	if offset, m := invalidByte(text); m != nil {
		r.wrong(offset, m.message, m.hint)
		return r, nil
	}
	for repairs := maxRepairs(text); ; repairs-- {
		s := r.scan(&text)
		if s.tooDeep {
			r.wrong(s.pos, fmt.Sprintf("nested deeper than %d levels", maxDepth), "an inventory needs three")
			return r, nil
		}
		keys, m := decode(text)
		if m == nil {
			return r, &table{"", keys, s.root}
		}
		if repairs == 0 || !r.repair(&text, *m) {
			r.wrong(r.within(m.offset), m.message, m.hint)
			return r, nil
		}
	}
}

// maxRepairs bounds the repeated work to a few seconds for any size.
func maxRepairs(text string) int {
	return min(100, 1+10_000_000/(1+len(text)))
}

// scan finds the places, having recorded and blotted out all duplicates.
func (r *reader) scan(text *string) *scanner {
	for {
		s := scan(*text, len(*text))
		if len(s.duplicates) == 0 {
			return s
		}
		spans := make([]span, 0, len(s.duplicates))
		for _, d := range s.duplicates {
			r.duplicate(d)
			spans = append(spans, d.text)
		}
		*text = blank(*text, spans...)
	}
}

func (r *reader) duplicate(d duplicate) {
	what, hint := "key", "remove one"
	if d.header {
		what, hint = "table", "put its keys there"
		if isList(d.name) {
			hint = fmt.Sprintf("write [[%s]], once for each", d.name)
		}
	}
	r.wrong(d.at, fmt.Sprintf("%s %q is already defined on line %d", what, d.name, r.lines.line(d.first.at)), hint)
}

// decode has the library read text. Its position is trusted as a byte offset
// only: its line and column are wrong at times.
func decode(text string) (keys map[string]any, m *placed) {
	defer func() {
		// The library panics on what it takes for a bug of its own.
		if bug := recover(); bug != nil {
			m = &placed{mistake{"this is no TOML", printable(fmt.Sprint(bug))}, 0}
		}
	}()
	_, err := toml.Decode(text, &keys)
	var parse toml.ParseError
	switch {
	case err == nil:
		return keys, nil
	case errors.As(err, &parse):
		return nil, &placed{mistake{printable(parse.Message), ""}, parse.Position.Start}
	}
	return nil, &placed{mistake{err.Error(), ""}, 0}
}

// within moves offset, which the library may put beyond the text, inside a
// character or on the spaces before the culprit, onto what the user sees.
func (r *reader) within(offset int) int {
	text := r.lines.text
	offset = max(0, min(offset, len(text)))
	for offset < len(text) && !utf8.RuneStart(text[offset]) {
		offset--
	}
	visible := offset
	for visible < len(text) && (text[visible] == ' ' || text[visible] == '\t') {
		visible++
	}
	if visible == len(text) || text[visible] == '\n' || text[visible] == '\r' {
		return offset
	}
	return visible
}

// repair records the mistake at m and blots it out, where that is possible: in
// a statement of one line, of which the next line is independent.
func (r *reader) repair(text *string, m placed) bool {
	at := r.within(m.offset)
	line := r.lines.span(at)
	st := scan(*text, at).statement
	if st.header || st.from < line.from || st.from > line.to {
		return false
	}
	rest := (*text)[min(st.value, line.to):line.to]
	if st.value == 0 || strings.TrimSpace(rest) == "" {
		r.wrong(at, m.message, m.hint)
		*text = blank(*text, line)
		return true
	}
	if !isOneLine(rest) || r.repaired[st.value] {
		return false
	}
	r.repairValue(st.value, rest, placed{m.mistake, at})
	*text = blank((*text)[:st.value]+"0"+(*text)[st.value+1:], span{st.value + 1, line.to})
	return true
}

// isOneLine tells whether a value that begins like this ends on its line.
func isOneLine(rest string) bool {
	return rest[0] != '[' && rest[0] != '{' &&
		!strings.HasPrefix(rest, `"""`) && !strings.HasPrefix(rest, "'''")
}

// repairValue records what is wrong with the value rest: most often it is a
// string without quotes.
func (r *reader) repairValue(offset int, rest string, m placed) {
	r.repaired[offset] = true
	bare, _, _ := strings.Cut(rest, "#")
	bare = strings.TrimSpace(bare)
	hint := fmt.Sprintf("write %q", bare)
	switch strings.ToLower(bare) {
	case "true", "yes", "on":
		hint = "write true"
	case "false", "no", "off":
		hint = "write false"
	}
	if bare == "" || strings.ContainsAny(bare, `"'\,`) || strings.Trim(bare, "+-_0123456789") == "" {
		r.wrong(m.offset, m.message, m.hint)
		return
	}
	r.wrong(offset, printable(bare)+" is not a TOML value", hint)
}
