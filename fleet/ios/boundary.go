package ios

import (
	"strings"
	"unicode"
)

// A document may configure several routers and never name them but in headings. So
// at each boundary, which is a heading or the edge of a document's code, what follows
// is read for a trial: if it gives an interface another address, or another
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
	if strings.HasPrefix(l.text, boundary) {
		r.leave()
		r.deaf = false
	}
	name := routerIn(heading)
	if r.dev.name == "" && len(r.dev.interfaces) == 0 {
		r.dev.name, r.dev.soft = name, true
		return
	}
	trial := &reader{file: r.file, dev: newDevice(r.file, l.no)}
	first := trial.dev
	trial.devices = []*device{first}
	for _, l := range next {
		trial.line(l)
	}
	if first.name == "" && r.dev.contradicts(first) {
		r.another(name, l.no)
	}
}

// contradicts tells whether both devices cannot be one router.
func (d *device) contradicts(other *device) bool {
	for name, mine := range d.interfaces {
		theirs := other.interfaces[name]
		if theirs == nil {
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

// headingOf finds what may be a heading: a comment, or a line that ends with a colon,
// of a few words.
func headingOf(text string) (heading string, ok bool) {
	if rest, found := strings.CutPrefix(text, boundary); found {
		return rest, true
	}
	if len(text) < 2 || len(text) > 100 {
		return "", false
	}
	if !strings.ContainsRune("!#=*-/", rune(text[0])) && text[len(text)-1] != ':' {
		return "", false
	}
	return text, routerIn(text) != ""
}

// routerWords are words that a heading calls a router by, with a number or letter
// after them.
var routerWords = []string{"router", "hub", "spoke", "branch", "site", "hq", "headquarters", "rtr", "headend", "r"}

// routerIn is the router that a heading names, such as R1 or Spoke-2, "" where it
// names none.
func routerIn(heading string) string {
	words := strings.FieldsFunc(heading, func(c rune) bool { return c != '-' && c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	if len(words) > 8 {
		return ""
	}
	for n, w := range words {
		kind := strings.ToLower(strings.TrimRight(w, "0123456789-_"))
		for _, known := range routerWords {
			if kind != known || kind == "r" && len(w) == 1 {
				continue
			}
			if len(w) == len(kind) && n+1 < len(words) && len(words[n+1]) <= 3 {
				return w + "-" + words[n+1]
			}
			return w
		}
	}
	return ""
}
