package ios

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// A document may configure several routers and never name them but in headings. So
// at each boundary, which is a heading, the edge of a document's code or conf t, what
// follows is read for a trial: if it gives an interface another address, or another
// destination, than the router so far has, it is another router's.

// boundary begins a line that stands for the edge of a document's code; its heading
// follows.
const boundary = "!boundary "

// lines reads all lines.
func (r *reader) lines(lines []line) {
	for n, l := range lines {
		if heading, ok := headingOf(l.text); ok {
			r.boundary(l, heading, block(lines[n+1:]))
		}
		r.line(l)
	}
}

// block is the lines to the next boundary.
func block(lines []line) []line {
	for n, l := range lines {
		if _, ok := headingOf(l.text); ok {
			return lines[:n]
		}
	}
	return lines
}

func (r *reader) boundary(l line, heading string, next []line) {
	isCode := strings.HasPrefix(l.text, boundary)
	if isCode {
		r.leave()
		r.deaf = false
	}
	r.heading = cmp.Or(routerIn(heading), r.heading)
	name := r.heading
	if len(r.dev.interfaces) == 0 && (r.dev.name == "" || r.dev.soft) {
		r.dev.name, r.dev.soft = cmp.Or(name, r.dev.name), true
		return
	}
	trial := &reader{file: r.file, dev: newDevice(r.file, l.no)}
	first := trial.dev
	trial.devices = []*device{first}
	for _, l := range next {
		trial.line(l)
	}
	if first.name == "" && (r.dev.contradicts(first) || isCode && r.isAnother(name, first)) {
		r.another(name, l.no)
	}
}

// contradicts tells whether both devices cannot be one router.
func (d *device) contradicts(other *device) bool {
	for name, theirs := range other.interfaces {
		mine := d.interfaces[name]
		if mine == nil {
			continue
		}
		a, b := mine.addresses.primary, theirs.addresses.primary
		x, y := mine.tunnel.destination, theirs.tunnel.destination
		if a.IsValid() && b.IsValid() && a != b || len(x) > 0 && len(y) > 0 && x[0] != y[0] {
			return true
		}
	}
	return false
}

// isAnother tells whether code under a heading that names another router than the
// last one did is that router's: it configures interfaces, and needs none of the
// last router's.
func (r *reader) isAnother(name string, code *device) bool {
	if name == "" || !r.dev.soft || name == r.dev.name || len(code.interfaces) == 0 {
		return false
	}
	if r.known(name) != nil {
		return true
	}
	for _, i := range code.interfaces {
		if r.dev.find(i.tunnel.source) != nil && code.find(i.tunnel.source) == nil {
			return false
		}
	}
	return true
}

// headingOf finds what may be a heading: a comment, or a line that ends with a colon,
// that names a router. A conf t and a quotation of several lines may begin another
// router's configuration too.
func headingOf(text string) (heading string, ok bool) {
	if rest, found := strings.CutPrefix(text, boundary); found {
		return rest, true
	}
	if len(text) < 2 || len(text) > 300 {
		return "", false
	}
	switch {
	case strings.ContainsRune("!#=*-/", rune(text[0])), text[len(text)-1] == ':':
		return text, routerIn(text) != ""
	case strings.HasPrefix(text, codeBlock):
		return "", true
	case len(text) <= 30 && isTitle(text):
		return text, true
	case text[len(text)-1] == '"':
		return "", strings.HasSuffix(text, quotation)
	case text[len(text)-1]|0x20 == 't' || text[len(text)-1]|0x20 == 'l':
		words := strings.Fields(text)
		return "", len(words) == 2 && short(words[0], "configure", 4) && short(words[1], "terminal", 1)
	}
	return "", false
}

// isTitle tells a line that says little more than a router's name, as R2 (SPOKE).
func isTitle(text string) bool {
	if !strings.ContainsRune("rRhHsSbB", rune(text[0])) || strings.Count(text, " ") > 2 {
		return false
	}
	name := routerIn(text)
	return name != "" && strings.HasPrefix(strings.ReplaceAll(text, " ", "-"), name)
}

// codeBlock begins a code block in reStructuredText.
const codeBlock = ".. code"

// quotation begins and ends a text of several lines in many languages.
const quotation = `"""`

// routerWords are words that a heading calls a router by, with a number or letter
// after them.
var routerWords = []string{"router", "hub", "spoke", "branch", "site", "hq", "headquarters", "rtr", "headend", "r"}

// routerIn is the router that a heading names, such as R1 or Spoke-2, "" where it
// names none.
func routerIn(heading string) string {
	words := strings.FieldsFunc(heading, func(c rune) bool { return c != '-' && c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	words = slices.DeleteFunc(words, func(w string) bool { return strings.Trim(w, "-_") == "" })
	if len(words) > 8 {
		return ""
	}
	for n, w := range words {
		kind, rest := cutKind(w)
		if !slices.Contains(routerWords, kind) || len(rest) > 4 || kind == "r" && rest == "" {
			continue
		}
		if rest == "" && n+1 < len(words) && routerMenu.has(words[n+1]) {
			return "" // router ospf
		}
		if rest == "" && n+1 < len(words) && len(words[n+1]) <= 3 {
			return w + "-" + words[n+1]
		}
		return w
	}
	return ""
}

// cutKind cuts a word such as Router-A or Spoke2 after its first letters.
func cutKind(w string) (kind, rest string) {
	i := strings.IndexAny(w, "0123456789-_")
	if i < 0 {
		return strings.ToLower(w), ""
	}
	return strings.ToLower(w[:i]), w[i:]
}
