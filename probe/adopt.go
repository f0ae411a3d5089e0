package probe

import (
	"fmt"
	"time"

	"greylag/probe/session"
)

// adopt puts a draft to work at now: the tunnels that go on are taken over as they
// are, the others begin. The loop does it, and sends nothing meanwhile: what it
// costs are copies. Where it fails nothing has changed.
func (e *Engine) adopt(p *Draft, now time.Duration) error {
	if err := e.findWays(p); err != nil {
		return err
	}
	e.repace(p, now)
	if e.wheel != nil {
		p.wheel.grain = e.wheel.grain
	}
	for i, old := range p.from {
		if old == none {
			e.begin(p, int32(i), now)
		} else {
			e.takeOver(p, int32(i), old)
		}
	}
	e.wants = renumbered(e.wants, p.to)
	e.orders.renumber(p.to, len(p.tunnels))
	e.lineup, e.before, e.adopted = p.lineup, p.to, now
	e.epoch++
	return nil
}

// findWays finds the ways out of those that begin.
func (e *Engine) findWays(p *Draft) error {
	for i, old := range p.from {
		if old != none {
			continue
		}
		t := &p.tunnels[i]
		way, err := e.ways.of(e.conn, t)
		if err == nil {
			p.members[i].egress = int32(way)
			if !t.Echo { // which is probed by what would be asked
				way, err = e.ways.ofEcho(e.conn, t)
			}
			p.queries[i] = newInquiry(way)
		}
		if err != nil {
			return fmt.Errorf("tunnel %s: %w", t.Name, err)
		}
	}
	return nil
}

// takeOver has the tunnel of the number old go on as i.
func (e *Engine) takeOver(p *Draft, i, old int32) {
	m := &p.members[i]
	*m = e.members[old]
	m.session.Move(p.rings[i])
	p.queries[i] = e.queries[old]
	if m.session.State() != session.Disabled {
		p.wheel.add(i, e.wheel.due[old])
	}
}

// begin schedules the first keepalive of tunnel i: early, in the first contact. Its
// place in the interval is where it would have been from the start.
func (e *Engine) begin(p *Draft, i int32, now time.Duration) {
	m := &p.members[i]
	wait := (p.phase[i] - now) % m.interval
	if wait < 0 {
		wait += m.interval
	}
	m.phase = now + wait
	p.wheel.add(i, now+firstSend(wait, m.interval, p.sweep))
}

// repace sets the pace for the draft's tunnels, and how long the first contact with
// those that begin takes.
func (e *Engine) repace(p *Draft, now time.Duration) {
	n, others := p.fresh()
	p.sweep = sweep(n, p.maxRate, others)
	steady, first := p.rates(p.sweep)
	if e.epoch == 0 {
		e.pace = newPace(steady, first, p.maxRate)
	} else {
		e.pace.change(steady, first, p.maxRate, now < e.sweep)
	}
	e.sweep = max(e.sweep, now+p.sweep)
}

// renumbered returns the numbers from now on, without those that are gone.
func renumbered(list, to []int32) []int32 {
	kept := list[:0]
	for _, i := range list {
		if to[i] != none {
			kept = append(kept, to[i])
		}
	}
	return kept
}
