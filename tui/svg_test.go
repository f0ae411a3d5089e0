package tui

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"greylag/tui/text"
)

// A picture's measures, in its own units. A cell is as wide as the letters of
// most monospaced fonts at that size.
const (
	cellWidth, cellHeight = 8, 17
	baseline              = 13 // of a line, below its top
	letterSize            = "13.3"
	letters               = `ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace`
	frame                 = 14 // around the screen
	corner                = 8

	paper, ink = "#15181e", "#d7dae0"
)

// lettering is what SGR parameters (ECMA-48, 8.3.117) make of the letters.
type lettering struct {
	color                           string // "": the terminal's own
	bold, faint, underline, inverse bool
}

// span is text of one look at its place in a line.
type span struct {
	lettering
	x, cells int
	text     string
	ascii    bool // all of it, or nothing
}

// pictureOf is a screen as an SVG file: dark, with its text as text. Each span
// has a place and a length of its own, so that columns stay straight in any font,
// also where a sign is taken from another one.
func pictureOf(title, screen string) (string, error) {
	lines, width, err := spansOf(screen)
	if err != nil {
		return "", err
	}
	w, h := width*cellWidth+2*frame, len(lines)*cellHeight+2*frame
	classes := classesOf(lines)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" xml:space="preserve">`,
		w, h, w, h)
	fmt.Fprintf(&b, "\n<title>%s</title>\n<style>\n", escaped(title))
	fmt.Fprintf(&b, "text{font:%spx %s;fill:%s;white-space:pre}\n", letterSize, letters, ink)
	for i, css := range classes {
		fmt.Fprintf(&b, ".s%d{%s}\n", i, css)
	}
	fmt.Fprintf(&b, "</style>\n<rect width=\"%d\" height=\"%d\" rx=\"%d\" fill=\"%s\"/>\n<g>\n", w, h, corner, paper)
	for i, line := range lines {
		fmt.Fprintf(&b, `<g transform="translate(%d %d)">`, frame, frame+baseline+i*cellHeight)
		b.WriteString(lineOf(line, classes))
		b.WriteString("</g>\n")
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String(), nil
}

