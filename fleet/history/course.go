package history

import (
	"math"
	"time"

	"greylag/fleet"
)

// Times are milliseconds since the epoch here, as exact as a stream is.

const never = math.MinInt64

func msOf(t time.Time) int64 {
	if t.IsZero() {
		return never
	}
	return t.UnixMilli()
}

func timeOf(ms int64) time.Time {
	if ms == never {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Millis is a time in milliseconds: that of ten thousand tunnels together in a month is
// more than a [time.Duration] can hold.
type Millis int64

// Duration is m, or the longest that there is.
func (m Millis) Duration() time.Duration {
	const most = math.MaxInt64 / int64(time.Millisecond)
	return time.Duration(max(min(int64(m), most), -most)) * time.Millisecond
}

func (m Millis) String() string { return m.Duration().String() }

// window is the time that counts, its end excluded.
type window struct{ from, to int64 }

// clip is how much of the time between two moments is in it.
func (w window) clip(from, to int64) int64 { return max(min(to, w.to)-max(from, w.from), 0) }

func (w window) holds(at int64) bool { return at >= w.from && at < w.to }

// state is what is known of a tunnel or a spoke.
type state uint8

const (
	absent state = iota // not watched, not there, or not known
	pending
	up
	degraded
	down
	disabled
	states
)

// stateOf is absent for what is no state: "removed", and what a later greylag may say.
func stateOf(s fleet.State) state {
	switch s {
	case fleet.Pending:
		return pending
	case fleet.Up:
		return up
	case fleet.Degraded:
		return degraded
	case fleet.Down:
		return down
	case fleet.Disabled:
		return disabled
	}
	return absent
}

var stateNames = [states]string{absent: "", pending: string(fleet.Pending), up: string(fleet.Up),
	degraded: string(fleet.Degraded), down: string(fleet.Down), disabled: string(fleet.Disabled)}

// reaches tells whether what is in that state carries traffic.
func (s state) reaches() bool { return s == up || s == degraded }

// live tells whether it is probed.
func (s state) live() bool { return s == pending || s == down || s.reaches() }

// course is the states that a tunnel or a spoke went through.
type course struct {
	state state
	begun int64 // when state began, as was told
	spent int64 // up to when its time is in times
	times [states]int64
	final state // at the end of the window
	over  bool  // that is known: it lies behind spent

	open  *outage
	ended *outage // the last one, until it is told
	doubt bool    // open was not seen down since

	flaps, outages, repaired int
	repairing, longest       int64
}

// spend adds the time up to at, and returns it. A clock that went back adds nothing.
func (c *course) spend(w window, at int64) int64 {
	d := w.clip(c.spent, at)
	c.pass(w, at, c.state)
	c.times[c.state] += d
	if c.open != nil && c.state == down {
		c.open.down += d
	}
	return d
}

// pass goes on to at, up to where it was in s.
func (c *course) pass(w window, at int64, s state) {
	if c.spent < w.to && at >= w.to {
		c.final, c.over = s, true
	}
	c.spent = at
}

// atEnd is the state at the end of the window; where the records end before, after the
// last of them.
func (c *course) atEnd() state {
	if c.over {
		return c.final
	}
	return c.state
}

// jump passes over a time that was not observed, or that the clock took back.
func (c *course) jump(w window, from, to int64) {
	c.spend(w, from)
	c.pass(w, to, absent)
	if c.open != nil && to < from {
		c.open.repeated += from - to
	}
}

// leave ends what is known, with the run or with the tunnel; the outage may go on
// unseen.
func (c *course) leave(w window, at int64) {
	c.spend(w, at)
	c.state, c.begun = absent, at
	c.doubt = c.open != nil
}

// enter begins another state. It returns the outage that began or ended with it.
func (c *course) enter(w window, to state, at int64) (began, ended *outage) {
	from := c.state
	c.spend(w, at)
	c.state, c.begun = to, at
	switch {
	case to == down && c.open != nil:
		c.doubt = false
	case to == down:
		c.open = &outage{start: at, end: never, from: from}
		c.doubt = false
		if from.reaches() && w.holds(at) {
			c.flaps++
		}
		return c.open, nil
	case to == pending:
		c.doubt = c.open != nil
	case c.open != nil:
		return nil, c.close(w, to, at)
	}
	return nil, nil
}

// close ends the outage.
func (c *course) close(w window, to state, at int64) *outage {
	o := c.open
	o.end, o.to, o.endSeen = at, to, !c.doubt
	c.open, c.ended, c.doubt = nil, o, false
	c.count(w, o)
	if o.repairedIn(w) {
		c.repaired++
		c.repairing += o.duration()
	}
	return o
}

// count counts an outage that is in the window.
func (c *course) count(w window, o *outage) {
	if o.in(w) {
		c.outages++
		c.longest = max(c.longest, o.down)
	}
}
