package tui

import "fmt"

// drawFooter writes the last line: what is typed, what was done, or the keys
// that matter now.
func (m *model) drawFooter(c *canvas) {
	switch p, typing := m.overlay.(*prompt); {
	case typing:
		p.draw(c)
	case m.message.text != "":
		s := plain
		if m.message.bad {
			s = down
		}
		c.space(1)
		c.put(s, m.message.text)
	default:
		m.drawHints(c)
	}
	c.end()
}

// drawHints writes the keys that matter, as many as there is room for, and at
// the right end the view and where in it the cursor is.
func (m *model) drawHints(c *canvas) {
	place := m.placeRuns()
	room := c.width - c.runsWidth(place) - 1
	m.drawNote(c, room)
	for _, h := range m.hints() {
		if c.used+c.runsWidth(h)+2 > room {
			break
		}
		c.space(1)
		c.runs(h)
		c.space(1)
	}
	m.drawRight(c, place)
}

// drawNote writes what the source has to say just now, in at most that many cells.
func (m *model) drawNote(c *canvas, cells int) {
	note := m.board.status.Note
	if note == "" || m.overlay != nil {
		return
	}
	note = " " + note + " "
	c.cell(notice, note, min(c.charset.Width(note), cells))
}

// hinted are the bindings that the footer names, the most useful first.
var hinted = []string{"help", "filter", "open", "problems", "next-problem", "next-view", "freeze", "quit"}

// hints are the keys that matter now, each as runs.
func (m *model) hints() [][]run {
	pair := func(key, word string) []run { return []run{{hint, key}, {dim, " " + word}} }
	switch m.overlay.(type) {
	case *help:
		return [][]run{pair("esc", "back"), pair("pgdown", "more")}
	case *menu:
		return [][]run{pair("enter", "choose"), pair("esc", "back")}
	}
	var list [][]run
	switch {
	case m.player != nil:
		key, word := m.player.hint()
		list = append(list, pair(key, word), pair(".", byName["step"].hint))
	case m.frozen:
		list = append(list, pair("space", "go on"))
	}
	if m.pane || m.current == detailView || m.board.filter.active() {
		list = append(list, pair("esc", "back"))
	}
	for _, name := range hinted {
		if b := byName[name]; m.isOffered(name) {
			list = append(list, pair(b.keys[0], b.hint))
		}
	}
	return list
}

// isOffered tells whether a binding of hinted does anything now.
func (m *model) isOffered(name string) bool {
	isEmpty := len(m.board.rows) == 0
	switch name {
	case "freeze":
		return !m.frozen && m.player == nil
	case "filter", "problems", "next-problem":
		return !isEmpty
	case "open":
		return !isEmpty && !m.pane && m.current != detailView
	}
	return true
}

// placeRuns says which view is on the screen, and where its cursor is.
func (m *model) placeRuns() []run {
	name := m.body().name()
	if m.board.hasViews() && m.layout().header < 2 { // which says it otherwise
		name = m.board.points[m.board.stand].Host + " " + name
	}
	line, size := m.board.line(), len(m.board.shown)
	if p, ok := m.body().(placer); ok {
		line, size = p.place()
	}
	if line < 0 || size == 0 || m.current == detailView {
		return []run{{dim, name}}
	}
	return []run{{dim, fmt.Sprintf("%s %d/%d", name, line+1, size)}}
}
