package tui

import (
	"greylag/tui/query"
)

// tableView shows a tunnel a line.
type tableView struct {
	list    list
	columns []placed
}

func (v *tableView) name() string { return "table" }

// refresh follows the board. The cursor's tunnel keeps its line of the screen.
func (v *tableView) refresh(m *model, width, height int) {
	v.columns = placeColumns(width, m.settings.Hidden, m.board.wish)
	v.list.size, v.list.page = len(m.board.shown), max(height-1, 0)
	if line := m.board.line(); line >= 0 {
		v.list.follow(line)
	} else {
		v.list.resize(v.list.size, v.list.page)
	}
}

// move moves the cursor. At the first line it is loose again: it stays there,
// whatever tunnel comes to the top.
func (v *tableView) move(m *model, to motion) {
	v.list.move(to)
	m.board.selectLine(v.list.cursor)
	m.board.loose = to == toFirst
}

func (v *tableView) click(m *model, _, y int) bool {
	first, end := v.list.bounds()
	line := first + y - 1
	if y < 1 || line >= end {
		return false
	}
	v.list.cursor = line
	m.board.selectLine(line)
	return true
}

func (v *tableView) target(m *model) int {
	if m.board.line() < 0 {
		return -1
	}
	return m.board.cursor
}

func (v *tableView) visible(m *model, yield func(position int)) {
	first, end := v.list.bounds()
	for _, position := range m.board.shown[first:end] {
		yield(int(position))
	}
}

// draw writes the headings and the rows on the screen, no others.
func (v *tableView) draw(m *model, c *canvas) {
	v.drawHeadings(m, c)
	if len(m.board.shown) == 0 {
		c.end()
		c.put(plain, "  "+m.nothing())
	}
	first, end := v.list.bounds()
	for line := first; line < end && !c.full(); line++ {
		v.drawRow(m, c, line)
	}
	c.fill()
}

// nothing says why there is no row.
func (m *model) nothing() string {
	switch {
	case len(m.board.rows) == 0 && m.board.report.Time.IsZero():
		return "Waiting for the first report."
	case len(m.board.rows) == 0:
		return "The inventory has no tunnels."
	case m.board.filter.only && m.board.filter.query.Empty():
		return "Nothing is down or degraded. esc shows everything."
	}
	return "Nothing matches the filter. esc shows everything."
}

func (v *tableView) drawHeadings(m *model, c *canvas) {
	drawTitles(c, v.columns, func(p placed) string {
		if order := m.board.order; order.By == p.name {
			return p.title + m.theme.glyphs.direction(order.Reverse)
		}
		return p.title
	})
}

// drawTitles writes the headings of columns.
func drawTitles(c *canvas, columns []placed, title func(placed) string) {
	c.space(leadWidth - 1)
	for _, p := range columns {
		c.space(1)
		if p.right {
			c.cellRight(heading, title(p), p.width)
		} else {
			c.cell(heading, title(p), p.width)
		}
	}
	c.end()
}

// direction is the sign at the heading of the column that is sorted by.
func (g *glyphs) direction(reverse bool) string {
	if reverse {
		return g.rising
	}
	return g.falls
}

func (v *tableView) drawRow(m *model, c *canvas, line int) {
	position := int(m.board.shown[line])
	row := m.board.read(position)
	d := drawing{m: m, c: c, Row: row, report: row.Tunnel, position: position}
	c.cursorLine(position == m.board.cursor)
	d.drawLead()
	for i, p := range v.columns {
		c.space(boolInt(i > 0))
		p.draw(&d, p.width)
	}
	c.end()
}

// drawLead writes what the row begins with: cursor or news, and the state.
func (d *drawing) drawLead() {
	switch {
	case d.New:
		d.c.put(fresh, d.c.glyphs.fresh)
	case d.Muted && !d.c.selected:
		d.c.put(dim, d.c.glyphs.muted)
	default:
		d.c.pointer()
	}
	d.c.put(d.style(), d.c.glyphs.state(d.report.State))
	d.c.space(1)
}

// orders are the columns on the screen by which rows can be sorted.
func (v *tableView) orders() []string {
	var names []string
	for _, p := range v.columns {
		if _, err := query.ParseOrder(p.name); err == nil {
			names = append(names, p.name)
		}
	}
	return names
}
