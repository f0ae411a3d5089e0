package tui

import (
	"slices"
	"strconv"
	"time"

	"greylag/fleet"
	"greylag/tui/query"
	"greylag/tui/text"
)

// eventsView shows the changes, newest last, and the incidents above them.
type eventsView struct {
	list     list
	shown    []int    // places in the board's events
	selected uint64   // number of the event under the cursor
	away     bool     // somebody scrolled: the end is not followed
	of       eventKey // what shown was made of
}

// eventKey is what the choice of events depends on.
type eventKey struct {
	last    uint64
	count   int
	rewinds int
	filter  string
	only    bool
}

func (v *eventsView) name() string { return "events" }

// incidentLines is how many lines the incidents may take, of a body.
func incidentLines(m *model, height int) int {
	return min(len(m.board.incidents), max(height/4, 1))
}

// refresh finds the events that pass the filter. The cursor stays on its event,
// and follows the end while it is there.
func (v *eventsView) refresh(m *model, _, height int) {
	b := &m.board
	key := eventKey{count: len(b.events), rewinds: b.rewinds, filter: b.filter.text, only: b.filter.only}
	if n := len(b.events); n > 0 {
		key.last = b.events[n-1].Number
	}
	if key != v.of {
		v.away = v.away && key.rewinds == v.of.rewinds // its event may not be there
		v.of = key
		v.choose(b)
	}
	v.list.size, v.list.page = len(v.shown), max(height-1-incidentLines(m, height), 0)
	if v.away {
		v.list.follow(v.placeOf(b, v.selected))
		return
	}
	v.list.move(toLast)
}

func (v *eventsView) choose(b *board) {
	v.shown = v.shown[:0]
	for i := range b.events {
		if b.passes(&b.events[i]) {
			v.shown = append(v.shown, i)
		}
	}
}

// passes tells whether an event passes the filter.
func (b *board) passes(e *fleet.Event) bool {
	if b.filter.only && !isBad(e) {
		return false
	}
	if b.filter.query.Empty() {
		return true
	}
	row := query.Row{Event: e, Time: b.now()}
	if known := b.tunnel(b.positionOf(e)); known != nil {
		row.Tunnel, row.Muted, row.New = known.Tunnel, known.Muted, known.New
		row.Text = b.index.Text(b.positionOf(e))
	}
	return b.filter.query.Match(&row)
}

// isBad tells whether something got worse by the event.
func isBad(e *fleet.Event) bool {
	switch {
	case e.Service != "":
		return e.Trouble
	case e.Spoke != "":
		return e.ToPath == fleet.PathNone || e.ToPath == fleet.PathBackup || e.BlackHole
	}
	return e.To == fleet.Down || e.To == fleet.Degraded
}

// positionOf is the tunnel that the event is about: itself, or the one that
// carries the spoke's traffic; -1: none.
func (b *board) positionOf(e *fleet.Event) int {
	if e.Spoke != "" {
		return b.position(e.Active)
	}
	return b.position(e.Tunnel)
}

// placeOf is the place of the event of that number, or of the one after it.
func (v *eventsView) placeOf(b *board, number uint64) int {
	place, _ := slices.BinarySearchFunc(v.shown, number, func(i int, number uint64) int {
		switch e := &b.events[i]; {
		case e.Number < number:
			return -1
		case e.Number > number:
			return 1
		}
		return 0
	})
	return place
}

func (v *eventsView) move(m *model, to motion) {
	v.list.move(to)
	v.settle(m)
}

// settle remembers the event under the cursor. At the end, the end is followed.
func (v *eventsView) settle(m *model) {
	v.away = v.list.cursor < v.list.size-1
	if v.list.cursor < len(v.shown) {
		v.selected = m.board.events[v.shown[v.list.cursor]].Number
	}
}

func (v *eventsView) place() (line, size int) { return v.list.cursor, len(v.shown) }

// seek goes to the next event by which something got worse.
func (v *eventsView) seek(m *model, by int) bool {
	for at := v.list.cursor + by; at >= 0 && at < len(v.shown); at += by {
		if isBad(&m.board.events[v.shown[at]]) {
			v.list.cursor = at
			v.settle(m)
			return true
		}
	}
	return false
}

func (v *eventsView) click(m *model, _, y int) bool {
	line := v.list.top + y - 1 - incidentLines(m, m.layout().bodyHeight)
	if first, end := v.list.bounds(); line < first || line >= end {
		return false
	}
	v.list.cursor = line
	v.settle(m)
	return true
}

func (v *eventsView) target(m *model) int {
	if v.list.cursor >= len(v.shown) {
		return -1
	}
	return m.board.positionOf(&m.board.events[v.shown[v.list.cursor]])
}

// visible: an event says that a tunnel got worse, but the state is not here.
func (v *eventsView) visible(*model, func(position int)) {}

func (v *eventsView) draw(m *model, c *canvas) {
	v.drawIncidents(m, c)
	drawEventsHeading(m, c)
	if len(v.shown) == 0 {
		c.end()
		c.put(plain, "  "+v.nothing(m))
	}
	first, end := v.list.bounds()
	for line := first; line < end && !c.full(); line++ {
		c.cursorLine(line == v.list.cursor)
		drawEvent(c, &m.board.events[v.shown[line]], &m.board, m.shownTime())
		c.end()
	}
	c.fill()
}

