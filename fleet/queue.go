package fleet

import (
	"sync"
	"sync/atomic"

	"greylag/probe"
)

// queue holds recorded events while the rows are locked. Its own lock is held
// only to append or to swap buffers.
type queue struct {
	length atomic.Int64 // of events, so that looking costs no lock
	mu     sync.Mutex
	events []probe.Event
}

// add appends a copy of events and returns how many are queued.
func (q *queue) add(events []probe.Event) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.events = append(q.events, events...)
	q.length.Store(int64(len(q.events)))
	return len(q.events)
}

// swap takes everything and leaves the buffer of spare instead.
func (q *queue) swap(spare []probe.Event) []probe.Event {
	q.mu.Lock()
	defer q.mu.Unlock()
	taken := q.events
	q.events = spare[:0]
	q.length.Store(0)
	return taken
}

func (q *queue) empty() bool { return q.length.Load() == 0 }
