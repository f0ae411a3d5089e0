// Package awake tells tests how long the machine let them run. What greylag does within
// a time it does within a time that it is given the processor: a bound on that is a bound
// on greylag, and not on who else is on the machine.
package awake

import (
	"sync"
	"syscall"
	"testing"
	"time"
)

// beat is how often a clock looks, and slack how much later than that is of no account.
const beat, slack = 5 * time.Millisecond, 5 * time.Millisecond

// Clock knows when the machine kept this process from running: it was not there though
// it wanted to be, and the process used no processor in its place.
type Clock struct {
	mu     sync.Mutex
	looked time.Time // when it looked last
	gaps   []gap     // in order
}

// gap is a time of which so much was taken from the process.
type gap struct {
	from, to time.Time
	stolen   time.Duration
}

// Start begins to look, until the test ends.
func Start(t testing.TB) *Clock {
	t.Helper()
	c := &Clock{looked: time.Now()}
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		c.run(over)
	}()
	t.Cleanup(func() {
		close(over)
		<-ended
	})
	return c
}

func (c *Clock) run(over chan struct{}) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	used := processor()
	for {
		select {
		case <-over:
			return
		case <-tick.C:
		}
		now, uses := time.Now(), processor()
		c.look(now, uses-used)
		used = uses
	}
}

// look takes note of the time since it looked last, in which the process has used so
// much processor.
func (c *Clock) look(now time.Time, used time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if stolen := now.Sub(c.looked) - beat - used; stolen > slack {
		c.gaps = append(c.gaps, gap{c.looked, now, stolen})
	}
	c.looked = now
}

// Stolen is how much of the time between two moments the machine took from the process.
// Of a time that has just ended it waits until it knows.
func (c *Clock) Stolen(from, to time.Time) (sum time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.looked.Before(to) && !to.After(time.Now()) {
		c.mu.Unlock()
		time.Sleep(time.Millisecond)
		c.mu.Lock()
	}
	for _, g := range c.gaps {
		begin, end := g.from, g.to
		if begin.Before(from) {
			begin = from
		}
		if end.After(to) {
			end = to
		}
		sum += max(0, min(g.stolen, end.Sub(begin)))
	}
	return sum
}

// Between is the time between two moments less what was stolen of it.
func (c *Clock) Between(from, to time.Time) time.Duration {
	return to.Sub(from) - c.Stolen(from, to)
}

// processor is how much the process has used.
func processor() time.Duration {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r) // never fails for the process itself
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
