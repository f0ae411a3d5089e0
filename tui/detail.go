package tui

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"greylag/fleet"
	"greylag/tui/chart"
	"greylag/tui/query"
)

// detailPane shows everything about the tunnel under the cursor, the most
// important first. It is written whole at each refresh, and scrolled.
type detailPane struct {
	page   sheet
	panels [2]sheet // what stands side by side
	of     string   // the tunnel's name: another one is shown from its top
	top    int      // first line on the screen
	height int

	plot   chart.Plot
	points []chart.Point
	bar    chart.Line
}

func (v *detailPane) name() string { return "detail" }

// refresh writes the page.
func (v *detailPane) refresh(m *model, width, height int) {
	if name := m.board.cursorName(); name != v.of {
		v.of, v.top = name, 0
	}
	v.height = max(height, 0)
	v.write(m, width)
	v.scroll(0)
}

// write writes the page anew, as wide as that.
func (v *detailPane) write(m *model, width int) {
	v.page.open(m.theme, m.charset(), width)
	row := m.board.read(m.board.cursor)
	if row == nil {
		v.page.put(plain, "  "+m.nothing())
		v.page.end()
		return
	}
	d := detail{
		m: m, v: v, sheet: &v.page, row: row, report: row.Tunnel, tunnel: row.Tunnel.Tunnel,
		spoke: m.board.readSpokeOf(m.board.cursor), position: m.board.cursor,
	}
	d.write()
}

// detail is one tunnel being written.
type detail struct {
	*sheet
	m        *model
	v        *detailPane
	row      *query.Row
	report   *fleet.TunnelReport
	tunnel   *fleet.Tunnel
	spoke    *fleet.SpokeReport // nil: it has none
	position int
}

// write writes what is known of the tunnel: what is, why, and what to do come
// first, then what was measured, what happened, and what is declared.
func (d *detail) write() {
	d.head()
	d.views()
	d.path()
	d.route()
	if d.isRoomy() { // where it is not, why comes first
		d.place()
	}
	d.incident()
	d.mute()
	d.why()
	if !d.isRoomy() {
		d.place()
	}
	d.counter()
	d.roundTrips()
	d.bothWays()
	d.changes()
	d.declared()
}

// move scrolls. Whoever does so reads: the tunnel stays.
func (v *detailPane) move(m *model, to motion) {
	m.board.selectTunnel(m.board.cursor)
	switch page := v.shown(); to {
	case moveUp:
		v.scroll(-1)
	case moveDown:
		v.scroll(1)
	case halfUp:
		v.scroll(-max(page/2, 1))
	case halfDown:
		v.scroll(max(page/2, 1))
	case pageUp:
		v.scroll(-max(page, 1))
	case pageDown:
		v.scroll(max(page, 1))
	case toFirst:
		v.scroll(-v.top)
	case toLast:
		v.scroll(v.page.line())
	}
}

// scrollDetail scrolls the detail, where it is on the screen.
func scrollDetail(to motion) func(*model, string) tea.Cmd {
	return func(m *model, _ string) tea.Cmd {
		if !m.pane && m.current != detailView {
			return m.tell("no detail is open: enter opens it")
		}
		m.views[detailView].move(m, to)
		return nil
	}
}

// scroll moves the window on the page, and leaves no empty lines below its end.
func (v *detailPane) scroll(by int) {
	v.top = max(min(v.top+by, v.page.line()-v.shown()), 0)
}

// shown is how many lines of the page are on the screen: where it is longer, the
// last line says how much there is below.
func (v *detailPane) shown() int {
	if v.page.line() > v.height {
		return v.height - 1
	}
	return v.height
}

func (v *detailPane) click(*model, int, int) bool { return false }

func (v *detailPane) target(m *model) int { return m.board.cursor }

func (v *detailPane) visible(m *model, yield func(position int)) {
	if m.board.tunnel(m.board.cursor) != nil {
		yield(m.board.cursor)
	}
}

// draw shows the page from its top line on.
func (v *detailPane) draw(m *model, c *canvas) {
	if v.page.theme != m.theme || v.page.width != c.width {
		v.write(m, c.width)
	}
	v.height = c.height
	v.scroll(0)
	end := min(v.top+v.shown(), v.page.line())
	for line := v.top; line < end; line++ {
		c.take(&v.page.canvas, line)
	}
	if v.page.line() > v.height {
		v.drawMore(m, c, v.page.line()-end)
	}
	c.fill()
}

// drawMore says how much is below, and which key shows it where the usual ones
// move the list's cursor.
func (v *detailPane) drawMore(m *model, c *canvas, lines int) {
	more := []run{{dim, " end"}}
	if lines > 0 {
		more = []run{{dim, " " + c.glyphs.falls + " " + strconv.Itoa(lines) + " more"}}
	}
	if m.layout().beside {
		more = append(more, run{dim, "  "}, run{hint, "J"}, run{dim, "/"}, run{hint, "K"}, run{dim, " scroll"})
	}
	c.runs(more)
	c.end()
}
