package tui

import (
	"strings"
	"time"

	"greylag/tui/text"
)

// sheet is a canvas that is as long as what is written on it, and on which words
// wrap.
type sheet struct {
	canvas
	hang  int  // column at which the further lines of a paragraph begin
	begun bool // the line has a word: the next needs a space in front
}

// The measures of a sheet.
const (
	sheetLines = 1000 // what is longer is cut
	roomyWidth = 60   // from here on labels have a column of their own
	labelCells = 10   // of that column
	twoWidth   = 70   // from here on two panels stand side by side
	panelCells = 60   // of the left one at most
)

// open makes the sheet empty and of that width.
func (s *sheet) open(t *theme, charset text.Charset, width int) {
	s.theme, s.charset = t, charset
	s.reset(width, sheetLines)
	s.hang, s.begun = 0, false
}

// isRoomy tells whether labels have a column of their own.
func (s *sheet) isRoomy() bool { return s.width >= roomyWidth }

// para begins a paragraph. Where there is little room its further lines go
// under the label.
func (s *sheet) para(label string) {
	if !s.isRoomy() {
		s.space(1)
		s.put(dim, label)
		s.hang, s.begun = 3, label != ""
		return
	}
	s.labelled(label, labelCells)
}

// labelled begins a paragraph with a label of so many cells.
func (s *sheet) labelled(label string, cells int) {
	s.space(1)
	s.cell(dim, label, cells)
	s.hang, s.begun = 1+cells, false
}

// close ends the paragraph.
func (s *sheet) close() {
	s.end()
	s.begun = false
}

// turn goes on in the next line of the paragraph.
func (s *sheet) turn() {
	s.close()
	s.space(s.hang)
}

// words writes text, with the lines broken at its spaces.
func (s *sheet) words(st style, t string) {
	for word := range strings.FieldsFuncSeq(t, isBlank) {
		s.word(st, word)
	}
}

func isBlank(r rune) bool { return r == ' ' || r == '\n' }

// word writes what is broken only where a line has no room for it.
func (s *sheet) word(st style, t string) {
	cells := s.charset.Width(t)
	if s.begun && 1+cells > s.left() {
		s.turn()
	}
	if s.begun {
		s.put(st, " ")
	}
	s.begun = true
	if cells <= s.left() {
		s.put(st, t)
		return
	}
	for i, piece := range s.charset.Wrap(t, s.left()) {
		if i > 0 {
			s.turn()
		}
		s.put(st, piece)
		s.begun = true
	}
}

// pair writes a value behind its name, both in one line where that has room.
func (s *sheet) pair(name string, st style, value string) {
	cells := s.charset.Width(name) + 1 + s.charset.Width(value)
	switch {
	case s.begun && 2+cells > s.left():
		s.turn()
	case s.begun:
		s.space(2)
	}
	s.put(dim, name+" ")
	s.begun = false // the name has its space
	s.word(st, value)
}

// section begins a part of the page.
func (s *sheet) section(title string) {
	s.cell(heading, " "+title, s.width)
	s.close()
}

// fact is what is known of one thing.
type fact struct {
	label string
	style style
	value string
}

// panel is a list of facts under a title.
type panel struct {
	title string
	facts []fact
}

// panel writes a panel, with the values below each other.
func (s *sheet) panel(p panel) {
	s.section(p.title)
	cells := 0
	for _, f := range p.facts {
		cells = max(cells, s.charset.Width(f.label)+1)
	}
	for _, f := range p.facts {
		s.labelled(f.label, min(cells, s.width/2))
		s.words(f.style, f.value)
		s.close()
	}
}

// panels writes two panels side by side where there is room, else below each
// other. One without facts is left out.
func (d *detail) panels(left, right panel) {
	if len(right.facts) == 0 || d.width < twoWidth {
		d.panel(left)
		if len(right.facts) > 0 {
			d.panel(right)
		}
		return
	}
	half := min(d.width/2, panelCells)
	one, two := &d.v.panels[0], &d.v.panels[1]
	one.open(d.theme, d.charset, half)
	two.open(d.theme, d.charset, d.width-half) // up to the edge, for its heading
	one.panel(left)
	two.panel(right)
	for line := range max(one.line(), two.line()) {
		d.join(one, line)
		d.join(two, line)
		d.end()
	}
}

// join writes a line of a panel, or as much empty.
func (s *sheet) join(p *sheet, line int) {
	if line < p.line() {
		s.add(&p.canvas, line)
	} else {
		s.space(p.width)
	}
}

// clock is a time of day by the terminal's clock, with its day where that is
// long ago.
func (d *detail) clock(t time.Time) string {
	t = t.In(d.m.now.Location())
	if d.now().Sub(t) < 24*time.Hour {
		return t.Format("15:04:05")
	}
	return t.Format("Jan 02 15:04")
}

// now is the time of what is shown.
func (d *detail) now() time.Time { return d.m.board.now() }

// lasting is since when something is, and for how long; nothing where that is
// not known.
func (d *detail) lasting(since time.Time) string {
	if since.IsZero() {
		return ""
	}
	return " since " + d.clock(since) + ", for " + text.Span(d.now().Sub(since))
}

// ago is how long ago something was.
func (d *detail) ago(t time.Time) string { return text.Ago(d.now().Sub(t)) }
