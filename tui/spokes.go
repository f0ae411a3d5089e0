package tui

import (
	"cmp"
	"slices"
	"time"

	"greylag/tui/query"
)

// spokesView shows a spoke a line, problems first.
type spokesView struct {
	list     list
	columns  []placed
	shown    []int32   // places in the report, in order
	selected int32     // place of the spoke under the cursor, -1: none
	moved    bool      // somebody moved the cursor; else it is on the first
	of       spokesKey // what shown was made of
	edition  uint64    // the board's, then
	looks    uint32    // the board's, when this view was on the screen last
	cursor   int       // the board's, as this view left it
}

// spokesKey is what the choice of spokes depends on beside their state.
type spokesKey struct {
	index  *query.Index
	filter string
	only   bool
}

// isStale tells whether the order may be another one: a verdict changed since, and
// nobody is at the keys, or the view was away.
func (v *spokesView) isStale(b *board, busy bool) bool {
	return v.edition != b.edition && (b.looks > v.looks+1 || !busy)
}

func (v *spokesView) name() string { return "spokes" }

// refresh follows the board: problems first. While keys are pressed the lines
// keep their places, unless the view was away meanwhile.
func (v *spokesView) refresh(m *model, width, height int) {
	b := &m.board
	key := spokesKey{b.index, b.filter.text, b.filter.only}
	isNew := key.index != v.of.index
	if isNew {
		v.selected = -1
	}
	if key != v.of || v.isStale(b, m.isBusy()) {
		v.choose(b)
		v.edition = b.edition
	}
	v.of, v.looks = key, b.looks
	v.columns = placeOf(spokeColumns, width, nil, b.spokeWish)
	v.list.size, v.list.page = len(v.shown), max(height-1, 0)
	v.settle(b, isNew)
}

// choose finds the spokes that are shown: those of which a tunnel passes the
// filter; all of them where there is none. What is wrong comes first, in it the
// latest; the rest is in the inventory's order.
func (v *spokesView) choose(b *board) {
	v.shown = v.shown[:0]
	for place := range b.report.Spokes {
		if !b.filter.active() || b.anyShown(b.members.of(place)) {
			v.shown = append(v.shown, int32(place))
		}
	}
	slices.SortStableFunc(v.shown, func(p, q int32) int {
		u := b.urgency(int(p))
		if c := cmp.Compare(u, b.urgency(int(q))); c != 0 || u >= int(undecided) {
			return c
		}
		return b.spokeSince(q).Compare(b.spokeSince(p))
	})
}

// spokeSince is since when the spoke's verdict holds.
func (b *board) spokeSince(place int32) time.Time {
	if s := &b.report.Spokes[place]; !s.BlackHole {
		return s.Since
	}
	return b.report.Spokes[place].BlackHoleSince
}

// urgency is 0 for the spoke that is to be looked at first. One whose trouble is
// muted comes after the others.
func (b *board) urgency(place int) int {
	v := verdictOf(&b.report.Spokes[place])
	if v.isWrong() && b.isMutedSpoke(place) {
		return int(onPrimary) + 1 + int(v)
	}
	return int(v)
}

// isMutedSpoke tells whether the tunnel that explains a spoke's trouble is muted.
func (b *board) isMutedSpoke(place int) bool {
	row := b.tunnel(b.explanation(place))
	return row != nil && row.Muted
}

// settle puts the cursor where it belongs: on the spoke where it was; on that of
// the tunnel that was chosen elsewhere; on the first, while nobody moved it.
func (v *spokesView) settle(b *board, isNew bool) {
	if place := b.spokeAt(b.cursor); place >= 0 && !b.loose && (isNew || b.cursor != v.cursor) {
		v.selected, v.moved = place, true
	}
	line := slices.Index(v.shown, v.selected)
	if line < 0 || !v.moved {
		line, v.moved = 0, false
	}
	v.list.follow(line)
	v.point(b)
}

// spokeAt is the place of a tunnel's spoke, -1: it has none.
func (b *board) spokeAt(position int) int32 {
	if b.tunnel(position) == nil {
		return -1
	}
	return b.spokeOf[position]
}

