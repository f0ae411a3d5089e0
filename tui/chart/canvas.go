package chart

import (
	"slices"
	"unicode/utf8"

	"greylag/tui/text"
)

// canvas is a grid of dots, of which each cell has several where there is
// braille.
type canvas struct {
	width, height int // in dots
	perX, perY    int // dots a cell
	columns       int
	cells         []uint8 // a bit for each dot, as braille has them
}

// braille is the pattern without dots; each dot is a bit of the code point.
const braille = 0x2800

// dotBits are the bits of a cell's dots, by column and row.
var dotBits = [2][4]uint8{{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}

// reset makes the canvas empty and of that many cells.
func (c *canvas) reset(charset text.Charset, columns, rows int) {
	c.perX, c.perY = 2, 4
	if charset == text.ASCII {
		c.perX, c.perY = 1, 1
	}
	c.columns, c.width, c.height = columns, columns*c.perX, rows*c.perY
	c.cells = zeroed(c.cells, columns*rows)
}

// zeroed is s with n zero elements, in its memory where that is enough.
func zeroed[T any](s []T, n int) []T {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

func (c *canvas) set(x, y int) {
	c.cells[y/c.perY*c.columns+x/c.perX] |= dotBits[x%c.perX][y%c.perY]
}

// join draws a line without gaps from one dot to another, which is not left of
// it.
func (c *canvas) join(x0, y0, x1, y1 int) {
	last := y0
	for x := x0; x <= x1; x++ {
		y := y1
		if x1 > x0 {
			y = y0 + (y1-y0)*(x-x0)/(x1-x0)
		}
		for from := min(last, y); from <= max(last, y); from++ {
			c.set(x, from)
		}
		last = y
	}
}

// kind is that of a cell, where the dots above slow are over the limit.
func (c *canvas) kind(column, row, slow int) Kind {
	dots := c.cells[row*c.columns+column]
	kind := KindBlank
	for y := range c.perY {
		switch line := dotBits[0][y] | dotBits[1][y]; {
		case dots&line == 0:
		case row*c.perY+y < slow:
			return KindSlow
		default:
			kind = KindAnswered
		}
	}
	return kind
}

// appendCell appends a cell.
func (c *canvas) appendCell(b []byte, column, row int) []byte {
	switch dots := c.cells[row*c.columns+column]; {
	case dots == 0:
		return append(b, ' ')
	case c.perX == 1:
		return append(b, '*')
	default:
		return utf8.AppendRune(b, braille+rune(dots))
	}
}
