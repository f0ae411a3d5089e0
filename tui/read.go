package tui

import (
	"sync/atomic"
	"time"

	"greylag/fleet"
)

// known is as of when the board knows the fleet.
type known struct {
	version   uint64 // see [fleet.Changes]; 0: it knows nothing
	incidents uint64
}

// memory is what the next look may use again: what is off the screen.
type memory struct {
	changes   *fleet.Changes
	report    *fleet.Report
	incidents []fleet.Incident
}

// read finds what changed since what the board knows, or the whole fleet where that
// is wanted.
func (p *puller) read(s *snapshot) {
	m := p.memory
	p.memory = memory{}
	s.changes = p.source.Changes(s.taken, p.known.version, m.changes)
	if s.changes.Whole || p.toll.mayPass() {
		begin := time.Now()
		s.report = p.source.Report(s.taken, m.report)
		p.toll.paid(len(s.report.Tunnels), begin, time.Now())
	}
	if p.known.version == 0 || s.changes.Incidents != p.known.incidents {
		s.incidents, s.hasIncidents = p.source.Incidents(m.incidents[:0]), true
	} else {
		p.memory.incidents = m.incidents
	}
}

// shown notes that the board has taken a snapshot in: the next one begins there.
func (p *puller) shown(s *snapshot) {
	p.known = known{s.changes.Version, s.changes.Incidents}
}

// giveBack lets the next look reuse what is off the screen.
func (p *puller) giveBack(s *snapshot) {
	if s.changes != nil {
		p.memory.changes = s.changes
	}
	if s.hasIncidents {
		p.memory.incidents = s.incidents
	}
	if s.report != nil && p.toll.wanted.Load() {
		p.memory.report = s.report
	}
}

// wholeShare is the share of a processor that looks at the whole fleet may take,
// where filter or order need what is measured of every tunnel: one 50th. What
// changes is told by every look all the same.
const wholeShare = 50

// smallFleet is how many tunnels cost next to nothing: some 500 µs.
const smallFleet = 1000

// toll is what looks at the whole fleet cost.
type toll struct {
	wanted  atomic.Bool   // filter or order need them; the model's word
	tunnels int           // of the last one
	cost    time.Duration // of the last one
	end     time.Time     // of the last one
}

// mayPass tells whether it is time for one, if any is wanted.
func (t *toll) mayPass() bool {
	return t.wanted.Load() && (t.tunnels <= smallFleet || time.Since(t.end) >= t.cost*wholeShare)
}

func (t *toll) paid(tunnels int, begin, end time.Time) {
	t.tunnels, t.cost, t.end = tunnels, end.Sub(begin), end
}
