package probe

import (
	"context"
	"time"

	"greylag/probe/icmp"

	"greylag/probe/gre"
	"greylag/probe/session"
)

const (
	// lateAfter is how long after its turn a keepalive counts as sent late.
	lateAfter = 10 * time.Millisecond
	// awayAfter is how late a turn must be to say that we were away: stopped,
	// or suspended. What was in flight then may have been lost on our side.
	awayAfter = time.Second
	// excuseEvery bounds what excusing costs while we keep losing packets.
	excuseEvery = 100 * time.Millisecond
	// idleWait is how long the loop may sleep without looking at arrivals when
	// it runs on a grid.
	idleWait = 20 * time.Millisecond
)

// turn is one turn of the loop: send what cannot be down, take in, let the others
// advance, report.
//
// A tunnel whose last keepalive is answered stays up whatever else has arrived, so
// its next one need not wait for the reading. The others advance when all that has
// arrived is read: what may be in the buffer counts (R10).
func (e *Engine) turn(clock time.Time) error {
	e.clock = clock
	now := clock.Sub(e.base)
	if err := e.obey(now); err != nil {
		return err
	}
	answered, open := e.takeDue(now)
	e.send(answered, now)
	if err := e.takeIn(now, len(open) > 0); err != nil {
		return err
	}
	e.excuse(now)
	e.load(open, now)
	e.ask(now)
	e.flush()
	e.report()
	e.stats.turns.Add(1)
	return nil
}

// takeDue takes off the schedule what is due and may be sent now: the tunnels whose
// last keepalive is answered, and the others. After we were away all are others,
// since what was in flight then is to be excused first.
func (e *Engine) takeDue(now time.Duration) (answered, open []int32) {
	e.due = e.wheel.take(now, e.pace.budget(now), e.due[:0])
	e.pace.spend(len(e.due))
	if e.wasAway(now) {
		return nil, e.due
	}
	n := 0
	for k, i := range e.due {
		if e.members[i].session.Counter() == 0 {
			e.due[k], e.due[n] = e.due[n], i
			n++
		}
	}
	return e.due[:n], e.due[n:]
}

func (e *Engine) wasAway(now time.Duration) bool { return now-e.planned > awayAfter }

// excuse gives up the answers in flight after we lost packets or were away: a
// tunnel must not go down for it. Those of keepalives that this turn has sent are
// among them: a full buffer may have had no room for these either.
func (e *Engine) excuse(now time.Duration) {
	dropped := e.conn.Dropped()
	lost := dropped != e.dropped
	if !e.wasAway(now) && (!lost || now-e.excused < excuseEvery) {
		return
	}
	e.stats.dropped.Store(dropped)
	e.dropped, e.excused = dropped, now
	for i := range e.members {
		s := &e.members[i].session
		s.Excuse(func(seq uint32) {
			e.events = append(e.events, Event{At: e.clock, Kind: Excused, Tunnel: int32(i), Seq: seq, Counter: s.Counter()})
		})
	}
}

// send has tunnels advance, and sends their keepalives.
func (e *Engine) send(batch []int32, now time.Duration) {
	e.load(batch, now)
	e.flush()
}

// load has tunnels advance, and makes a batch of their keepalives.
func (e *Engine) load(batch []int32, now time.Duration) {
	e.batch, e.asks, e.arena = batch, e.asks[:0], e.arena[:0]
	for _, i := range batch {
		e.advance(i, now)
	}
}

// advance lets tunnel i, which is due, send its keepalive.
func (e *Engine) advance(i int32, now time.Duration) {
	m := &e.members[i]
	if m.session.Counter() > 0 {
		e.wonder(i, now)
	}
	d := m.session.Advance(now)
	if d.From != d.To {
		e.events = append(e.events, Event{At: e.clock, Kind: Line, Tunnel: i, From: d.From, To: d.To,
			Seq: d.Seq, Counter: m.session.Counter() - 1})
	}
	e.events = append(e.events, Event{At: e.clock, Kind: Sent, Tunnel: i, Seq: d.Seq, Counter: m.session.Counter()})
	start := len(e.arena)
	e.arena = e.packet(m, d, now)
	e.conn.Queue(int(m.egress), m.destination, e.arena[start:])
	e.reschedule(i, d.Seq, now)
}

// packet appends the keepalive, or the echo, to the arena.
func (e *Engine) packet(m *member, d session.Due, now time.Duration) []byte {
	if m.echo {
		return icmp.AppendEcho(e.arena, e.options.EchoID, d.ID)
	}
	marks := gre.Marks{ID: d.ID, Number: d.Seq, Time: uint32(now.Milliseconds())}
	if m.sequenced {
		m.sequence = nextSequence(m.sequence, e.clock)
		marks.Sequence = m.sequence
	}
	return m.template.Append(e.arena, marks)
}

// nextSequence follows the wall clock in tenths of a second, the shortest
// interval, so that a restart never goes back: a far end drops what does
// (RFC 2890 section 2.2). It rises by one at least, whatever the clock does.
func nextSequence(last uint32, clock time.Time) uint32 {
	s := uint32(clock.UnixMilli() / 100)
	if last != 0 && int32(s-last) <= 0 {
		s = last + 1
	}
	return s
}

// reschedule puts tunnel i, just due, back on the wheel: an interval after it was
// due, not after it was sent, so that nothing drifts. What we slept through is
// skipped: a burst would test nothing more.
func (e *Engine) reschedule(i int32, seq uint32, now time.Duration) {
	m := &e.members[i]
	due := e.wheel.due[i]
	late := now - due
	e.lateness.waited = append(e.lateness.waited, late)
	if late > lateAfter+e.pace.gap {
		e.stats.lateSends.Add(1)
	}
	if seq == 1 {
		due = max(due, m.phase) // the first was early, within the sweep
	}
	if skip := (now - due) / m.interval; skip > 0 {
		e.stats.lateSends.Add(uint64(skip))
		due += skip * m.interval
	}
	next := due + m.interval
	if next-now < m.interval/2 { // too near: the answer could not be back by then
		e.stats.lateSends.Add(1)
		next += m.interval
	}
	e.wheel.add(i, next)
}

// flush sends the batch: the keepalives, and the echoes behind them.
func (e *Engine) flush() {
	if len(e.batch)+len(e.asks) == 0 {
		return
	}
	e.stats.sent.Add(uint64(len(e.batch)))
	e.conn.Flush(e.onFailed)
	e.lateness.handed(e.clock.Sub(e.base)-e.planned, time.Since(e.clock))
	e.asked()
}

// unsent takes back what could not be sent.
func (e *Engine) unsent(place int, err error) {
	if place >= len(e.batch) {
		e.unasked(place - len(e.batch))
		return
	}
	i := e.batch[place]
	s := &e.members[i].session
	s.Unsent()
	e.stats.sent.Add(^uint64(0))
	e.stats.sendErrors.Add(1)
	e.events = append(e.events, Event{At: e.clock, Kind: Unsent, Tunnel: i, Seq: s.Seq(), Counter: s.Counter(), Err: err})
}

// sleep waits for the next turn.
func (e *Engine) sleep(ctx context.Context, now time.Duration) error {
	if e.pace.sweeping && now > e.sweep {
		e.pace.settle()
	}
	if e.unread {
		e.planned = now
		return nil
	}
	e.planned = e.pace.turn(now, e.wheel.next())
	now, woken, err := e.glance(ctx, now)
	if woken || err != nil {
		return err
	}
	wait := e.planned - now
	onGrid := e.pace.gap > 0 && wait <= idleWait
	e.conn.Wait(wait, !onGrid)
	return nil
}
