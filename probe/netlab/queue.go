//go:build linux

package netlab

import (
	"container/heap"
	"sync"
	"time"
)

// queue holds packets until they are due.
type queue struct {
	mu    sync.Mutex
	due   dueHeap
	added uint64
	wake  chan struct{} // holds one where something was added
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

// add takes a packet, which it keeps, to be sent at the given time.
func (q *queue) add(at time.Time, packet []byte) {
	q.mu.Lock()
	q.added++
	heap.Push(&q.due, duePacket{at, q.added, packet})
	q.mu.Unlock()
}

// rouse makes the sender look at the queue.
func (q *queue) rouse() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// take appends up to limit packets that are due at now to batch, in their order.
// If none is left that is due, wait is the time until the next will be, or
// negative where the queue is empty.
func (q *queue) take(batch [][]byte, limit int, now time.Time) (_ [][]byte, wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for ; len(q.due) > 0; limit-- {
		wait = q.due[0].at.Sub(now)
		if wait > 0 || limit == 0 {
			return batch, max(wait, 0)
		}
		batch = append(batch, heap.Pop(&q.due).(duePacket).packet)
	}
	return batch, -1
}

type duePacket struct {
	at     time.Time
	number uint64 // keeps the order of what is due at once
	packet []byte
}

// dueHeap is a container/heap of packets, the earliest first.
type dueHeap []duePacket

func (h dueHeap) Len() int      { return len(h) }
func (h dueHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h dueHeap) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].number < h[j].number
	}
	return h[i].at.Before(h[j].at)
}
func (h *dueHeap) Push(x any) { *h = append(*h, x.(duePacket)) }
func (h *dueHeap) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	(*h)[last] = duePacket{}
	*h = (*h)[:last]
	return x
}
