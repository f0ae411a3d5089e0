package journal

import (
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// replay makes of a journal's records what a fleet's past is.
type replay struct {
	clock   time.Time // the newest record's
	ended   string    // none, closed or cut
	tunnels map[string]*tunnelTrace
	spokes  map[string]*spokeTrace
}

// tunnelTrace is a tunnel's past up to a moment, from which on it was in a state.
type tunnelTrace struct {
	fleet.TunnelPast
	now fleet.State // "": not observed
	at  time.Time
}

// spokeTrace is the same of a spoke.
type spokeTrace struct {
	fleet.SpokePast
	now                       fleet.Path
	at                        time.Time
	ranked, active, protected bool
}

func newReplay() *replay {
	return &replay{ended: none, tunnels: make(map[string]*tunnelTrace), spokes: make(map[string]*spokeTrace)}
}

// take takes in the next record. What says nothing of the state of things is passed
// over: an incident's time is that of its last change.
func (p *replay) take(rec *stream.Record) {
	p.ended = cut
	switch {
	case rec.Hello != nil:
		p.interrupt(rec.Hello.Time)
	case rec.Tunnel != nil:
		p.tick(rec.Tunnel.Time)
		p.tunnels[rec.Tunnel.Tunnel.Name] = traceTunnel(rec.Tunnel)
	case rec.Spoke != nil:
		p.tick(rec.Spoke.Time)
		p.spokes[rec.Spoke.Spoke.Name] = traceSpoke(rec.Spoke)
	case rec.Event != nil:
		p.tick(rec.Event.Time)
		p.change(rec.Event)
	case rec.Summary != nil:
		p.tick(rec.Summary.Time)
	}
}

func (p *replay) tick(at time.Time) {
	if at.After(p.clock) {
		p.clock = at
	}
}

// interrupt ends what was observed: from the last record on nothing was, until a
// record says how it goes on.
func (p *replay) interrupt(at time.Time) {
	p.settle()
	p.clock = at
}

// settle brings all up to the newest record.
func (p *replay) settle() {
	for _, t := range p.tunnels {
		t.advance(p.clock)
		t.now = ""
	}
	for _, s := range p.spokes {
		s.advance(p.clock)
		s.now = ""
	}
}

// past is what the records come to. Nothing is taken in afterwards.
func (p *replay) past() *fleet.Past {
	p.settle()
	past := &fleet.Past{
		Tunnels: make(map[string]fleet.TunnelPast, len(p.tunnels)),
		Spokes:  make(map[string]fleet.SpokePast, len(p.spokes)),
	}
	for name, t := range p.tunnels {
		past.Tunnels[name] = t.TunnelPast
	}
	for name, s := range p.spokes {
		past.Spokes[name] = s.SpokePast
	}
	return past
}

func (p *replay) change(e *fleet.Event) {
	if e.Service == Service && e.Is == closed {
		p.ended = closed
	}
	if t := p.tunnels[e.Tunnel]; t != nil {
		t.change(e)
	}
	if s := p.spokes[e.Spoke]; s != nil {
		s.change(e)
	}
}

func traceTunnel(r *fleet.TunnelReport) *tunnelTrace {
	t := &tunnelTrace{now: r.State, at: later(r.Time, r.Since)}
	t.State, t.Since = known(r.State, r.Since, fleet.Pending, r.Was, r.WasSince)
	t.Flaps, t.Up, t.Known = r.Flaps, r.UpTime, r.KnownTime
	t.Target = r.Tunnel.Target()
	return t
}

// later is the moment up to which a record's times are: one that changed while it was
// read may have begun after the record's time.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// known is the state or path that was observed last.
func known[S ~string](now S, since time.Time, pending, was S, wasSince time.Time) (S, time.Time) {
	switch {
	case now != pending:
		return now, since
	case was != "":
		return was, wasSince
	}
	return "", time.Time{}
}

// advance adds the time up to a moment. A clock that went back adds none.
func (t *tunnelTrace) advance(to time.Time) {
	lasted := max(to.Sub(t.at), 0)
	t.at = to
	switch {
	case reaches(t.now):
		t.Up += lasted
		t.Known += lasted
	case t.now == fleet.Down:
		t.Known += lasted
	}
}

func (t *tunnelTrace) change(e *fleet.Event) {
	t.advance(e.Time)
	if e.To == fleet.Down && reaches(t.State) {
		t.Flaps++
	}
	t.now = e.To
	t.State, t.Since = known(e.To, began(e), fleet.Pending, "", time.Time{})
}

func reaches(s fleet.State) bool { return s == fleet.Up || s == fleet.Degraded }

// began is when the state or path began that an event tells of.
func began(e *fleet.Event) time.Time {
	if !e.Since.IsZero() {
		return e.Since
	}
	return e.Time
}

func traceSpoke(r *fleet.SpokeReport) *spokeTrace {
	s := &spokeTrace{now: r.Path, at: r.Time, ranked: r.Ranked, active: r.Active != "", protected: r.Protected}
	s.Path, s.Since = known(r.Path, r.Since, fleet.PathPending, r.Was, r.WasSince)
	s.OnBackup, s.Unprotected = r.OnBackup, r.Unprotected
	return s
}

// advance adds the time up to a moment, as [fleet.SpokeReport] has it.
func (s *spokeTrace) advance(to time.Time) {
	lasted := max(to.Sub(s.at), 0)
	s.at = to
	if s.now == fleet.PathBackup {
		s.OnBackup += lasted
	}
	if s.now != "" && s.ranked && s.active && !s.protected {
		s.Unprotected += lasted
	}
}

// change follows an event; one that leaves the path as it is leaves its beginning.
func (s *spokeTrace) change(e *fleet.Event) {
	s.advance(e.Time)
	if e.ToPath != e.FromPath {
		s.Path, s.Since = known(e.ToPath, began(e), fleet.PathPending, "", time.Time{})
	}
	s.now, s.active, s.protected = e.ToPath, e.Active != "", e.Protected
}
