package probe

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// order is what an operator wants of one tunnel.
type order struct {
	tunnel int32
	what   demand
}

type demand uint8

const (
	disable demand = iota
	enable
	probeNow
)

// orders wait for the engine's next turn.
type orders struct {
	waiting atomic.Bool // so that a turn without orders takes no lock, nor reads first
	mu      sync.Mutex  // held only to copy, append or renumber
	list    []order
	tunnels int // how many there are
}

// add fails for a tunnel that does not exist.
func (o *orders) add(tunnel int, what demand) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if tunnel < 0 || tunnel >= o.tunnels {
		return fmt.Errorf("tunnel number %d is none of the %d that are probed", tunnel, o.tunnels)
	}
	o.list = append(o.list, order{int32(tunnel), what})
	o.waiting.Store(true)
	return nil
}

// renumber has the orders follow their tunnels. Those of tunnels that are gone, or
// begin anew, are forgotten.
func (o *orders) renumber(to []int32, tunnels int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tunnels = tunnels
	kept := o.list[:0]
	for _, next := range o.list {
		if next.tunnel = to[next.tunnel]; next.tunnel != none {
			kept = append(kept, next)
		}
	}
	o.list = kept
}

func (o *orders) take() []order {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := o.list
	o.list = nil
	o.waiting.Store(false)
	return list
}

// Disable ends the probing of a tunnel, by its place in the slice given to [New]:
// its line is disabled, and what is in flight is given up as excused. Any
// goroutine may call it; it is done at the engine's next turn, at once. It fails
// for a place that does not exist.
func (e *Engine) Disable(tunnel int) error { return e.order(tunnel, disable) }

// Enable begins the probing of a disabled tunnel anew, with a keepalive at once.
// Any goroutine may call it. It fails for a place that does not exist.
func (e *Engine) Enable(tunnel int) error { return e.order(tunnel, enable) }

// ProbeNow makes the tunnel's next keepalive due at once, but not within a
// second, or an interval if that is shorter, of the one before, whose answer may
// be on its way. The following ones come at the tunnel's interval from then on.
// R10 holds for it as for any: with retries exhausted the line goes down by it.
// A disabled tunnel stays so. Any goroutine may call it. It fails for a place
// that does not exist.
func (e *Engine) ProbeNow(tunnel int) error { return e.order(tunnel, probeNow) }

func (e *Engine) order(tunnel int, what demand) error {
	if err := e.orders.add(tunnel, what); err != nil {
		return err
	}
	e.conn.Wake()
	return nil
}

// obey does what was ordered since the last turn, once all that has arrived is read: a
// tunnel that is disabled gives up what is in flight.
func (e *Engine) obey(now time.Duration) error {
	if !e.orders.waiting.Load() {
		return nil
	}
	if err := e.takeIn(now, true); err != nil {
		return err
	}
	for _, o := range e.orders.take() {
		switch o.what {
		case disable:
			e.stop(o.tunnel)
		case enable:
			e.resume(o.tunnel, now)
		case probeNow:
			e.hasten(o.tunnel, now)
		}
	}
	return nil
}

func (e *Engine) stop(i int32) {
	if !e.wheel.remove(i) {
		return // it is disabled
	}
	s := &e.members[i].session
	from, to := s.Stop(func(seq uint32) {
		e.events = append(e.events, Event{At: e.clock, Kind: Excused, Tunnel: i, Seq: seq, Counter: s.Counter()})
	})
	e.events = append(e.events, Event{At: e.clock, Kind: Line, Tunnel: i, From: from, To: to, Seq: s.Seq(), Counter: s.Counter()})
}

func (e *Engine) resume(i int32, now time.Duration) {
	s := &e.members[i].session
	from, to := s.Resume()
	if from == to {
		return // it is not disabled
	}
	e.wheel.add(i, now)
	e.events = append(e.events, Event{At: e.clock, Kind: Line, Tunnel: i, From: from, To: to, Seq: s.Seq(), Counter: s.Counter()})
}

// hastenBy is how long a keepalive is left alone before another is sent.
const hastenBy = time.Second

func (e *Engine) hasten(i int32, now time.Duration) {
	m := &e.members[i]
	soonest := now
	if m.session.Seq() > 0 {
		soonest = max(now, m.session.SentAt()+min(m.interval, hastenBy))
	}
	if soonest < e.wheel.due[i] && e.wheel.remove(i) {
		e.wheel.add(i, soonest)
	}
}
