package replica

import (
	"context"
	"errors"
	"io"
	"time"

	"greylag/fleet/stream"
)

// Position is where a player is.
type Position struct {
	Start, End time.Time // of the recording; the same where there is nothing in it
	Now        time.Time // what is shown is of then
	Speed      float64   // [Unpaced]: as fast as can be
	Paused     bool
	Busy       bool // still on the way to where [Player.Seek] or [Player.Step] led
	Ended      bool // everything has been played
}

// Position returns where the player is at now.
func (p *Player) Position(now time.Time) Position {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Position{
		Start: p.start, End: p.end, Now: p.clock.at(now),
		Speed: p.clock.speed, Paused: p.clock.paused, Busy: p.busy, Ended: p.over,
	}
}

// SetSpeed changes the speed from now on: see [ParseSpeed]. One that is not above 0
// is ignored.
func (p *Player) SetSpeed(speed float64, now time.Time) {
	if speed > 0 {
		p.adjust(now, func(c *clock) { c.speed = speed })
	}
}

// Pause stops the recording, or lets it go on.
func (p *Player) Pause(paused bool, now time.Time) {
	p.adjust(now, func(c *clock) { c.paused = paused })
}

// adjust changes the clock, which shows the same time as before.
func (p *Player) adjust(now time.Time, change func(*clock)) {
	p.mu.Lock()
	p.clock.set(p.clock.at(now), now)
	change(&p.clock)
	p.mu.Unlock()
	p.poke()
}

func (p *Player) poke() {
	select {
	case p.wake <- struct{}{}:
	default: // it is about to look
	}
}

// command is what the player is to do: go to a moment, or to the next event.
type command struct {
	to   time.Time
	step bool
}

// Seek goes to a moment of the recording, or to its start or end where it is
// outside. It goes on from there if it is not paused.
func (p *Player) Seek(to time.Time) {
	p.order(func(waiting []command) []command { return append(waiting[:0], command{to: to}) })
}

// SeekFraction goes to a point between start (0) and end (1).
func (p *Player) SeekFraction(fraction float64) {
	p.mu.Lock()
	to := share(p.start, p.end, fraction)
	p.mu.Unlock()
	p.Seek(to)
}

// Step plays up to the next event, and pauses. Without one it only pauses. Steps
// that come quickly are all taken, one after the other.
func (p *Player) Step() {
	p.order(func(waiting []command) []command {
		return append(waiting[:min(len(waiting), maxCommands-1)], command{step: true})
	})
}

// order changes the commands that wait for Run.
func (p *Player) order(change func(waiting []command) []command) {
	p.mu.Lock()
	p.commands, p.busy = change(p.commands), true
	p.mu.Unlock()
	p.poke()
}

// takeCommand returns the next command, if there is one whose turn has come: one
// that seeks need not wait for what was asked before.
func (p *Player) takeCommand() (c command, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.commands) == 0 || p.commands[0].step && !p.ready() {
		return command{}, false
	}
	c = p.commands[0]
	p.commands = append(p.commands[:0], p.commands[1:]...)
	return c, true
}

// follow begins a command; the turns after it play the rest.
func (p *Player) follow(ctx context.Context, c command, now time.Time) {
	if p.index == nil {
		p.index = buildIndex(ctx, io.NewSectionReader(p.tape.file, 0, p.tape.size))
	}
	x := p.index
	if x == nil { // it cannot be read, or ctx is done
		x = &index{full: true}
	}
	p.stepping = false
	if c.step {
		p.step(x, now)
	} else {
		p.seek(x, c.to, now)
	}
}

func (p *Player) seek(x *index, to, now time.Time) {
	p.mu.Lock()
	to = earlier(later(to, p.start), p.end)
	p.mu.Unlock()
	report, found := x.before(to)
	switch {
	case to.Before(p.played):
		p.rewind()
		p.recallUpTo(x, 0, report.offset)
		p.tape.open(report)
		p.played = p.tape.begin.due
	case found:
		p.jump(x, report)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = false
	p.goal = to
	p.clock.horizon = p.tape.due
	p.clock.set(to, now)
}

// step goes near the next event. With an index that is not full there is none that
// it does not know.
func (p *Player) step(x *index, now time.Time) {
	event, found := x.nextEvent(p.tape.offset)
	if report, before := x.ahead(event); found && before {
		p.jump(x, report)
	}
	p.stepping = found || x.full
	p.adjust(now, func(c *clock) { c.paused = true })
}

// jump goes ahead to a full report, unless it has been played.
func (p *Player) jump(x *index, report place) {
	if report.offset > p.tape.offset {
		p.recallUpTo(x, p.tape.offset, report.offset)
		p.tape.open(report)
	}
}

// recallUpTo tells the replica what is not played: the events and the like from one
// offset up to another.
func (p *Player) recallUpTo(x *index, from, to int64) {
	for dec := newRecorded(p.tape.file, x.between(from, to)); ; {
		rec, err := dec.Next()
		if bad := (*stream.LineError)(nil); err != nil && !errors.As(err, &bad) {
			return
		}
		p.recall(rec)
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