// lineOf is a line: first what is behind the letters, then the letters.
func lineOf(line []span, classes []string) string {
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		s := line[i]
		if !s.inverse {
			continue
		}
		for ; i+1 < len(line) && line[i+1].inverse && line[i+1].color == s.color && line[i+1].x == s.x+s.cells; i++ {
			s.cells += line[i+1].cells
		}
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`,
			s.x*cellWidth, -baseline, s.cells*cellWidth, cellHeight, cmp.Or(s.color, ink))
	}
	for _, s := range line {
		fmt.Fprintf(&b, `<text x="%d"`, s.x*cellWidth)
		if s.cells > 1 {
			fmt.Fprintf(&b, ` textLength="%d"`, s.cells*cellWidth)
		}
		if i := slices.Index(classes, s.css()); i >= 0 {
			fmt.Fprintf(&b, ` class="s%d"`, i)
		}
		fmt.Fprintf(&b, ">%s</text>", escaped(s.text))
	}
	return b.String()
}

// classesOf are the styles of the lines, in their order, but for the plain one.
func classesOf(lines [][]span) (classes []string) {
	for _, line := range lines {
		for _, s := range line {
			if css := s.css(); css != "" && !slices.Contains(classes, css) {
				classes = append(classes, css)
			}
		}
	}
	return classes
}

// css is empty for plain letters.
func (l lettering) css() string {
	var list []string
	add := func(on bool, declaration string) {
		if on {
			list = append(list, declaration)
		}
	}
	add(l.color != "" && !l.inverse, "fill:"+l.color)
	add(l.inverse, "fill:"+paper)
	add(l.bold, "font-weight:bold")
	add(l.faint, "fill-opacity:.6")
	add(l.underline, "text-decoration:underline")
	return strings.Join(list, ";")
}

func escaped(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

// sgr is one of our sequences.
var sgr = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// spansOf takes a screen apart, and tells how many cells wide it is.
func spansOf(screen string) (lines [][]span, width int, err error) {
	var l lettering
	for number, line := range strings.Split(screen, "\n") {
		var s spanLine
		for line != "" && err == nil {
			l, line, err = s.take(l, line)
		}
		if err != nil {
			return nil, 0, fmt.Errorf("line %d: %w", number+1, err)
		}
		lines, width = append(lines, s.spans), max(width, s.x)
	}
	return lines, width, nil
}

// spanLine is a line that is being taken apart.
type spanLine struct {
	spans []span
	x     int
}

// take adds what a line begins with, up to and with the next sequence, and returns
// the look after that and the rest of the line.
func (s *spanLine) take(l lettering, line string) (after lettering, rest string, err error) {
	at := sgr.FindStringSubmatchIndex(line)
	letters := line
	if at != nil {
		letters = line[:at[0]]
	}
	if i := strings.IndexFunc(letters, unicode.IsControl); i >= 0 {
		return l, "", fmt.Errorf("%q begins with no sequence of ours", letters[i:])
	}
	s.add(l, letters)
	if at == nil {
		return l, "", nil
	}
	after, err = l.with(line[at[2]:at[3]])
	return after, line[at[1]:], err
}

// add adds letters of one look. Spaces that cannot be seen are left out, but for
// one between words of one look. What is not ASCII may come from another font,
// and stands for itself.
func (s *spanLine) add(l lettering, letters string) {
	hidden := !l.underline && !l.inverse // what a space is
	for _, r := range letters {
		cells := text.UTF8.Width(string(r))
		if r != ' ' || !hidden {
			s.addLetter(span{l, s.x, cells, string(r), r < utf8.RuneSelf}, hidden)
		}
		s.x += cells
	}
}

func (s *spanLine) addLetter(letter span, hidden bool) {
	if n := len(s.spans); n > 0 {
		last := &s.spans[n-1]
		gap := letter.x - last.x - last.cells
		if last.lettering == letter.lettering && last.ascii == letter.ascii && gap <= boolInt(letter.ascii && hidden) {
			last.text += strings.Repeat(" ", gap) + letter.text
			last.cells += gap + letter.cells
			return
		}
	}
	s.spans = append(s.spans, letter)
}

// with is the look after SGR parameters.
func (l lettering) with(parameters string) (lettering, error) {
	list := strings.Split(parameters, ";")
	for i := 0; i < len(list); i++ {
		switch p := list[i]; {
		case p == "" || p == "0":
			l = lettering{}
		case p == "1":
			l.bold = true
		case p == "2":
			l.faint = true
		case p == "4":
			l.underline = true
		case p == "7":
			l.inverse = true
		case len(p) == 2 && p[0] == '3' && p[1] <= '7':
			l.color = colorOf(int(p[1] - '0'))
		case p == "38" && i+2 < len(list) && list[i+1] == "5":
			n, err := strconv.ParseUint(list[i+2], 10, 8)
			if err != nil {
				return l, fmt.Errorf("color of %q: %w", parameters, err)
			}
			l.color = colorOf(int(n))
			i += 2
		default:
			return l, fmt.Errorf("parameter %q of %q is none of ours", p, parameters)
		}
	}
	return l, nil
}

// systemColors are xterm's first 16.
var systemColors = [16]string{
	"#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5",
	"#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
}

// colorOf is one of xterm's 256 colours: 16, a cube of 6·6·6, and 24 greys.
func colorOf(n int) string {
	switch {
	case n < 16:
		return systemColors[n]
	case n >= 232:
		grey := 8 + 10*(n-232)
		return fmt.Sprintf("#%02x%02x%02x", grey, grey, grey)
	}
	levels := [6]int{0, 95, 135, 175, 215, 255}
	n -= 16
	return fmt.Sprintf("#%02x%02x%02x", levels[n/36], levels[n/6%6], levels[n%6])
}
