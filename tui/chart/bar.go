package chart

import (
	"strconv"

	"greylag/tui/text"
)

// AppendBar appends the keepalive counter as a bar towards retries, with both as
// numbers behind it ("▰▰▱ 2/3"), in exactly width cells. The bar has a cell for
// each retry where there is room, and is full only when the counter has reached
// retries: the line protocol then goes down, or is down (R9, R10). Where there is
// no room for both, the numbers stay.
func (l *Line) AppendBar(c text.Charset, counter uint32, retries, width int) {
	if width < 1 {
		return
	}
	var digits [32]byte
	value := strconv.AppendUint(digits[:0], uint64(counter), 10)
	value = strconv.AppendInt(append(value, '/'), int64(retries), 10)
	cells := min(max(retries, 0), width-len(value)-1)
	if cells > 0 {
		l.appendCells(glyphsOf(c), counter, retries, cells)
		l.add(KindBlank, " ")
		width -= cells + 1
	}
	start := len(l.Text)
	if len(value) > width {
		l.Text = c.AppendFit(l.Text, string(value), width)
	} else {
		l.Text = text.AppendSpaces(append(l.Text, value...), width-len(value))
	}
	l.extend(valueKind(counter, retries), start)
}

// Bar is [Line.AppendBar] on a line of its own.
func Bar(c text.Charset, counter uint32, retries, width int) Line {
	var l Line
	l.AppendBar(c, counter, retries, width)
	return l
}

// appendCells appends the bar itself.
func (l *Line) appendCells(g *glyphs, counter uint32, retries, cells int) {
	if int64(counter) >= int64(retries) {
		l.repeat(KindOver, g.fill, cells)
		return
	}
	filled := int(int64(counter) * int64(cells) / int64(retries))
	if counter > 0 { // one miss is visible, and less than all is not full
		filled = min(max(filled, 1), cells-1)
	}
	l.repeat(KindFill, g.fill, filled)
	l.repeat(KindRest, g.rest, cells-filled)
}

func valueKind(counter uint32, retries int) Kind {
	if int64(counter) >= int64(retries) {
		return KindOver
	}
	return KindValue
}
