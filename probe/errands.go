package probe

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// ErrEnded: the loop that was asked for something has ended, or ends.
var ErrEnded = errors.New("probing has ended")

// errands are what other goroutines have a loop do between two of its turns.
type errands struct {
	asking  sync.Mutex // held by who asks, until it is done: one at a time
	waiting atomic.Pointer[errand]
	ended   chan struct{} // closed as the loop ends
}

type errand struct {
	do   func() error
	done chan error // what came of it
}

func newErrands() errands { return errands{ended: make(chan struct{})} }

// ask has the loop do something, wakes it, and returns what came of it. Where ctx or
// the loop ends first it is not done, and will not be. The caller holds asking.
func (q *errands) ask(ctx context.Context, wake func(), do func() error) error {
	e := &errand{do, make(chan error, 1)}
	q.waiting.Store(e)
	wake()
	var why error
	select {
	case err := <-e.done:
		return err
	case <-ctx.Done():
		why = context.Cause(ctx)
	case <-q.ended:
		why = ErrEnded
	}
	if q.waiting.CompareAndSwap(e, nil) {
		return why
	}
	return <-e.done // it had begun
}

// run does what waits. The loop calls it before each turn.
func (q *errands) run() {
	if q.waiting.Load() == nil { // as nearly always
		return
	}
	if e := q.waiting.Swap(nil); e != nil {
		e.done <- e.do()
	}
}

func (q *errands) end() { close(q.ended) }
