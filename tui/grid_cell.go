package tui

import (
	"strconv"
	"strings"

	"greylag/fleet"
	"greylag/tui/text"
)

// draw writes the headings and the rows, and returns which signs are on them.
func (x *matrix) draw(m *model, c *canvas) (seen glanceSet) {
	x.drawTitles(c)
	signs := c.glyphs.glanceSigns(c.glyphs.up)
	for line := 0; line < x.lines && !c.full(); line++ {
		for i := line; i < len(x.rows); i += x.lines {
			c.space(i/x.lines*x.blockStep() - c.used)
			seen |= x.drawRow(m, c, &x.rows[i], &signs)
		}
		c.end()
	}
	return seen
}

// drawTitles writes the headings of each block.
func (x *matrix) drawTitles(c *canvas) {
	titles := x.cutTitles(c.charset)
	for block := 0; block*x.lines < len(x.rows); block++ {
		c.space(block*x.blockStep() - c.used)
		c.space(1)
		c.cell(heading, "spoke", x.shape.name)
		c.space(1 + verdictCells)
		for _, title := range titles {
			c.space(1)
			c.put(heading, title)
			c.space(x.shape.cellWidth() - 1 - c.charset.Width(title))
		}
	}
	c.end()
}

// cutTitles are the headings, none wider than a cell: their beginnings, or where
// that makes two of them alike, what is left with the middle cut out.
func (x *matrix) cutTitles(charset text.Charset) []string {
	w := x.shape.cellWidth() - 1
	heads, ends := make([]string, len(x.titles)), make([]string, len(x.titles))
	alike, known := false, map[string]bool{"": true}
	for i, name := range x.titles {
		title := x.title(name)
		heads[i], ends[i] = charset.Head(title, w), strings.TrimRight(charset.FitMiddle(title, w), " ")
		alike = alike || name != "" && known[heads[i]]
		known[heads[i]] = true
	}
	if alike {
		return ends
	}
	return heads
}

// title is a column's heading.
func (x *matrix) title(name string) string {
	if x.picture == rankMatrix && name != "" && x.shape.fact > 2 {
		return "rank " + name
	}
	return name
}

// drawRow writes a spoke: its name, how it is reached, and its tunnels.
func (x *matrix) drawRow(m *model, c *canvas, r *matrixRow, signs *[glances]string) (seen glanceSet) {
	c.space(1)
	if r.spoke < 0 {
		c.cellName(dim, r.name(&m.board), x.shape.name)
		c.space(1 + verdictCells)
	} else {
		drawSpokeName(c, &m.board.report.Spokes[r.spoke], x.shape.name)
	}
	if len(r.tunnels) == 0 {
		return 0
	}
	for column := range x.titles {
		position := x.at(r, column)
		if position < 0 {
			c.space(x.shape.cellWidth())
			continue
		}
		seen |= x.drawCell(m, c, int(position), signs)
	}
	return seen
}

// drawSpokeName writes a spoke's name and the signs of its verdict.
func drawSpokeName(c *canvas, s *fleet.SpokeReport, w int) {
	v := verdictOf(s)
	name := plain
	if v.isWrong() {
		name = strong
	}
	c.cellName(name, s.Spoke.Name, w)
	c.space(1)
	c.put(v.style(), c.glyphs.verdict(v))
	if v != unprotected && isUnprotected(s) {
		c.put(degraded, c.glyphs.unprotected)
	} else {
		c.space(1)
	}
}

// drawCell writes a tunnel: mark, sign, and a fact about it.
func (x *matrix) drawCell(m *model, c *canvas, position int, signs *[glances]string) (seen glanceSet) {
	row := m.board.read(position)
	g := m.board.glance(position)
	seen.add(g)
	if m.board.lineOf[position] < 0 {
		c.space(1)
		c.cell(dim, signs[g], x.shape.cellWidth()-1)
		return seen
	}
	d := drawing{m: m, c: c, Row: row, report: row.Tunnel, position: position}
	s, fs, fact := glanceStyles[g], dim, ""
	if !row.Muted {
		fs, fact = x.fact(&d)
	} else {
		s = dim
	}
	if position == m.board.cursor {
		c.cursorCell(s, c.glyphs.cursor+signs[g]+x.gap()+fact, x.shape.cellWidth())
		return seen
	}
	d.drawMark()
	c.put(s, signs[g])
	c.put(plain, x.gap())
	c.cell(fs, fact, x.shape.fact)
	return seen
}

// gap is what is between sign and fact.
func (x *matrix) gap() string {
	if x.shape.fact > 2 {
		return " "
	}
	return ""
}

// drawMark writes what is to be noticed of a tunnel beside its state.
func (d *drawing) drawMark() {
	switch {
	case d.New:
		d.c.put(fresh, d.c.glyphs.fresh)
	case d.Muted:
		d.c.put(dim, d.c.glyphs.muted)
	default:
		d.c.space(1)
	}
}

// fact is what matters most of a tunnel, in the cells that there are: how long it
// is down, what is missing, how slow it is.
func (x *matrix) fact(d *drawing) (style, string) {
	t, n := d.report, missed(d.report)
	if x.shape.fact <= 2 {
		if n == 0 || t.State == fleet.Disabled {
			return dim, ""
		}
		return degraded, strconv.Itoa(int(min(n, 99)))
	}
	switch {
	case t.State == fleet.Disabled, t.State == fleet.Pending && n == 0:
		return dim, ""
	case t.State == fleet.Down:
		return plain, text.Span(d.m.board.now().Sub(t.Since))
	case n > 0:
		return degraded, text.Count(uint64(n)) + "/" + strconv.Itoa(t.Tunnel.Retries)
	case t.State == fleet.Degraded:
		return degraded, degradedFact(d.c.charset, t)
	case x.picture == rankMatrix:
		return dim, t.Tunnel.Hub
	case t.RTT.Samples == 0:
		return dim, ""
	}
	return dim, d.c.charset.Duration(t.RTT.Last)
}

// degradedFact is the measure that is over its limit.
func degradedFact(c text.Charset, t *fleet.TunnelReport) string {
	if limit := t.Tunnel.DegradedLoss; limit > 0 && t.Loss >= limit || t.RTT.Samples == 0 {
		return text.Percent(t.Loss)
	}
	return c.Duration(t.RTT.Last)
}
