package fleet

import (
	"math"
	"net/netip"
	"time"

	"greylag/probe/session"
)

// Past is what a journal knows of a fleet from before this greylag started, by name.
type Past struct {
	Tunnels map[string]TunnelPast
	Spokes  map[string]SpokePast
}

// TunnelPast is one tunnel's. What was not observed, while no greylag ran, is in none
// of its times.
type TunnelPast struct {
	State State     // the last one that was observed; "": none
	Since time.Time // when that began

	Flaps     uint64
	Up, Known time.Duration // as [TunnelReport.UpTime] and KnownTime

	Target // that it is the past of
}

// Target is what must be the same in a tunnel's declaration for its past to go on.
type Target struct {
	Source, Destination netip.Addr
	Key                 uint32
	HasKey              bool
	Probe               Probe
}

// Target is what t is a tunnel to.
func (t *Tunnel) Target() Target {
	return Target{Source: t.Source, Destination: t.Destination, Key: t.Key, HasKey: t.HasKey, Probe: t.Probe}
}

// SpokePast is one spoke's.
type SpokePast struct {
	Path                  Path      // the last one that was observed; "": none
	Since                 time.Time // when that began
	OnBackup, Unprotected time.Duration
}

// Continue begins with what a journal says. It must be called before the first
// [Store.Record].
//
// Flaps, the time that was observed and, of it, the time up go on from there at once.
// A tunnel is pending as always; until it is known to be something, its report tells
// what it was. Where its first state is the same as then, it is in that state since
// then; the event from pending says so by its Since. Where it was up or degraded and
// turns out to be down, that is a flap; where it was down and turns out to be up, the
// event's Outage is from the beginning of the outage on, and so at most that long:
// when it ended was not observed. A spoke's path goes on in the same way. A tunnel
// with another [Target] than then, or that was not there, begins anew. What was
// counted of keepalives, and incidents, begin anew for all.
func (s *Store) Continue(past *Past) {
	s.mu.Lock()
	defer s.release()
	for i := range s.rows {
		r := &s.rows[i]
		if p, known := past.Tunnels[r.tunnel.Name]; known && p.Target == r.tunnel.Target() && r.line == session.Pending {
			r.remember(&p)
			s.changed.tunnel(r.number)
		}
	}
	for i := range s.spokes {
		if p, known := past.Spokes[s.inv.Spokes[i].Name]; known {
			s.spokes[i].remember(&p)
			s.changed.spoke(i)
		}
	}
}

// remember takes in the past of a tunnel that is pending since the start.
func (r *row) remember(p *TunnelPast) {
	r.flaps, r.up, r.down = uint32(min(p.Flaps, math.MaxUint32)), p.Up, max(p.Known-p.Up, 0)
	if reaches(p.State) || p.State == Down {
		r.was, r.since = wordOf(p.State), p.Since
	}
}

// resume makes of a tunnel's first state, if it has a past, what follows from that.
// began is when the state of then began.
func (r *row) resume(e *Event, began time.Time) {
	was := State(words[r.was])
	r.was = 0
	lasted := max(e.Time.Sub(began), 0)
	switch {
	case was == "":
	case was == e.To:
		e.Since = began
		r.since = e.Time.Add(-lasted)
		r.exclude(was, lasted)
	case reaches(was) && e.To == Down:
		r.flaps++
	case was == Down && reaches(e.To):
		e.Outage = lasted
	}
}

// exclude takes from the known time what the present state will bring with it: of the
// time since it began, what was observed is known already.
func (r *row) exclude(state State, lasted time.Duration) {
	if state == Down {
		r.down -= lasted
	} else {
		r.up -= lasted
	}
}

// remember takes in the past of a spoke. One that can be nothing else than it is, as
// none of its tunnels is probed, goes on at once.
func (sp *spoke) remember(p *SpokePast) {
	sp.times.onBackup, sp.times.unprotected = p.OnBackup, p.Unprotected
	switch {
	case p.Path == "" || p.Path == PathPending:
	case sp.path == PathPending:
		sp.was, sp.since = wordOf(p.Path), p.Since
	case sp.path == p.Path:
		sp.since = p.Since
	}
}

// resume tells since when a spoke is on its path, which is a new one, and, where it
// has a past that goes on by it, that of then.
func (sp *spoke) resume(at time.Time) (since, went time.Time) {
	same := sp.was != 0 && sp.was == wordOf(sp.path)
	began := sp.since
	sp.was = 0
	if !same || began.After(at) {
		return at, time.Time{}
	}
	return at.Add(-at.Sub(began)), began
}
