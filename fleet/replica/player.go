package replica

import (
	"context"
	"io"
	"sync"
	"time"

	"greylag/fleet"
)

// batch is how many records are played before commands are looked at.
const batch = 512

// maxCommands is how many wait at most; more steps than that are not taken.
const maxCommands = 1000

// Player plays a recording into a replica by the records' own times. Its methods
// may be called from several goroutines at once, and none waits for the recording
// to be read. Times of a recording are its source's; a now that is asked for is
// ours.
//
// To go far ahead or back it makes an index of the full reports and events, in one
// pass over the recording when this is first needed. What comes before the report
// it then begins at is not played: of the events there the newest 65,536 are told
// all the same.
type Player struct {
	*Replica
	name string
	done chan struct{}
	wake chan struct{} // a command is there

	mu       sync.Mutex
	clock    clock
	start    time.Time
	end      time.Time
	commands []command // not begun yet
	busy     bool      // on the way to where a command leads
	over     bool      // the last record has been played
	problem  string

	tape     tape      // only accessed by Run, as all that follows
	played   time.Time // when the last record was due
	goal     time.Time // what is due up to then is played at once
	index    *index    // nil: not made yet
	stepping bool      // until an event has been played
}

// NewPlayer returns a player of the first size bytes of a recording, which stands
// at its start and plays at that speed when [Player.Run] is called. The name is
// what it is called where it does not say which host it is of.
func NewPlayer(recording io.ReaderAt, size int64, name string, speed float64) *Player {
	p := &Player{
		Replica: New(), name: name, done: make(chan struct{}), wake: make(chan struct{}, 1),
		tape: tape{file: recording, size: size},
	}
	p.tape.open(place{})
	p.start = p.tape.due
	p.end = later(p.start, p.tape.lastTime())
	p.clock = clock{base: p.start, horizon: p.start, speed: speed}
	p.goal, p.busy = p.start, true // what is of that moment is there at once, paused or not
	return p
}

// Run plays until ctx is done. Call it once.
func (p *Player) Run(ctx context.Context) {
	defer close(p.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	p.adjust(time.Now(), func(c *clock) { c.base = p.start })
	for {
		wait, idle := p.turn(ctx, time.Now())
		if !idle {
			timer.Reset(wait)
		}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-p.wake:
		}
	}
}

// turn does what is to be done at now, and tells how long nothing is; idle: until
// a command comes.
func (p *Player) turn(ctx context.Context, now time.Time) (wait time.Duration, idle bool) {
	for range batch {
		if c, ok := p.takeCommand(); ok {
			p.follow(ctx, c, now)
		}
		wait, idle = p.untilNext(now)
		switch {
		case wait == 0 && !idle:
			p.playNext(now)
		case p.arrive():
			return wait, idle
		}
	}
	return 0, false
}

// ready tells whether the player is where the last command led.
func (p *Player) ready() bool {
	return !p.stepping && (p.tape.over || p.tape.due.After(p.goal))
}

// untilNext is how long it is until the next record is due.
func (p *Player) untilNext(now time.Time) (wait time.Duration, idle bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	due := p.tape.due
	switch {
	case p.tape.over:
		p.atEnd(now)
		return 0, true
	case !p.ready():
		return 0, false
	case p.clock.paused:
		return 0, true
	case p.clock.speed == Unpaced:
		return 0, false
	}
	p.clock.horizon = due
	return p.clock.until(due, now), false
}

// atEnd notes that there is no next record. The caller holds mu.
func (p *Player) atEnd(now time.Time) {
	if p.over {
		return
	}
	p.over, p.stepping = true, false
	if p.tape.why == nil {
		p.end = p.tape.due
	}
	p.clock.horizon = p.tape.due
	p.clock.set(p.tape.due, now)
	p.explain()
}

// playNext applies the next record.
func (p *Player) playNext(now time.Time) {
	rec, due := p.tape.record, p.tape.due
	isEvent := rec.Event != nil
	p.Apply(rec, due)
	p.played = due
	p.tape.advance()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clock.horizon = p.tape.due
	if p.stepping || p.clock.speed == Unpaced && !p.clock.paused {
		p.clock.set(later(p.clock.base, due), now)
	}
	p.stepping = p.stepping && !isEvent
	p.explain()
}

// arrive notes that all that is due has been played. It returns false where a
// command has come meanwhile.
func (p *Player) arrive() bool {
	p.settle()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy = len(p.commands) > 0
	return !p.busy
}

// explain keeps what is wrong with the recording where others see it. The caller
// holds mu.
func (p *Player) explain() {
	p.problem = p.tape.faults.text(p.tape.over)
	if p.tape.why != nil {
		p.problem = problems(p.tape.why.Error(), p.problem)
	}
}

// Report is as [Replica.Report], at the moment that is played.
func (p *Player) Report(now time.Time, into *fleet.Report) *fleet.Report {
	return p.Replica.Report(p.Position(now).Now, into)
}

// Changes is as [Replica.Changes], at the moment that is played.
func (p *Player) Changes(now time.Time, since uint64, into *fleet.Changes) *fleet.Changes {
	return p.Replica.Changes(p.Position(now).Now, since, into)
}

// Status tells of the recording. Its age is how long its source had not been heard
// of.
func (p *Player) Status(now time.Time) Status {
	at := p.Position(now)
	s := p.Replica.status(p.name, at.Now)
	s.State = Streaming
	if at.Ended {
		s.State = Ended
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s.Problem = problems(p.problem, s.Problem)
	return s
}

// Done is closed when Run has ended.
func (p *Player) Done() <-chan struct{} { return p.done }

// Rewinds counts how often the recording went back. Whoever keeps events forgets
// them then, and asks for those since 0.
func (p *Player) Rewinds() uint64 {
	p.Replica.mu.Lock()
	defer p.Replica.mu.Unlock()
	return p.rewinds
}
