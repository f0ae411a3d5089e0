package fleet

import (
	"sync"
	"sync/atomic"

	"greylag/probe"
)

const (
	blockFacts  = 340 // events in a block: 24 KiB
	spareBlocks = 4   // that are kept for reuse
)

// queue holds recorded events while the rows are locked. Its own lock is held only to
// append or to take a block. It is in blocks, so that it grows by what it holds and
// leaves as much behind, however long the rows are locked.
type queue struct {
	length atomic.Int64 // of events, so that looking costs no lock

	mu          sync.Mutex
	first, last *factBlock // oldest first; nil: none
	sealed      bool       // nothing is added to the last one any more
	spare       *factBlock
	spares      int
}

// factBlock is some events, in order.
type factBlock struct {
	next   *factBlock
	n      int // are in use
	events [blockFacts]probe.Event
}

// add appends a copy of events and returns how many are queued.
func (q *queue) add(events []probe.Event) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := q.length.Add(int64(len(events)))
	for len(events) > 0 {
		b := q.open()
		n := copy(b.events[b.n:], events)
		b.n += n
		events = events[n:]
	}
	return int(all)
}

// open returns the block to append to. The caller holds mu.
func (q *queue) open() *factBlock {
	if q.last != nil && !q.sealed && q.last.n < blockFacts {
		return q.last
	}
	b := q.fresh()
	if q.last == nil {
		q.first = b
	} else {
		q.last.next = b
	}
	q.last, q.sealed = b, false
	return b
}

// fresh returns an empty block. The caller holds mu.
func (q *queue) fresh() *factBlock {
	b := q.spare
	if b == nil {
		return new(factBlock)
	}
	q.spare, b.next = b.next, nil
	q.spares--
	return b
}

// seal ends the last block, and returns how many there are: what is added from now on
// is in blocks of its own.
func (q *queue) seal() (blocks int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sealed = true
	for b := q.first; b != nil; b = b.next {
		blocks++
	}
	return blocks
}

// take takes the oldest block, nil where there is none.
func (q *queue) take() *factBlock {
	q.mu.Lock()
	defer q.mu.Unlock()
	b := q.first
	if b == nil {
		return nil
	}
	if q.first = b.next; q.first == nil {
		q.last = nil
	}
	q.length.Add(-int64(b.n))
	return b
}

// putBack gives a block back that was taken, and is not needed any more.
func (q *queue) putBack(b *factBlock) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.spares >= spareBlocks {
		return
	}
	b.n, b.next = 0, q.spare
	q.spare = b
	q.spares++
}

func (q *queue) empty() bool { return q.length.Load() == 0 }
