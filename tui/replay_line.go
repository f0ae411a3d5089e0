package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"greylag/fleet"
)

// bar is where the time line's bar is on its line, without its ends.
type bar struct{ x, width int }

// leastBar is what is worth drawing, in cells.
const leastBar = 6

// stateColumn is where the state ends on wide screens: "PAUSED 1024x".
const stateColumn = 15

// drawTimeLine writes the line of a recording: whether and how fast it plays, what
// time it is there, and where in it that is, with the outages so far.
func (m *model) drawTimeLine(c *canvas) {
	wide := c.width >= wideWidth
	now, start, end := m.player.position.texts(m.now.Location(), wide)
	c.space(1)
	c.runs(m.player.stateRuns(c.glyphs))
	c.space(1)
	if wide {
		c.space(stateColumn - c.used) // the bar stays where it is
	}
	c.put(strong, now)
	c.space(1)
	if start != "" {
		c.put(dim, " "+start+" ")
	}
	if c.left()-len(end)-4 < leastBar {
		end = ""
	}
	m.drawTimeBar(c, c.left()-len(end)-4)
	c.space(1)
	c.put(dim, end)
	c.end()
}

// stateRuns says whether and how fast the recording plays.
func (p *player) stateRuns(g *glyphs) []run {
	at := &p.position
	speed := run{plain, " " + speedText(at.Speed) + " "}
	switch {
	case at.Busy:
		return []run{{notice, "SEEKING"}, {plain, " "}}
	case at.Ended:
		return []run{{notice, "END"}, {plain, " "}}
	case at.Paused:
		return []run{{notice, "PAUSED"}, speed}
	}
	return []run{{up, g.plays}, speed}
}

// texts are the times of the line: what is shown, and where there is room the start,
// and the end. A recording of more than a day has days.
func (p *Position) texts(zone *time.Location, wide bool) (now, start, end string) {
	layout := time.TimeOnly
	if p.span() >= 24*time.Hour {
		layout = "Jan 02 15:04"
	}
	now, end = p.Now.In(zone).Format(layout), p.End.In(zone).Format(layout)
	if wide {
		now, start = p.Now.In(zone).Format(time.DateTime), p.Start.In(zone).Format(layout)
	}
	return now, start, end
}

// drawTimeBar writes the bar, whose ends are two more cells.
func (m *model) drawTimeBar(c *canvas, width int) {
	p := m.player
	p.bar = bar{c.used + 1, max(width, 0)}
	if width < leastBar {
		return
	}
	at := p.cell(p.position.Now)
	outages := m.outageCells()
	c.put(dim, "[")
	for i := range width {
		switch {
		case i == at:
			c.put(strong, "|")
		case outages[i]:
			c.put(down, c.glyphs.down)
		case i < at:
			c.put(plain, "=")
		default:
			c.put(dim, "-")
		}
	}
	c.put(dim, "]")
}

// cell is the bar's cell of a moment of the recording.
func (p *player) cell(t time.Time) int {
	return int(p.position.share(t) * float64(p.bar.width-1))
}

// share is how much of the recording a moment is from its start, 0 to 1.
func (p *Position) share(t time.Time) float64 {
	if p.span() <= 0 {
		return 0
	}
	return float64(p.within(t).Sub(p.Start)) / float64(p.span())
}

// outageCells are the bar's cells in which a tunnel went down, as far as has been
// played.
func (m *model) outageCells() []bool {
	p := m.player
	cells := make([]bool, p.bar.width)
	for i := range m.board.events {
		e := &m.board.events[i]
		if e.To == fleet.Down && !e.Time.Before(p.position.Start) && !e.Time.After(p.position.End) {
			cells[p.cell(e.Time)] = true
		}
	}
	return cells
}

// clickTimeLine goes where in the bar it was clicked.
func (m *model) clickTimeLine(x int) tea.Cmd {
	m.now = m.options.Clock()
	m.lastKey = m.now
	b := m.player.bar
	if x < b.x || x >= b.x+b.width || b.width < leastBar {
		return nil
	}
	return m.seekShare(float64(x-b.x) / float64(b.width-1))
}
