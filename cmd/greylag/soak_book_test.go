package main

import (
	"fmt"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// soakBook is what the stream said.
type soakBook struct {
	from    time.Time // reports before it are no baseline
	faults  []string  // at most some
	reports int       // of a tunnel
	changes int       // events after from
	downs   map[string]int
	ups     map[string]int
	reasons map[fleet.Reason]int
	base    map[string]soakEntry
	last    map[string]soakEntry
	summary *fleet.Summary
	early   *fleet.EngineReport // at the baseline
	late    uint64              // sends after it
}

// soakEntry is one tunnel's report.
type soakEntry struct {
	at                              time.Time
	interval                        time.Duration
	state                           fleet.State
	sent, received, lost            uint64
	excused, inFlight               uint64
	late, duplicate, unmatched, err uint64
}

func newSoakBook(from time.Time) *soakBook {
	return &soakBook{from: from, downs: map[string]int{}, ups: map[string]int{}, reasons: map[fleet.Reason]int{},
		base: map[string]soakEntry{}, last: map[string]soakEntry{}}
}

const soakFaults = 20

func (b *soakBook) fault(format string, args ...any) {
	if len(b.faults) < soakFaults {
		b.faults = append(b.faults, fmt.Sprintf(format, args...))
	}
}

func (b *soakBook) add(r *stream.Record) {
	switch {
	case r.Tunnel != nil:
		b.tunnel(r.Tunnel)
	case r.Event != nil:
		b.event(r.Event)
	case r.Summary != nil:
		b.summary = r.Summary
		if b.early == nil && r.Summary.Time.After(b.from) {
			early := r.Summary.Engine
			b.early = &early
		}
	}
}

// tunnel: sent = received + lost + excused + in flight, and no counter goes back
// but that of losses, which an answer may take one from.
func (b *soakBook) tunnel(r *fleet.TunnelReport) {
	b.reports++
	now := soakEntry{r.Time, r.Tunnel.Interval, r.State, r.Sent, r.Received, r.Lost, r.Excused, r.InFlight, r.Late, r.Duplicate, r.Unmatched, r.SendErrors}
	name := r.Tunnel.Name
	if now.sent != now.received+now.lost+now.excused+now.inFlight || now.inFlight > 1 {
		b.fault("%s: %d sent are not %d received + %d lost + %d excused + %d in flight", name, now.sent, now.received, now.lost, now.excused, now.inFlight)
	}
	if was := b.last[name]; now.sent < was.sent || now.received < was.received || now.at.Before(was.at) {
		b.fault("%s: sent, received or time went back: %+v after %+v", name, now, was)
	}
	b.last[name] = now
	if _, known := b.base[name]; !known && now.at.After(b.from) {
		b.base[name] = now
	}
}

func (b *soakBook) event(e *fleet.Event) {
	if e.Time.After(b.from) {
		b.changes++
	}
	switch {
	case e.Tunnel == "":
	case e.To == fleet.Down:
		b.downs[e.Tunnel]++
		b.reasons[e.Reason]++
	case e.From == fleet.Down:
		b.ups[e.Tunnel]++
	}
}

// check holds the book against itself.
func (b *soakBook) check(t *testing.T) {
	t.Helper()
	for _, f := range b.faults {
		t.Error(f)
	}
	if len(b.last) != soakSlow+soakFast || b.summary == nil || b.early == nil {
		t.Fatalf("the stream tells of %d tunnels, last summary %+v", len(b.last), b.summary)
	}
	b.late = b.summary.Engine.LateSends - b.early.LateSends
	for name, last := range b.last {
		if b.downs[name] != 2 || b.ups[name] != 2 {
			t.Errorf("%s went down %d times and up %d times; want 2 and 2, by the cuts", name, b.downs[name], b.ups[name])
		}
		if last.state != fleet.Up && last.state != fleet.Degraded {
			t.Errorf("%s is %s at the end", name, last.state)
		}
		b.checkRate(t, name, last)
	}
	t.Logf("%d reports of tunnels, %d changes; reasons %v; late sends %d, of them after the first sixth %d",
		b.reports, b.changes, b.reasons, b.summary.Engine.LateSends, b.late)
}

// checkRate: between two reports as many were sent as intervals passed, but for
// one at either end, and for those that were skipped because they were late.
func (b *soakBook) checkRate(t *testing.T, name string, last soakEntry) {
	t.Helper()
	base := b.base[name]
	want := int64(last.at.Sub(base.at) / last.interval)
	got := int64(last.sent - base.sent)
	if got > want+1 || got < want-1-int64(b.late) {
		t.Errorf("%s: %d sent in %v; want %d", name, got, last.at.Sub(base.at), want)
	}
}

// compare holds the book against what the kernel counted on the way.
func (b *soakBook) compare(t *testing.T, n *soakNet) {
	t.Helper()
	var sum soakEntry
	for _, e := range b.last {
		sum.sent += e.sent
		sum.received += e.received
		sum.lost += e.lost
		sum.excused += e.excused
		sum.inFlight += e.inFlight
		sum.late += e.late + e.duplicate + e.unmatched
		sum.err += e.err
	}
	out, outLost := soakFar.counted(t)
	back, backLost := soakNear.counted(t)
	t.Logf("%d sent = %d received + %d lost + %d excused + %d in flight; late, duplicate or unmatched %d; send errors %d; engine %+v",
		sum.sent, sum.received, sum.lost, sum.excused, sum.inFlight, sum.late, sum.err, b.summary.Engine)
	t.Logf("the kernel: %d arrived there, %d of them lost; %d came back, %d of them lost", out, outLost, back, backLost)
	engine := b.summary.Engine
	if sum.sent != engine.Sent || sum.received != engine.Received || sum.err != engine.SendErrors {
		t.Errorf("the tunnels' sums are not the engine's: %+v", engine)
	}
	if sum.sent != out {
		t.Errorf("%d sent, and %d arrived at the far side", sum.sent, out)
	}
	// What was still under way as the program ended may have come back since.
	if taken := sum.received + sum.late + engine.Dropped; back-backLost < taken || back-backLost > taken+sum.inFlight {
		t.Errorf("%d answers came back, %d are counted, %d in flight", back-backLost, taken, sum.inFlight)
	}
	if lost := outLost + backLost; sum.lost+sum.excused < lost-sum.inFlight || sum.lost+sum.excused > lost+sum.inFlight+engine.Dropped {
		t.Errorf("%d were lost on the way, %d are counted as lost, %d as excused", lost, sum.lost, sum.excused)
	}
	if b.reasons[fleet.ReasonBlackHole] != 2*len(b.last) {
		t.Errorf("reasons %v; want a black hole in each cut: echoes were answered", b.reasons)
	}
}
