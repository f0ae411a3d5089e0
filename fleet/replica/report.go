package replica

import (
	"slices"
	"sync"
	"time"

	"greylag/fleet"
)

// Report returns the whole fleet at the source's present time, which is told from
// now. It reuses into; nil makes a new one. What the rows point to must not be
// changed. Times are the source's; each row's Time is that of the record which
// told it. The summary counts the rows, and its Engine is the source's own.
func (r *Replica) Report(now time.Time, into *fleet.Report) *fleet.Report {
	if into == nil {
		into = new(fleet.Report)
	}
	l := looks.Get().(*look)
	defer l.giveBack()
	r.look(l, now)
	sum := fleet.NewSummary(l.present)
	into.Time = l.present
	into.Tunnels = slices.Grow(into.Tunnels[:0], len(l.tunnels))
	for _, t := range l.tunnels {
		into.Tunnels = append(into.Tunnels, shownTunnel(t))
		sum.Tunnels[t.State]++
	}
	into.Spokes = slices.Grow(into.Spokes[:0], len(l.spokes))
	for _, s := range l.spokes {
		into.Spokes = append(into.Spokes, shownSpoke(s))
		sum.AddSpoke(s)
	}
	sum.Engine = l.engine
	into.Summary = sum
	return into
}

// shownTunnel is a row as readers see it: as in a store's report, the newest
// keepalives are not in it, for there is Outcomes.
func shownTunnel(t *fleet.TunnelReport) fleet.TunnelReport {
	shown := *t
	shown.Recent = nil
	return shown
}

func shownSpoke(s *fleet.SpokeReport) fleet.SpokeReport {
	shown := *s
	shown.Next = next(s)
	return shown
}

// look is rows of one moment.
type look struct {
	tunnels []*fleet.TunnelReport
	spokes  []*fleet.SpokeReport
	engine  fleet.EngineReport
	present time.Time

	positions, places []int // of tunnels and spokes, where these are not all
}

var looks = sync.Pool{New: func() any { return new(look) }}

func (r *Replica) look(l *look, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l.tunnels = append(l.tunnels[:0], r.shown.tunnels.rows...)
	l.spokes = append(l.spokes[:0], r.shown.spokes.rows...)
	l.engine, l.present = r.shown.engine, r.pace.present(now)
}

// giveBack keeps the memory, and lets go of what it points to.
func (l *look) giveBack() {
	clear(l.tunnels)
	clear(l.spokes)
	l.empty()
	looks.Put(l)
}

func (l *look) empty() {
	l.tunnels, l.positions = l.tunnels[:0], l.positions[:0]
	l.spokes, l.places = l.spokes[:0], l.places[:0]
}
