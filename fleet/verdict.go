package fleet

import (
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

// applyAll adds a batch of facts. The caller holds mu.
func (s *Store) applyAll(events []probe.Event) {
	for i := range events {
		e := &events[i]
		if uint(e.Tunnel) >= uint(len(s.rows)) {
			continue
		}
		r := &s.rows[e.Tunnel]
		if e.Kind == probe.Line {
			s.applyLine(r, e)
		} else {
			r.apply(e)
		}
		s.judge(r, e.At)
	}
}

// applyLine follows the line protocol (R10, R11). Loss and round trip time are
// judged anew each time it comes up.
func (s *Store) applyLine(r *row, e *probe.Event) {
	if e.From == session.Down {
		s.incidents.ponder()
	}
	s.incidents.hurry(e.At)
	if from, changed := r.applyLine(e); changed {
		s.change(r, from, e.At)
	}
}

// applyLine returns the state that ends by it, if one does.
func (r *row) applyLine(e *probe.Event) (from State, changed bool) {
	r.counter = e.Counter
	if e.To == r.line || e.To < session.Pending || e.To > session.Disabled {
		return "", false
	}
	from = r.state()
	r.line = e.To
	r.lossy, r.slow = false, false
	switch e.To {
	case session.Up:
		r.outcomes.lineUp()
	case session.Down:
		r.rtt.forget()
	}
	return from, true
}

// judge finds out whether an up tunnel became degraded, or is no longer.
func (s *Store) judge(r *row, at time.Time) {
	if from, changed := r.judge(); changed {
		s.change(r, from, at)
	}
}

// judge returns the state that ends by the verdict, if one does.
func (r *row) judge() (from State, changed bool) {
	if r.line != session.Up {
		return "", false
	}
	lossy := r.loss.isLossy(r.outcomes.fresh, r.lossy)
	slow := isSlow(r.rtt.smoothed, r.tunnel.DegradedRTT, r.slow)
	if lossy == r.lossy && slow == r.slow {
		return "", false
	}
	from = r.state()
	r.lossy, r.slow = lossy, slow
	return from, r.state() != from
}

// change records that a tunnel's state became another one at that time.
func (s *Store) change(r *row, from State, at time.Time) {
	e := r.change(from, at)
	s.incidents.follow(r, &e)
	s.log.add(e)
	s.changed.tunnel(r.number)
	if r.spoke >= 0 {
		s.follow(int(r.spoke), at)
	}
	s.contradictAll(r, at)
}

// change closes the state that ends and returns the change, not numbered yet.
func (r *row) change(from State, at time.Time) Event {
	e := Event{
		Time:    at,
		Tunnel:  r.tunnel.Name,
		From:    from,
		To:      r.state(),
		Counter: r.counter,
	}
	began := r.since
	lasted := r.closeState(from, at)
	switch {
	case e.To == Down:
		e.Reason, e.Detail = r.reason(at)
		if reaches(from) {
			r.flaps++
		}
	case from == Down && e.To == Up:
		e.Outage = lasted
	}
	if from == Pending {
		r.resume(&e, began)
	}
	return e
}

// closeState adds the time spent in the state that ends, and returns it.
func (r *row) closeState(from State, at time.Time) time.Duration {
	lasted := max(at.Sub(r.since), 0)
	r.since = at
	switch {
	case reaches(from):
		r.up += lasted
	case from == Down:
		r.down += lasted
	}
	return lasted
}

// reaches tells whether a tunnel in that state carries traffic.
func reaches(s State) bool { return s == Up || s == Degraded }

// state is the verdict on the tunnel.
func (r *row) state() State {
	switch {
	case r.line == session.Pending:
		return Pending
	case r.line == session.Down:
		return Down
	case r.line == session.Disabled:
		return Disabled
	case r.lossy || r.slow:
		return Degraded
	}
	return Up
}

// reason is why a tunnel is down, from the evidence as of now, and its detail;
// both are empty where it is not down or nothing is known. What others know of
// it is not asked: the rows are locked.
func (r *row) reason(now time.Time) (Reason, string) {
	reason, list := r.explain(now, nil)
	return reason, r.detail(reason, list, now)
}

// availability is the ratio of known time during which the tunnel was up or
// degraded; negative while nothing is known.
func availability(up, known time.Duration) float64 {
	if known == 0 {
		return -1
	}
	return float64(up) / float64(known)
}

// times are how long the tunnel was up or degraded, and how long that or down.
// Differences of times that carry a monotonic reading do not see steps of the wall
// clock.
func (r *row) times(now time.Time) (up, known time.Duration) {
	up, down := r.up, r.down
	switch open := max(now.Sub(r.since), 0); r.line {
	case session.Up:
		up += open
	case session.Down:
		down += open
	}
	up = max(up, 0) // a reader's clock may be a moment behind the change that it reads
	return up, up + max(down, 0)
}
