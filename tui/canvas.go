package tui

import (
	"greylag/tui/text"
)

// canvas is a rectangle of the screen that is filled line by line, in runs of
// one style. What does not fit is cut, what is missing is padded: every line is
// exactly as wide as the canvas, and there are exactly as many as it is high.
type canvas struct {
	*theme
	charset       text.Charset
	width, height int

	buf      []byte
	ends     []int // of each finished line in buf
	used     int   // cells of the line that is being written
	current  style // in force at buf's end
	selected bool  // the line is the one under the cursor
}

// newCanvas returns an empty canvas of that size.
func newCanvas(t *theme, width, height int) *canvas {
	c := &canvas{theme: t}
	if t.glyphs.ascii {
		c.charset = text.ASCII
	}
	c.reset(width, height)
	return c
}

// reset empties the canvas and keeps its memory.
func (c *canvas) reset(width, height int) {
	c.width, c.height = max(width, 0), max(height, 0)
	c.buf, c.ends, c.used = c.buf[:0], c.ends[:0], 0
	c.current, c.selected = plain, false
}

// left is how many cells of the line are free.
func (c *canvas) left() int { return c.width - c.used }

// full tells whether every line is written.
func (c *canvas) full() bool { return len(c.ends) >= c.height }

// line is how many lines are finished.
func (c *canvas) line() int { return len(c.ends) }

// begin starts a run.
func (c *canvas) begin(s style) {
	if s != c.current {
		c.current = s
		c.buf = append(c.buf, c.starts[c.row()][s]...)
	}
}

func (c *canvas) row() int {
	if c.selected {
		return 1
	}
	return 0
}

// cursorLine makes the line, which is still empty, the one under the cursor if
// on.
func (c *canvas) cursorLine(on bool) {
	if on {
		c.selected = true
		c.buf = append(c.buf, c.starts[1][c.current]...)
	}
}

// pointer writes the sign of the cursor on its line, and a space on others.
func (c *canvas) pointer() {
	if c.selected {
		c.put(plain, c.glyphs.cursor)
	} else {
		c.space(1)
	}
}

// put writes s as it is, cut where the line ends. Whatever s contains is shown
// harmlessly.
func (c *canvas) put(s style, t string) {
	if c.full() || t == "" {
		return
	}
	cells := c.charset.Width(t)
	if cells > c.left() {
		c.cell(s, t, c.left())
		return
	}
	c.begin(s)
	c.buf = c.charset.AppendClean(c.buf, t)
	c.used += cells
}

// cell writes t in exactly w cells, or in what is left of the line.
func (c *canvas) cell(s style, t string, w int) {
	if w = min(w, c.left()); w > 0 && !c.full() {
		c.begin(s)
		c.buf = c.charset.AppendFit(c.buf, t, w)
		c.used += w
	}
}

// cellRight is cell with t at the right edge.
func (c *canvas) cellRight(s style, t string, w int) {
	if w = min(w, c.left()); w > 0 && !c.full() {
		c.begin(s)
		c.buf = c.charset.AppendFitRight(c.buf, t, w)
		c.used += w
	}
}

// cellName is cell for a name: cut in the middle, since its head and tail tell
// most.
func (c *canvas) cellName(s style, t string, w int) {
	if w = min(w, c.left()); w > 0 && !c.full() {
		c.begin(s)
		c.buf = c.charset.AppendFitMiddle(c.buf, t, w)
		c.used += w
	}
}

// space writes n empty cells in the style of the line.
func (c *canvas) space(n int) {
	if n = min(n, c.left()); n > 0 && !c.full() {
		c.begin(plain)
		c.buf = text.AppendSpaces(c.buf, n)
		c.used += n
	}
}

// end finishes the line.
func (c *canvas) end() {
	if c.full() {
		return
	}
	c.space(c.left())
	if c.current != plain || c.selected {
		c.buf = append(c.buf, reset...)
	}
	c.current, c.selected, c.used = plain, false, 0
	c.ends = append(c.ends, len(c.buf))
}

// fill finishes the line that was begun, and leaves the others empty.
func (c *canvas) fill() {
	for !c.full() {
		c.end()
	}
}

// at is the finished line of that number.
func (c *canvas) at(line int) []byte {
	if line == 0 {
		return c.buf[:c.ends[0]]
	}
	return c.buf[c.ends[line-1]:c.ends[line]]
}

// add writes a finished line of other at the end of the line.
func (c *canvas) add(other *canvas, line int) {
	if !c.full() && other.width <= c.left() {
		c.buf = append(c.buf, other.at(line)...)
		c.used += other.width
	}
}

// take writes a finished line of other as a line.
func (c *canvas) take(other *canvas, line int) {
	c.add(other, line)
	c.end()
}

// String is the whole canvas, lines divided by newlines.
func (c *canvas) String() string {
	b := make([]byte, 0, len(c.buf)+len(c.ends))
	for line := range c.ends {
		if line > 0 {
			b = append(b, '\n')
		}
		b = append(b, c.at(line)...)
	}
	return string(b)
}
