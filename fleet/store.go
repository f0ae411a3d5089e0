// Package fleet keeps what is known of a fleet of tunnels and derives verdicts
// from it: a state with its reason for each tunnel, a path for each spoke.
//
// The engine writes facts into a [Store]; readers (terminal, JSON, metrics)
// pull a [Report] or the list of changes when they want one. No reader slows
// the engine: see [Store.Record].
package fleet

import (
	"slices"
	"sync"
	"time"

	"greylag/probe"
)

// queueLimit is how many events may wait for a reader to let go. It is reached
// only if readers are starved of processor time for many seconds; from then on
// Record waits, because memory has an end.
const queueLimit = 1 << 20

// Store is the fleet's facts and the verdicts on them. All its methods may be
// called from several goroutines at once.
type Store struct {
	start time.Time

	queue   queue // what Record could not apply at once
	sources sources
	readers subscribers

	mu        sync.Mutex // guards what follows; held for one short step at a time
	view                 // as the engine numbers the tunnels now
	routed    routed     // which spokes' routes point into a tunnel
	log       eventLog   // changes of state and path
	changed   changeLog  // rows that [Store.Changes] tells
	incidents incidents  // tunnels that went down together
	told      uint64     // the last change that subscribers were woken for
}

// NewStore returns the store of inv, whose enabled tunnels are pending since
// start. The inventory must not change afterwards. Event.Tunnel is a position
// in [Inventory.Enabled].
func NewStore(inv *Inventory, start time.Time) *Store {
	s := &Store{start: start, view: newView(inv, start)}
	s.changed = newChangeLog(len(s.rows) + len(s.view.spokes))
	s.incidents = newIncidents(s.rows, start)
	for i := range s.spokes {
		s.spokes[i].choice = s.choose(&s.spokes[i])
	}
	s.sources.view = s.view
	return s
}

// Inventory returns the fleet's declaration as it is now.
func (s *Store) Inventory() *Inventory { return s.sources.current().view.inv }

// Size returns how many tunnels and spokes the inventory has, the disabled ones too.
func (s *Store) Size() (tunnels, spokes int) {
	s.mu.Lock()
	defer s.release()
	return len(s.numbers), len(s.spokes)
}

// Enabled returns the tunnels that are to be probed, in the inventory's Order.
// The engine numbers tunnels by their position in this list.
func (inv *Inventory) Enabled() []*Tunnel {
	var list []*Tunnel
	for _, position := range inv.order() {
		list = append(list, &inv.Tunnels[position])
	}
	return list
}

// order returns the positions of the enabled tunnels by number.
func (inv *Inventory) order() []int32 {
	if inv.Order != nil {
		return inv.Order
	}
	var order []int32
	for i := range inv.Tunnels {
		if inv.Tunnels[i].Enabled {
			order = append(order, int32(i))
		}
	}
	return order
}

// numbersOf is the other direction of order: by position, -1 where disabled.
func numbersOf(order []int32, tunnels int) []int32 {
	numbers := slices.Repeat([]int32{-1}, tunnels)
	for number, position := range order {
		numbers[position] = int32(number)
	}
	return numbers
}

// Record adds facts in the order in which they happened. It implements
// [probe.Sink]. It never waits for a reader: while one holds the rows the
// events are queued, and whoever holds the rows next applies them. Events of
// tunnels that the store does not know are ignored.
func (s *Store) Record(events []probe.Event) {
	if s.mu.TryLock() {
		s.drain()
		s.applyAll(events)
		s.release()
		return
	}
	if s.queue.add(events) > queueLimit {
		s.mu.Lock()
		s.release()
		return
	}
	// The holder may have let go between the two, without seeing the queue.
	if s.mu.TryLock() {
		s.release()
	}
}

// Flush applies what has been recorded before the call, and finds the incidents
// that explain it. Readers of the store do so by themselves.
func (s *Store) Flush() {
	s.mu.Lock()
	defer s.release()
	s.drain()
	s.incidents.ponder()
}

// release ends a step on the rows: it applies what was queued meanwhile, wakes
// subscribers and unlocks. Nothing stays queued when nobody holds the lock.
func (s *Store) release() {
	for {
		s.drain()
		changed := s.told != s.log.last
		s.told = s.log.last
		s.mu.Unlock()
		if changed {
			s.readers.wake()
		}
		if s.queue.empty() || !s.mu.TryLock() {
			return
		}
	}
}

// drain applies the queue. The caller holds mu.
func (s *Store) drain() {
	for !s.queue.empty() {
		s.applyBlock()
	}
}

// applyBlock applies the queue's oldest block, if there is one. The caller holds mu.
func (s *Store) applyBlock() {
	if b := s.queue.take(); b != nil {
		s.applyAll(b.events[:b.n])
		s.queue.putBack(b)
	}
}
