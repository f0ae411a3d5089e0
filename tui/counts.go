package tui

import (
	"time"

	"greylag/fleet"
)

// mark is a moment from which counters are counted. History stays: it is
// subtracted, not thrown away.
type mark struct {
	time   time.Time
	counts []counts // by position
}

// counts are a tunnel's counters that a mark concerns.
type counts struct {
	sent, received, lost, flaps                     uint64
	excused, late, duplicate, unmatched, sendErrors uint64
}

func countsOf(t *fleet.TunnelReport) counts {
	return counts{
		t.Sent, t.Received, t.Lost, t.Flaps,
		t.Excused, t.Late, t.Duplicate, t.Unmatched, t.SendErrors,
	}
}

// setMark counts from now on.
func (b *board) setMark() {
	tunnels := b.report.Tunnels
	if r := b.whole(); r != nil {
		tunnels = r.Tunnels
	}
	b.mark = &mark{time: b.now(), counts: make([]counts, len(tunnels))}
	for i := range tunnels {
		b.mark.counts[i] = countsOf(&tunnels[i])
	}
}

// counts are the counters of the tunnel at a position, since the mark if there
// is one. What was in flight at the mark may count as lost, and no longer so
// when its answer comes after all: counters never run below the mark.
func (b *board) counts(position int) counts {
	c := countsOf(b.rows[position].Tunnel)
	if b.mark == nil {
		return c
	}
	from := &b.mark.counts[position]
	return counts{
		since(c.sent, from.sent), since(c.received, from.received), since(c.lost, from.lost), since(c.flaps, from.flaps),
		since(c.excused, from.excused), since(c.late, from.late), since(c.duplicate, from.duplicate),
		since(c.unmatched, from.unmatched), since(c.sendErrors, from.sendErrors),
	}
}

func since(now, then uint64) uint64 {
	if now < then {
		return 0
	}
	return now - then
}

// loss is the ratio of the tunnel at a position that is lost: of the last 100
// keepalives, or of those since the mark. Negative: nothing is known.
func (b *board) loss(position int) float64 {
	c := b.counts(position)
	switch {
	case c.received+c.lost == 0:
		return -1
	case b.mark == nil:
		return b.rows[position].Tunnel.Loss
	}
	return float64(c.lost) / float64(c.received+c.lost)
}

// rates are the engine's, between two reports that are far enough from each
// other to tell. Those of another greylag come every ten seconds and stand still
// in between: its rates hold until the next.
type rates struct {
	first          time.Time // report
	time           time.Time // of the report from which on a rate is taken
	sent, received uint64    // until then
	stood          bool      // the first report was looked at more than once
	known          bool
	sendPerSecond  float64
	hearPerSecond  float64
}

// rateSpan is the least time that a rate is taken over, and rateHolds how long one
// holds while nothing is counted.
const (
	rateSpan  = time.Second
	rateHolds = 12 * time.Second
)

func (r *rates) follow(report *fleet.Report) {
	engine := &report.Summary.Engine
	took := report.Time.Sub(r.time)
	switch {
	case r.time.IsZero() || took < 0 || engine.Sent < r.sent: // another source, or it began anew
		*r = rates{first: report.Time, time: report.Time, sent: engine.Sent, received: engine.Received}
		return
	case engine.Sent == r.sent && engine.Received == r.received:
		r.stood = r.stood || r.time.Equal(r.first)
		if took >= rateHolds && r.known {
			r.sendPerSecond, r.hearPerSecond = 0, 0
		}
		return // what is counted next was sent since then
	case r.stood && r.time.Equal(r.first): // nobody knows when the first was counted
		r.time, r.sent, r.received = report.Time, engine.Sent, engine.Received
		return
	case took < rateSpan:
		return
	}
	r.sendPerSecond = float64(engine.Sent-r.sent) / took.Seconds()
	r.hearPerSecond = float64(since(engine.Received, r.received)) / took.Seconds()
	r.time, r.sent, r.received, r.known = report.Time, engine.Sent, engine.Received, true
}
