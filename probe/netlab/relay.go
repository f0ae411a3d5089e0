//go:build linux

package netlab

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"
)

const (
	// signalGrace is how long the re-executed program has to end by itself after
	// a signal that may have reached it too.
	signalGrace = 250 * time.Millisecond
	// killGrace is how long it has to end after the end of the context.
	killGrace = 5 * time.Second
)

// notify directs the signals to be passed on to c. What is ignored (nohup)
// stays ignored.
func notify(c chan<- os.Signal) {
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(c, s)
		}
	}
}

// relay passes signals on to a process until it ends.
type relay struct {
	signals <-chan os.Signal
	send    func(os.Signal) error
	done    <-chan error // the process's end

	pending []os.Signal // only accessed by run
}

// run returns what done yields.
func (r *relay) run(ctx context.Context) error {
	var flush, kill <-chan time.Time
	cancelled := ctx.Done()
	for {
		select {
		case err := <-r.done:
			return err
		case s := <-r.signals:
			r.add(s)
		case <-cancelled:
			cancelled, kill = nil, time.After(signalGrace+killGrace)
		case <-flush:
			flush = nil
			r.flush()
			continue
		case <-kill:
			_ = r.send(syscall.SIGKILL) // it can only have ended already
			continue
		}
		if flush == nil {
			flush = time.After(signalGrace)
		}
	}
}

func (r *relay) add(s os.Signal) {
	if !slices.Contains(r.pending, s) {
		r.pending = append(r.pending, s)
	}
}

// flush sends what is pending. A context that ended alone is a SIGTERM; with a
// signal it is the caller's way of seeing the same signal.
func (r *relay) flush() {
	if len(r.pending) == 0 {
		r.add(syscall.SIGTERM)
	}
	for _, s := range r.pending {
		_ = r.send(s) // it can only have ended already
	}
	r.pending = r.pending[:0]
}
