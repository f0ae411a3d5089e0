package tui

import (
	"greylag/fleet"
	"greylag/tui/query"
)

// freshness is which rows of the board are as of its time. The others are as when their
// verdict changed last, or as when they were read last.
type freshness struct {
	reader   Reader // nil: a look tells all there is
	held     bool   // the screen stands still: nothing is read
	complete bool   // all rows are
	now      uint32 // number of the look
	parts    int    // in so many looks each row is read once
	tunnels  []uint32
	spokes   []uint32 // numbers of the looks as of which they are

	tunnel fleet.TunnelReport // memory to read into
}

// turn begins a look.
func (f *freshness) turn(complete bool) {
	f.now++
	f.complete = complete || f.reader == nil
}

// forget takes nothing for read.
func (f *freshness) forget(tunnels, spokes int) {
	f.tunnels, f.spokes = make([]uint32, tunnels), make([]uint32, spokes)
}

// isDue tells whether a row is to be read, and takes it for read.
func (f *freshness) isDue(read []uint32, i int) bool {
	if f.complete || f.held || read[i] == f.now || f.waits(read, i) {
		return false
	}
	read[i] = f.now
	return true
}

// waits tells whether a row that was on the screen is for another look to read, so
// that not all of a screen changes at once.
func (f *freshness) waits(read []uint32, i int) bool {
	parts := uint32(f.parts)
	return !f.complete && parts > 1 && (uint32(i)+f.now)%parts != 0 && f.now-read[i] < parts
}

// takeChanges puts on the board what changed, and tells whether a declaration did.
func (b *board) takeChanges(c *fleet.Changes) (others bool) {
	b.report.Time, b.report.Summary.Time, b.report.Summary.Engine = c.Time, c.Time, c.Engine
	b.fresh.turn(false)
	for i, place := range c.Places {
		b.putSpoke(int(place), &c.Spokes[i])
	}
	for i, position := range c.Positions {
		t := &c.Tunnels[i]
		others = others || t.Tunnel != b.rows[position].Tunnel.Tunnel
		b.put(int(position), t)
		b.fresh.tunnels[position] = b.fresh.now
	}
	if others { // one was disabled, in a stream
		b.connect(b.cursorName())
		b.follow()
	}
	return others
}

// put replaces a row; t has its memory then.
func (b *board) put(position int, t *fleet.TunnelReport) {
	row := &b.rows[position]
	was := row.Tunnel
	if was.State != t.State || !was.Since.Equal(t.Since) || was.Reason != t.Reason || was.Flaps != t.Flaps || was.Views != t.Views {
		count := b.report.Summary.Tunnels
		count[was.State]--
		count[t.State]++
		b.changed()
	}
	*was, *t = *t, *was
	b.judge(position)
}

// putSpoke replaces a spoke.
func (b *board) putSpoke(place int, s *fleet.SpokeReport) {
	was, sum := &b.report.Spokes[place], &b.report.Summary
	if verdictOf(was) != verdictOf(s) || (was.Route == nil) != (s.Route == nil) || was.Path != s.Path || was.Active != s.Active || !was.Since.Equal(s.Since) || was.Views != s.Views {
		sum.Spokes[was.Path]--
		sum.Unprotected -= boolInt(isUnprotected(was))
		sum.AddSpoke(s)
		b.changed()
	}
	*was = *s
	for _, position := range b.members.of(place) {
		b.rows[position].Path = s.Path
	}
}

// read is the row at a position as of the board's time, for who shows what is
// measured; nil where there is none.
func (b *board) read(position int) *query.Row {
	row := b.tunnel(position)
	f := &b.fresh
	if row != nil && f.isDue(f.tunnels, position) &&
		f.reader.Tunnel(position, b.now(), &f.tunnel) && f.tunnel.Tunnel == row.Tunnel.Tunnel {
		b.put(position, &f.tunnel)
	}
	return row
}

// readSpoke is the spoke at a place as of the board's time.
func (b *board) readSpoke(place int) *fleet.SpokeReport {
	known := &b.report.Spokes[place]
	var s fleet.SpokeReport
	if f := &b.fresh; f.isDue(f.spokes, place) && f.reader.Spoke(place, b.now(), &s) && s.Spoke == known.Spoke {
		b.putSpoke(place, &s)
	}
	return known
}

// readSpokeOf is the spoke of the tunnel at a position; nil where it has none.
func (b *board) readSpokeOf(position int) *fleet.SpokeReport {
	if b.spoke(position) == nil {
		return nil
	}
	return b.readSpoke(int(b.spokeOf[position]))
}

// readReasons reads why tunnels are down, of all that are.
func (b *board) readReasons() {
	if b.report.Summary.Tunnels[fleet.Down] == 0 {
		return
	}
	parts := b.fresh.parts
	b.fresh.parts = 1 // none waits for its turn
	for i := range b.rows {
		if b.rows[i].Tunnel.State == fleet.Down {
			b.read(i)
		}
	}
	b.fresh.parts = parts
}

// whole is the fleet with all that is measured, for a moment at which it matters of
// every tunnel; nil where the board knows it.
func (b *board) whole() *fleet.Report {
	if b.fresh.complete || b.fresh.held {
		return nil
	}
	r := b.source.Report(b.now(), nil)
	if len(r.Tunnels) != len(b.rows) || len(r.Spokes) != len(b.report.Spokes) {
		return nil // other tunnels: the next look tells
	}
	return r
}

// fill reads what is measured of every tunnel. Those whose verdict is another one by
// now stay as they are, until a look tells: nothing changes on the screen.
func (b *board) fill() {
	r := b.whole()
	if r == nil {
		return
	}
	for i := range r.Tunnels {
		was, t := b.rows[i].Tunnel, &r.Tunnels[i]
		if was.Tunnel == t.Tunnel && was.State == t.State && was.Since.Equal(t.Since) && b.fresh.tunnels[i] != b.fresh.now {
			*was = *t
		}
	}
	for i := range r.Spokes {
		was, s := &b.report.Spokes[i], &r.Spokes[i]
		if was.Spoke == s.Spoke && was.Path == s.Path && was.Active == s.Active && b.fresh.spokes[i] != b.fresh.now {
			*was = *s
		}
	}
	b.fresh.complete = true
	b.changed()
}

// measures tells whether filter or order need what is measured of every tunnel.
func (b *board) measures() bool { return b.filter.query.Measures() || b.order.Measures() }

// explains tells whether they need to know why tunnels are down.
func (b *board) explains() bool { return b.filter.query.Explains() || b.order.Explains() }