// drawEventsHeading writes the heading of the events, and how many incidents had
// no room above it.
func drawEventsHeading(m *model, c *canvas) {
	c.put(heading, " time      what")
	more := ""
	if hidden := len(m.board.incidents) - c.line(); hidden > 0 {
		more = "and " + strconv.Itoa(hidden) + " more incidents "
	}
	c.cellRight(heading, more, c.left())
	c.end()
}

func (v *eventsView) nothing(m *model) string {
	if len(m.board.events) == 0 {
		return "Nothing has changed yet."
	}
	return "No change matches the filter. esc shows them all."
}

// drawIncidents writes the incidents: those that go on first.
func (v *eventsView) drawIncidents(m *model, c *canvas) {
	for i := range incidentLines(m, c.height) {
		incident := &m.board.incidents[i]
		s := down
		if !incident.End.IsZero() {
			s = dim
		}
		c.space(1)
		c.put(s, "#"+text.Count(incident.Number)+" ")
		c.put(s, incident.Text())
		c.end()
	}
}

// drawEvent writes one change.
func drawEvent(c *canvas, e *fleet.Event, b *board, now time.Time) {
	c.pointer()
	c.put(dim, eventTime(e.Time, now))
	c.space(1)
	drawEventHost(c, e, b)
	switch {
	case e.Service != "" && e.Tunnel != "":
		drawDispute(c, e)
		return
	case e.Service != "":
		drawServiceEvent(c, e)
		return
	case e.Spoke != "":
		drawSpokeEvent(c, e)
		return
	}
	c.put(stateStyle(e.To), c.glyphs.state(e.To)+" ")
	c.put(plain, e.Tunnel+" ")
	drawTransition(c, e)
}

// drawTransition writes what a tunnel's change is: from which state to which,
// why, and how long it was down.
func drawTransition(c *canvas, e *fleet.Event) {
	c.put(dim, string(e.From)+" > ")
	c.put(stateStyle(e.To), string(e.To))
	for _, part := range []string{string(e.Reason), e.Detail} {
		if part != "" {
			c.put(plain, "  "+part)
		}
	}
	if e.Outage > 0 {
		c.put(dim, "  after "+text.Span(e.Outage))
	}
}

// hostCells is how much room the name of an event's host may take.
const hostCells = 16

// drawEventHost writes which vantage point tells an event, where there are several.
func drawEventHost(c *canvas, e *fleet.Event, b *board) {
	cells := 0
	for _, host := range b.hosts() {
		cells = max(cells, c.charset.Width(host))
	}
	if cells > 0 {
		c.cellName(dim, e.Host, min(cells, hostCells))
		c.space(1)
	}
}

// drawDispute writes that vantage points disagree about a tunnel, or no longer.
func drawDispute(c *canvas, e *fleet.Event) {
	s, glyph := up, c.glyphs.up
	if e.Trouble {
		s, glyph = degraded, c.glyphs.disagree
	}
	c.put(s, glyph+" ")
	c.put(plain, e.Tunnel+" ")
	c.put(dim, e.Was+" > ")
	c.put(s, e.Is)
	c.put(plain, "  "+e.Detail)
}

// drawServiceEvent writes what happened to a part of greylag itself.
func drawServiceEvent(c *canvas, e *fleet.Event) {
	s, glyph := up, c.glyphs.state(fleet.Up)
	if e.Trouble {
		s, glyph = degraded, c.glyphs.state(fleet.Degraded)
	}
	c.put(s, glyph+" ")
	c.put(plain, "greylag "+e.Service+" ")
	if e.Was != "" {
		c.put(dim, e.Was+" > ")
	}
	c.put(s, e.Is)
	if e.Detail != "" {
		c.put(plain, "  "+e.Detail)
	}
}

func drawSpokeEvent(c *canvas, e *fleet.Event) {
	s, glyph := pathStyle(e.ToPath), c.glyphs.path(e.ToPath)
	switch {
	case e.BlackHole:
		s, glyph = down, c.glyphs.hole
	case endsProtection(e):
		s, glyph = degraded, c.glyphs.unprotected
	}
	c.put(s, glyph+" ")
	c.put(plain, "spoke "+e.Spoke+" ")
	if e.FromPath != e.ToPath && !e.BlackHole && e.Route == nil {
		c.put(dim, string(e.FromPath)+" > ")
		c.put(s, string(e.ToPath))
	} else {
		c.runs(besidePath(e, s))
	}
	if e.Active != "" {
		c.put(dim, "  via "+e.Active)
	}
	if e.Detail != "" {
		c.put(plain, "  "+e.Detail)
	}
}

// besidePath says what an event of a spoke tells that is no other path.
func besidePath(e *fleet.Event, s style) []run {
	switch {
	case e.BlackHole:
		return []run{{down, "route into a dead tunnel"}}
	case e.Route != nil:
		return []run{{up, "route is right again"}}
	case endsProtection(e):
		return []run{{s, "unprotected"}}
	}
	return []run{{s, "protected again"}}
}

// endsProtection tells whether all that the event says is that nothing is up
// behind the active tunnel any more.
func endsProtection(e *fleet.Event) bool {
	return e.FromPath == e.ToPath && e.Route == nil && !e.Protected
}

// eventTime is the time of day, or the day where it is long ago, in 8 cells. The
// zone is that of the terminal's clock: another greylag's may be elsewhere.
func eventTime(t, now time.Time) string {
	t = t.In(now.Location())
	if now.Sub(t) < 24*time.Hour {
		return t.Format("15:04:05")
	}
	return t.Format("Jan 02  ")
}
