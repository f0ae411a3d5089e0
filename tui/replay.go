package tui

import (
	"sync/atomic"
	"time"

	"greylag/fleet"
)

// reel is what a [puller] knows of a recording.
type reel struct {
	replay  Replay        // nil: the source is no recording
	orders  atomic.Uint64 // given by the player; all else is the puller's
	rewinds uint64        // at the look before
}

// beforeReading asks for all events where the recording went back.
func (p *puller) beforeReading(s *snapshot) {
	if p.reel.replay == nil {
		return
	}
	if rewinds := p.reel.replay.Rewinds(); rewinds != p.reel.rewinds {
		p.reel.rewinds, p.number, s.anew = rewinds, 0, true
	}
}

// afterReading keeps the last picture on the screen while the recording is on its
// way to another moment.
func (p *puller) afterReading(s *snapshot) {
	replay := p.reel.replay
	if replay == nil {
		return
	}
	s.position = replay.Position(s.taken)
	if s.position.Busy || replay.Rewinds() != p.reel.rewinds {
		p.giveBack(s)
		s.changes, s.report, s.incidents, s.hasIncidents = nil, nil, nil, false
	}
}

// player is what the model knows of a recording.
type player struct {
	replay   Replay
	position Position // at the last look or key

	seeks, steps uint64    // numbers of the last order of each kind
	arrived      uint64    // number of the last order that has been carried out
	goal         time.Time // of the last seek

	bar bar // of the time line, when it was drawn last
}

// newPlayer is nil where the source is no recording.
func newPlayer(source Source, now time.Time) *player {
	replay, ok := source.(Replay)
	if !ok {
		return nil
	}
	return &player{replay: replay, position: replay.Position(now)}
}

// followPlayer follows a look at a recording.
func (m *model) followPlayer(s *snapshot) {
	if m.player != nil {
		m.player.position = s.position
		m.hold()
	}
}

// order has the recording do something, and numbers it: a look that began later
// and is of one moment sees it done.
func (m *model) order(do func(Replay)) (number uint64) {
	do(m.player.replay)
	number = m.puller.reel.orders.Add(1)
	m.replayChanged()
	return number
}

// replayChanged shows the key's work before the next look.
func (m *model) replayChanged() {
	m.player.position = m.player.replay.Position(m.now)
	m.hold()
	m.puller.now()
}

// arrived notes that orders have been carried out, and tells whether the picture
// jumped: what was skipped is nothing new that somebody should see or hear of.
func (m *model) arrived(s *snapshot) (jumped bool) {
	p := m.player
	if p == nil || s.orders == p.arrived {
		return false
	}
	was := p.arrived
	p.arrived = s.orders
	if p.steps > was && p.steps <= s.orders {
		m.tellStep(s)
	}
	return p.seeks > was && p.seeks <= s.orders
}

// tellStep says to which change a step led.
func (m *model) tellStep(s *snapshot) {
	if len(s.events) == 0 {
		m.tell("no further change is in the recording")
		return
	}
	e := &s.events[len(s.events)-1]
	m.tell("%s  %s", m.timeOfDay(e.Time), changeText(e))
}

// changeText is an event in a few words.
func changeText(e *fleet.Event) string {
	switch {
	case e.Service != "" && e.Tunnel != "":
		return e.Tunnel + ": " + e.Is
	case e.Service != "":
		return "greylag " + e.Service + ": " + e.Is
	case e.Spoke == "":
		return e.Tunnel + ": " + string(e.From) + " > " + string(e.To)
	case e.FromPath != e.ToPath && !e.BlackHole && e.Route == nil:
		return "spoke " + e.Spoke + ": " + string(e.FromPath) + " > " + string(e.ToPath)
	}
	return "spoke " + e.Spoke + ": " + besidePath(e, plain)[0].text
}

// shownTime is the time of the snapshot in the terminal's zone: another greylag's
// may be elsewhere, and a recording long ago.
func (m *model) shownTime() time.Time { return m.board.now().In(m.now.Location()) }

// timeOfDay is a moment by the terminal's clock.
func (m *model) timeOfDay(t time.Time) string { return t.In(m.now.Location()).Format(time.TimeOnly) }

// place is where the recording is, or where its last seek is about to lead.
func (p *player) place(now time.Time) time.Time {
	at := p.replay.Position(now)
	if at.Busy && !p.goal.IsZero() {
		return p.goal
	}
	return at.Now
}

// span is how long the recording is.
func (p *Position) span() time.Duration { return p.End.Sub(p.Start) }

// within is the moment, or the start or end where it is outside.
func (p *Position) within(t time.Time) time.Time {
	switch {
	case t.Before(p.Start):
		return p.Start
	case t.After(p.End):
		return p.End
	}
	return t
}
