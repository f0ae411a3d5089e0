package hook

import "sync"

// queue holds messages for one worker, at most limit of them.
type queue struct {
	limit int

	mu     sync.Mutex // held for one step
	list   []message
	closed bool
	wake   chan struct{} // can be read from when there is something, or it is closed
}

func newQueue(limit int) *queue { return &queue{limit: limit, wake: make(chan struct{}, 1)} }

// add appends m. It returns how many were dropped to make room: the oldest.
func (q *queue) add(m message) (dropped int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) == q.limit {
		q.list[0], q.list = message{}, q.list[1:]
		dropped = 1
	}
	q.list = append(q.list, m)
	q.signal()
	return dropped
}

// take takes the oldest; more is false where none will ever come.
func (q *queue) take() (m message, ok, more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) == 0 {
		return message{}, false, !q.closed
	}
	m = q.list[0]
	q.list[0], q.list = message{}, q.list[1:]
	return m, true, true
}

// close says that nothing more comes.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.signal()
}

func (q *queue) length() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.list)
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}
