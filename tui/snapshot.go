package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"greylag/fleet"
)

// snapshot is what one look at the source found.
type snapshot struct {
	taken     time.Time // by the terminal's clock
	changes   *fleet.Changes
	report    *fleet.Report // where the changes are not all, or are not enough
	incidents []fleet.Incident
	// hasIncidents: they are not what they were.
	hasIncidents bool

	events []fleet.Event // since the snapshot before
	missed uint64
	status Status

	points []Point // vantage points
	stand  int     // that all else is of

	position Position // of a recording
	orders   uint64   // that it had got
	anew     bool     // events are all there are: it went back
}

// A frozen screen needs no changes: a snapshot without any counts the events.

// puller looks at the source, one look at a time. It is used by the command
// that runs and by the model between two commands, never by both.
type puller struct {
	ctx    context.Context
	source Source
	clock  func() time.Time
	hurry  chan struct{} // a key was pressed: do not wait for the turn
	number uint64        // of the newest event that was read
	known  known
	memory memory
	toll   toll
	reel   reel
	lookout
}

func newPuller(ctx context.Context, source Source, clock func() time.Time) *puller {
	p := &puller{ctx: ctx, source: source, clock: clock, hurry: make(chan struct{}, 1)}
	p.reel.replay, _ = source.(Replay)
	p.lookout.vantages, _ = source.(Vantages)
	return p
}

// next is the command that looks again after period, or after quick if a key is
// pressed meanwhile. It runs outside of the program's loop: however slow the
// source is, keys are answered.
func (p *puller) next(period, quick time.Duration, frozen bool) tea.Cmd {
	return func() tea.Msg {
		p.wait(period, quick)
		return p.take(frozen)
	}
}

// wait ends after period, or after quick where somebody is in a hurry.
func (p *puller) wait(period, quick time.Duration) {
	begin := time.Now()
	turn := time.NewTimer(period)
	defer turn.Stop()
	select {
	case <-turn.C:
		return
	case <-p.ctx.Done():
		return
	case <-p.hurry:
	}
	turn.Reset(min(quick, period) - time.Since(begin))
	select {
	case <-turn.C:
	case <-p.ctx.Done():
	}
}

// now makes the look that is waited for come early.
func (p *puller) now() {
	select {
	case p.hurry <- struct{}{}:
	default: // it is on its way
	}
}

// take looks at the source.
func (p *puller) take(frozen bool) *snapshot {
	now := p.clock()
	s := &snapshot{taken: now, orders: p.reel.orders.Load()}
	p.standAndLook(s)
	s.status = p.source.Status(now)
	p.beforeReading(s)
	s.events, s.missed = p.source.EventsSince(p.number)
	if n := len(s.events); n > 0 {
		p.number = s.events[n-1].Number
	}
	if !frozen {
		p.read(s)
	}
	p.afterReading(s)
	return s
}
