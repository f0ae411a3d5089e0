package fleet

import "time"

// Reload is another inventory for a [Store].
type Reload struct {
	Inventory *Inventory // it must not change afterwards
	// From is by the numbers of its tunnels (their places in [Inventory.Enabled]) the
	// number until now of the one that goes on; -1: it begins anew. Those that go on
	// have the same name.
	From []int32
	// Switch has the engine number its tunnels anew. It calls switched between its last
	// event by the old numbers and the first one by the new ones. Where it returns an
	// error it has not, and nothing changes.
	Switch func(switched func(at time.Time)) error
	// Peers and Advice take the place of what [Store.SetPeers] and [Store.SetAdvice]
	// set; they are asked when Switch has returned.
	Peers  PeerSource
	Advice AdviceSource
}

// Reload puts another inventory in the place of the present one. Tunnels that go on
// keep all that is known of them; what changes otherwise, to pending, to disabled or
// to removed, is an event, and so is what becomes of the spokes by it. Readers who
// have begun with the fleet as it was end with it; the next [Store.Changes] are a
// whole report.
//
// The engine does not wait for the store meanwhile. Only one goroutine may reload.
func (s *Store) Reload(r Reload) error {
	p := s.prepare(&r)
	s.mu.Lock()
	defer s.release()
	s.drain()
	var blocks int // of events by the old numbers
	var at time.Time
	if err := r.Switch(func(now time.Time) { blocks, at = s.queue.seal(), now }); err != nil {
		return err
	}
	for range blocks {
		s.applyBlock()
	}
	s.incidents.ponder()
	s.turnOver(p, at)
	s.sources.replace(&r, s.view, at)
	s.drain()
	return nil
}

// succession is what a reload comes to, as far as it can be found out beforehand.
type succession struct {
	view    view
	was     view
	from    []int32
	falls   []fall
	commons commons
	others  []other // tunnels of the present inventory that do not go on
	named   []int32 // by number until now: that of the tunnel of the same name, -1: none
	spokes  []int32 // by place: that until now of the spoke of the same name, -1: none
	gone    []int32 // places of spokes that are no more
}

// other is a tunnel that does not go on as it was: its position, and the position of
// the one of the same name, -1: none.
type other struct{ old, next int32 }

// prepare does what can be done while the present inventory is still at work.
func (s *Store) prepare(r *Reload) *succession {
	p := &succession{view: newView(r.Inventory, time.Time{}), was: s.sources.current().view, from: r.From}
	p.falls, p.commons = make([]fall, len(p.view.rows)), commonsOf(p.view.rows)
	p.compareTunnels()
	p.compareSpokes()
	return p
}

func (p *succession) compareTunnels() {
	goesOn := make([]bool, len(p.was.rows))
	for _, old := range p.from {
		if old >= 0 {
			goesOn[old] = true
		}
	}
	places := make(map[string]int32, len(p.view.numbers))
	for i := range p.view.inv.Tunnels {
		places[p.view.inv.Tunnels[i].Name] = int32(i)
	}
	p.named = make([]int32, len(p.was.rows))
	for i, number := range p.was.numbers {
		next, known := places[p.was.inv.Tunnels[i].Name]
		if !known {
			next = -1
		}
		if number >= 0 {
			p.named[number] = p.view.numberAt(next)
		}
		if number < 0 || !goesOn[number] {
			p.others = append(p.others, other{int32(i), next})
		}
	}
}

func (p *succession) compareSpokes() {
	places := make(map[string]int32, len(p.was.spokes))
	for i := range p.was.spokes {
		places[p.was.inv.Spokes[i].Name] = int32(i)
	}
	p.spokes = make([]int32, len(p.view.spokes))
	for i := range p.spokes {
		name := p.view.inv.Spokes[i].Name
		p.spokes[i] = -1
		if old, known := places[name]; known {
			p.spokes[i] = old
			delete(places, name)
		}
	}
	for i := range p.was.spokes {
		if _, left := places[p.was.inv.Spokes[i].Name]; left {
			p.gone = append(p.gone, int32(i))
		}
	}
}

// turnOver puts the prepared view in the place of the present one. The caller holds
// mu.
func (s *Store) turnOver(p *succession, at time.Time) {
	leaving := s.leave(p, at)
	s.goOn(p, at)
	s.incidents.renumber(p)
	s.view, s.routed = p.view, routed{}
	s.changed = newChangeLog(len(s.rows) + len(s.spokes))
	for _, e := range leaving {
		s.log.add(e)
	}
	s.rejudge(p, at)
	s.turnOverSpokes(p, at)
}

// leave takes those that do not go on out of the incidents, and returns what is to
// be told of them.
func (s *Store) leave(p *succession, at time.Time) (told []Event) {
	for _, o := range p.others {
		from, number := Disabled, s.numbers[o.old]
		e := Event{Time: at, Tunnel: s.inv.Tunnels[o.old].Name}
		if number >= 0 {
			r := &s.rows[number]
			from, e.Counter = r.state(), r.counter
			s.incidents.drop(r, at)
		}
		if e.From, e.To = from, p.view.beginsAs(o.next); e.From != e.To {
			e.Detail = whyOther[e.To]
			told = append(told, e)
		}
	}
	return told
}

// whyOther says of a tunnel that does not go on why it is in that state.
var whyOther = map[State]string{
	Removed:  "the inventory does not have it any more",
	Disabled: "its inventory says enabled = false",
	Pending:  "its declaration has changed: it begins anew",
}

// beginsAs is the state in which the tunnel at that position begins; -1 has none.
func (v *view) beginsAs(position int32) State {
	switch {
	case position < 0:
		return Removed
	case v.numbers[position] < 0:
		return Disabled
	}
	return Pending
}

// numberAt is the number of the tunnel at that position, -1 where there is none.
func (v *view) numberAt(position int32) int32 {
	if position < 0 {
		return -1
	}
	return v.numbers[position]
}

// goOn hands the facts over to the tunnels that go on, and tells since when the
// others are what they are.
func (s *Store) goOn(p *succession, at time.Time) {
	v := &p.view
	v.begun = at
	age := uint32(max(at.Sub(s.start), 0) / time.Second)
	for i, old := range p.from {
		r := &v.rows[i]
		if old >= 0 {
			r.goOn(&s.rows[old])
		} else {
			r.since, r.begun = at, age
		}
	}
	for _, o := range p.others {
		if s.numbers[o.old] < 0 && o.next >= 0 && v.numbers[o.next] < 0 {
			if v.disabled == nil {
				v.disabled = map[int32]time.Time{}
			}
			v.disabled[o.next] = s.reportDisabled(int(o.old), at).Since
		}
	}
}

// goOn takes over the facts of the row of the same tunnel.
func (r *row) goOn(old *row) {
	declared := *r
	*r = *old
	r.tunnel, r.spoke, r.number = declared.tunnel, declared.spoke, declared.number
	r.loss = declared.loss
}

// rejudge holds tunnels that go on against their limits, where these are others.
func (s *Store) rejudge(p *succession, at time.Time) {
	for i, old := range p.from {
		if old < 0 || sameLimits(&p.was.rows[old], &s.rows[i]) {
			continue
		}
		r := &s.rows[i]
		from := r.state()
		r.lossy, r.slow = false, false
		r.judge()
		if r.state() != from {
			s.change(r, from, at)
		}
	}
}
