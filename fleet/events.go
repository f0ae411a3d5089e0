package fleet

import "sync"

// Changes are kept in blocks that are made when they are reached, so that a
// small, quiet fleet pays for one block and the writer never moves old ones.
const (
	blockEvents = 1 << 10
	logBlocks   = 1 << 6
	logEvents   = blockEvents * logBlocks // 65,536 changes are kept
)

// readEvents is how many changes a reader copies while it holds the rows.
const readEvents = 64

// eventLog is the ring of the newest changes.
type eventLog struct {
	last   uint64 // number of the newest, 0: none
	blocks [logBlocks]*[blockEvents]packed
}

// add numbers and keeps a change.
func (l *eventLog) add(e Event) {
	l.last++
	block := &l.blocks[(l.last/blockEvents)%logBlocks]
	if *block == nil {
		*block = new([blockEvents]packed)
	}
	(*block)[l.last%blockEvents] = pack(&e)
}

// after appends at most limit changes that came after number, and tells how
// many of those were overwritten.
func (l *eventLog) after(list []Event, number uint64, limit int) ([]Event, uint64) {
	var gone uint64
	if number < l.last && l.last-number > logEvents {
		gone = l.last - number - logEvents
		number += gone
	}
	for ; number < l.last && limit > 0; limit-- {
		number++
		list = append(list, l.blocks[(number/blockEvents)%logBlocks][number%blockEvents].unpack(number))
	}
	return list, gone
}

// EventsSince returns the changes after the one of that number, oldest first;
// 0 asks for all. Only the newest 65,536 are kept (at most 8 MB, and the texts of what went wrong): missed is how
// many of those asked for are gone. Numbers in events have no gap.
func (s *Store) EventsSince(number uint64) (events []Event, missed uint64) {
	chunk := make([]Event, 0, s.pendingEvents(number))
	for {
		var gone uint64
		chunk, gone = s.NextEvents(number, chunk[:0])
		if gone > 0 { // overwritten meanwhile, too: keep what is unbroken
			missed += gone + uint64(len(events))
			events = events[:0]
		}
		if len(chunk) == 0 {
			return events, missed
		}
		events = append(events, chunk...)
		number = chunk[len(chunk)-1].Number
	}
}

// NextEvents is [Store.EventsSince] for who takes them a few at a time, and needs
// no memory for all: it appends at most 64 to into, and none where there are none.
func (s *Store) NextEvents(number uint64, into []Event) (events []Event, missed uint64) {
	s.mu.Lock()
	defer s.release()
	s.drain()
	return s.log.after(into, number, readEvents)
}

// LastEvent returns the number of the newest change, 0 where there is none.
func (s *Store) LastEvent() uint64 {
	s.mu.Lock()
	defer s.release()
	s.drain()
	return s.log.last
}

// Tell adds a change of a part of greylag itself: e has a Service, and gets its
// Number here. Readers get it as they get the others.
func (s *Store) Tell(e Event) {
	s.mu.Lock()
	defer s.release()
	s.drain()
	s.log.add(e)
}

// pendingEvents is how many changes there are after the one of that number, but no
// more than are copied at once.
func (s *Store) pendingEvents(number uint64) uint64 {
	s.mu.Lock()
	defer s.release()
	s.drain()
	return min(s.log.last-min(number, s.log.last), readEvents)
}

// Subscribe returns a channel on which something can be read when there are
// changes that [Store.EventsSince] has not returned yet. Each subscriber has a
// channel of its own; several changes may make one wake-up. After cancel no
// more come, and the channel is left open.
func (s *Store) Subscribe() (changed <-chan struct{}, cancel func()) {
	c := make(chan struct{}, 1)
	s.readers.add(c)
	return c, func() { s.readers.remove(c) }
}

// subscribers are the channels to wake.
type subscribers struct {
	mu   sync.Mutex // held only to copy or change the list
	list []chan struct{}
}

func (s *subscribers) add(c chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, c)
}

func (s *subscribers) remove(c chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, have := range s.list {
		if have == c {
			s.list = append(s.list[:i], s.list[i+1:]...)
			return
		}
	}
}

// wake tells every subscriber without waiting for any.
func (s *subscribers) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.list {
		select {
		case c <- struct{}{}:
		default: // it has not taken the last one yet
		}
	}
}