// point chooses the spoke on the cursor's line. The shared cursor goes to its key
// tunnel, unless it is on another of its tunnels: somebody may be reading that.
func (v *spokesView) point(b *board) {
	v.selected = -1
	if v.list.cursor < len(v.shown) {
		v.selected = v.shown[v.list.cursor]
		if key := b.keyTunnel(int(v.selected)); key >= 0 && (b.spokeAt(b.cursor) != v.selected || b.line() < 0) {
			b.cursor = key
		}
	}
	v.cursor = b.cursor
}

// move moves the cursor. At the first line it stays there, whatever spoke comes
// to the top.
func (v *spokesView) move(m *model, to motion) {
	v.list.move(to)
	v.moved = to != toFirst
	m.board.loose = false
	v.point(&m.board)
}

func (v *spokesView) place() (line, size int) { return v.list.cursor, len(v.shown) }

// seek goes to the next spoke in trouble, around the end.
func (v *spokesView) seek(m *model, by int) bool {
	n := len(v.shown)
	for i := 1; i <= n; i++ {
		line := ((v.list.cursor+by*i)%n + n) % n
		if place := int(v.shown[line]); m.board.urgency(place) < int(undecided) || m.board.report.Spokes[place].Differ() {
			v.goTo(m, line)
			return true
		}
	}
	return false
}

// goTo puts the cursor on a line.
func (v *spokesView) goTo(m *model, line int) {
	v.list.cursor, v.moved = line, true
	v.list.resize(v.list.size, v.list.page)
	m.board.loose = false
	v.point(&m.board)
}

func (v *spokesView) click(m *model, _, y int) bool {
	first, end := v.list.bounds()
	line := first + y - 1
	if y < 1 || line >= end {
		return false
	}
	v.goTo(m, line)
	return true
}

// target is the tunnel that the line speaks of; while detail is open, the one
// that is read there.
func (v *spokesView) target(m *model) int {
	switch {
	case v.selected < 0:
		return -1
	case m.pane && m.board.spokeAt(m.board.cursor) == v.selected:
		return m.board.cursor
	}
	return m.board.keyTunnel(int(v.selected))
}

// visible are the tunnels of which the lines say how they are.
func (v *spokesView) visible(m *model, yield func(position int)) {
	if !slices.ContainsFunc(v.columns, func(p placed) bool { return p.name == "why" }) {
		return
	}
	first, end := v.list.bounds()
	for _, place := range v.shown[first:end] {
		if key := m.board.keyTunnel(int(place)); key >= 0 {
			yield(key)
		}
	}
}

func (v *spokesView) draw(m *model, c *canvas) {
	drawTitles(c, v.columns, func(p placed) string { return p.title })
	if len(v.shown) == 0 {
		c.end()
		c.put(plain, "  "+m.noSpokes())
	}
	first, end := v.list.bounds()
	for line := first; line < end && !c.full(); line++ {
		c.cursorLine(line == v.list.cursor)
		v.drawSpoke(m, c, int(v.shown[line]))
		c.end()
	}
	c.fill()
}

// noSpokes says why there is no line.
func (m *model) noSpokes() string {
	if len(m.board.rows) > 0 && len(m.board.report.Spokes) == 0 {
		return "The inventory has no spokes."
	}
	return m.nothing()
}

func (v *spokesView) drawSpoke(m *model, c *canvas, place int) {
	d := drawing{m: m, c: c, spoke: m.board.readSpoke(place), position: m.board.keyTunnel(place)}
	if d.Row = m.board.read(d.position); d.Row != nil {
		d.report = d.Row.Tunnel
	}
	d.drawSpokeMark(m.board.members.of(place))
	s := verdictOf(d.spoke)
	c.put(s.style(), c.glyphs.verdict(s))
	for _, p := range v.columns {
		c.space(1)
		p.draw(&d, p.width)
	}
}

// drawSpokeMark writes what is to be noticed of a spoke's tunnels.
func (d *drawing) drawSpokeMark(positions []int32) {
	b := &d.m.board
	isNew := func(position int32) bool { return b.rows[position].New }
	switch {
	case slices.ContainsFunc(positions, isNew):
		d.c.put(fresh, d.c.glyphs.fresh)
	case d.c.selected:
		d.c.put(plain, d.c.glyphs.cursor)
	case d.Row != nil && d.Muted:
		d.c.put(dim, d.c.glyphs.muted)
	default:
		d.c.space(1)
	}
}
