package fleet

import (
	"time"

	"greylag/probe/session"
)

// momentSlack is how far apart failures may lie and still be of the same moment:
// what round trips, late sends and a network that takes a second to break add.
const momentSlack = 2 * time.Second

// mostMissed bounds a keepalive counter, so that its product with the longest
// interval (R8) is a duration.
const mostMissed = 1 << 17

// window is when something happened, as well as it is known: from one time since
// the store's start to another.
type window struct{ from, to time.Duration }

// near tells whether what happened in w and in v can have been in the same moment.
func (w window) near(v window) bool {
	return w.from-v.to <= momentSlack && v.from-w.to <= momentSlack
}

// holds tells whether what happened in w can have happened at that time.
func (w window) holds(t time.Duration) bool {
	return t >= w.from-momentSlack/2 && t <= w.to+momentSlack/2
}

// narrow is when both can have happened. What is near the result is near both;
// its ends may be the wrong way round by the slack.
func (w window) narrow(v window) window {
	return window{max(w.from, v.from), min(w.to, v.to)}
}

// failure is when a tunnel failed that is found down at that time: after its
// last answer, and before the first of the keepalives that were not answered
// (R9, R10). It is as long as the tunnel's interval, wherever in the interval the
// tunnel has its place.
func (g *incidents) failure(r *row, at time.Time) window {
	missing := time.Duration(min(r.counter, mostMissed)) * r.tunnel.Interval
	from := g.heard(r)
	return window{from, max(from, at.Sub(g.start)-missing)}
}

// heard is when a tunnel was last known to work; the start for one that never
// was.
func (g *incidents) heard(r *row) time.Duration {
	came := g.falls[r.number].rose
	if r.lastReply.IsZero() {
		return came
	}
	return max(came, r.lastReply.Sub(g.start))
}

// overdue tells whether an answer should have come since one was heard: the
// tunnel is about to go down, as the failures of a moment are not all found at
// once.
func overdue(r *row, heard, now time.Duration) bool {
	if r.counter == 0 {
		return false
	}
	interval := r.tunnel.Interval
	return now-heard > interval+min(momentSlack, interval/2)
}

// health is what is known of a tunnel: when it failed, or since when it is not
// known to work.
type health struct {
	window
	failed bool // else its window is the moment in which it was last known to work
}

// health tells when a tunnel failed that is down, or on its way to be. A line that
// is up without any answer on record is taken at its word.
func (g *incidents) health(r *row, now time.Duration) health {
	switch {
	case r.line == session.Down:
		return health{g.falls[r.number].window, true}
	case r.line == session.Disabled: // it speaks neither for nor against anything
		return health{}
	case r.line == session.Up && r.lastReply.IsZero():
		return health{window{now, now}, false}
	}
	heard := g.heard(r)
	if overdue(r, heard, now) {
		return health{window{heard, heard + r.tunnel.Interval}, true}
	}
	return health{window{heard, heard}, false}
}

// failedIn tells whether the tunnel can have failed in a moment.
func (h health) failedIn(moment window) bool { return h.failed && h.near(moment) }

// survived tells whether the tunnel is known to have worked after a moment in
// which it did not fail. One that was not tested since is not: it is neither for
// nor against anything.
func (h health) survived(moment window) bool {
	return h.from > moment.to && !h.failedIn(moment)
}

// failedBefore tells whether the tunnel had failed before a moment.
func (h health) failedBefore(moment window) bool {
	return h.failed && h.from <= moment.to && !h.near(moment)
}
