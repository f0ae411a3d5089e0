package tui

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"greylag/fleet"
	"greylag/tui/text"
)

// run is text of one style.
type run struct {
	style style
	text  string
}

// runs writes runs one after the other, and runsWidth is how wide they are.
func (c *canvas) runs(list []run) {
	for _, r := range list {
		c.put(r.style, r.text)
	}
}

func (c *canvas) runsWidth(list []run) (cells int) {
	for _, r := range list {
		cells += c.charset.Width(r.text)
	}
	return cells
}

// drawHeader writes the header: how the fleet is, then where that is known from.
// Where there is one line only, its right end has what of the second must not
// be missed.
func (m *model) drawHeader(c *canvas, lines int) {
	right := m.held()
	if lines < 2 {
		right = m.mustKnow()
	}
	m.drawTotals(c, c.width-min(c.runsWidth(right), c.width/2)-2)
	m.drawRight(c, right)
	if lines > 1 {
		c.space(1)
		c.runs(m.sourceRuns())
		c.space(2)
		c.runs(m.engineRuns(c.width >= 100))
		m.drawRight(c, m.scopeRuns())
	}
}

// drawRight writes runs at the right end and finishes the line. Where there is
// no room they stand right behind what there is.
func (m *model) drawRight(c *canvas, list []run) {
	c.space(max(c.left()-c.runsWidth(list)-1, 1))
	c.runs(list)
	c.end()
}

// drawTotals writes how many tunnels and spokes there are in each state and
// path, worst first, in at most that many cells: in words where they are enough,
// else without, and where that is too much the least important give way.
func (m *model) drawTotals(c *canvas, cells int) {
	c.space(1)
	list, words := m.totals(), true
	for c.runsWidth(list.runs(words))+c.used > cells && (words || len(list) > 0) {
		if words {
			words = false
			continue
		}
		list = list.withoutLeast()
	}
	c.runs(list.runs(words))
}

// held says that the screen stands still, or what is new on it.
func (m *model) held() []run {
	switch {
	case m.frozen:
		return []run{{notice, fmt.Sprintf(" FROZEN %s, %s behind ", text.Span(m.now.Sub(m.frozenAt)), events(m.behindCount))}}
	case m.board.worse > 0:
		return []run{{fresh, fmt.Sprintf("%s %d got worse", m.theme.glyphs.fresh, m.board.worse)}}
	}
	return nil
}

func events(n int) string {
	if n == 1 {
		return "1 event"
	}
	return text.Count(uint64(n)) + " events"
}

// mustKnow is held for a header of one line, or else why the screen does not
// show the whole fleet as it is now.
func (m *model) mustKnow() []run {
	if m.frozen {
		return []run{{notice, " FROZEN " + text.Span(m.now.Sub(m.frozenAt)) + " "}}
	}
	if m.board.status.isOld() {
		return []run{{degraded, m.ageText()}}
	}
	if p := m.board.troubledPoint(); p != nil {
		return []run{{degraded, p.Host + " " + p.word()}}
	}
	if m.board.filter.active() {
		return []run{{notice, " " + m.countText() + " "}}
	}
	if m.board.worse > 0 {
		return []run{{fresh, m.theme.glyphs.fresh + strconv.Itoa(m.board.worse)}}
	}
	return nil
}

// usualPatience is that of a source that tells none.
const usualPatience = 30 * time.Second

// isOld tells whether the screen may not be what the fleet is.
func (s *Status) isOld() bool {
	return s.Ended || s.Problem != "" || s.Age >= cmp.Or(s.Patience, usualPatience)
}

// ageText says how old the data is, and why.
func (m *model) ageText() string {
	s := &m.board.status
	switch {
	case s.Problem != "" && s.Age == 0: // just come, or nothing has
		return s.Problem
	case s.Problem != "":
		return s.Problem + ", " + text.Span(s.Age) + " old"
	case s.Ended:
		return "ended " + text.Ago(s.Age)
	}
	return text.Span(s.Age) + " old"
}

// sourceRuns says where the data comes from, and how old it is if it is old.
func (m *model) sourceRuns() []run {
	if m.board.hasViews() {
		return m.pointRuns()
	}
	s := &m.board.status
	label := s.Label
	if m.board.report.Time.IsZero() {
		label = "waiting for the first report"
	}
	list := []run{{plain, label}}
	switch {
	case s.isOld():
		list = append(list, run{plain, "  "}, run{degraded, m.ageText()})
	case s.Age >= time.Second:
		list = append(list, run{dim, "  " + m.ageText()})
	}
	return list
}

// engineRuns is the engine's health. What is well is said where there is room.
func (m *model) engineRuns(roomy bool) []run {
	var list []run
	if r := &m.board.rates; r.known {
		list = append(list, run{dim, fmt.Sprintf("%s/s sent  %s/s back", perSecond(r.sendPerSecond), perSecond(r.hearPerSecond))})
	}
	add := func(name string, n uint64) {
		switch {
		case n > 0:
			list = append(list, run{plain, "  "}, run{degraded, name + " " + text.Count(n)})
		case roomy:
			list = append(list, run{dim, "  " + name + " 0"})
		}
	}
	e := &m.board.report.Summary.Engine
	add("late", e.LateSends)
	add("dropped", e.Dropped)
	add("send errors", e.SendErrors)
	return list
}

// perSecond is a rate: a fleet of few tunnels sends less than one a second.
func perSecond(rate float64) string {
	if rate < 9.95 {
		return strconv.FormatFloat(rate, 'f', 1, 64)
	}
	return text.Count(uint64(rate + 0.5))
}

// scopeRuns says what is not shown, and from when on is counted.
func (m *model) scopeRuns() []run {
	var list []run
	if mark := m.board.mark; mark != nil {
		list = append(list, run{notice, " since " + mark.time.In(m.now.Location()).Format("15:04") + " "}, run{plain, " "})
	}
	if m.board.filter.active() {
		list = append(list, run{notice, " " + m.countText() + " "}, run{plain, " " + m.filterText()})
	}
	return list
}

// countText is how many tunnels, or events, pass the filter.
func (m *model) countText() string {
	if v, ok := m.body().(*eventsView); ok {
		return fmt.Sprintf("%d of %s", len(v.shown), events(len(m.board.events)))
	}
	return fmt.Sprintf("%d of %d", len(m.board.shown), len(m.board.rows))
}

// filterText is the filter as it was typed.
func (m *model) filterText() string {
	f := &m.board.filter
	switch {
	case f.only && f.query.Empty():
		return "problems"
	case f.only:
		return "problems, " + f.text
	}
	return f.text
}

// title is the window's: what is wrong can be seen in a task bar.
func (m *model) title() string {
	sum := &m.board.report.Summary
	if n := sum.Tunnels[fleet.Down]; n > 0 {
		return fmt.Sprintf("greylag: %d down", n)
	}
	return "greylag"
}
