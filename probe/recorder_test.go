package probe_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

// recorder is a Sink that keeps every event.
type recorder struct {
	changed chan struct{} // holds one where something was added

	mu     sync.Mutex
	events []probe.Event
}

func newRecorder() *recorder { return &recorder{changed: make(chan struct{}, 1)} }

func (r *recorder) Record(events []probe.Event) {
	r.mu.Lock()
	r.events = append(r.events, events...)
	r.mu.Unlock()
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// all returns the events so far. They must not be changed.
func (r *recorder) all() history {
	r.mu.Lock()
	defer r.mu.Unlock()
	return history(r.events[:len(r.events):len(r.events)])
}

// await waits until the events fulfil ok, and fails the test if they do not
// within patience.
func (r *recorder) await(t *testing.T, patience time.Duration, what string, ok func(history) bool) {
	t.Helper()
	timeout := time.After(patience)
	for !ok(r.all()) {
		select {
		case <-r.changed:
		case <-timeout:
			t.Fatalf("after %v: not %s; the last events:\n%s", patience, what, r.all().tail(30))
		}
	}
}

// history is a sequence of events.
type history []probe.Event

func (h history) where(keep func(probe.Event) bool) (kept history) {
	for _, e := range h {
		if keep(e) {
			kept = append(kept, e)
		}
	}
	return kept
}

// of returns the events of one tunnel.
func (h history) of(tunnel int) history {
	return h.where(func(e probe.Event) bool { return e.Tunnel == int32(tunnel) })
}

// kind returns the events of these kinds.
func (h history) kind(kinds ...probe.EventKind) history {
	return h.where(func(e probe.Event) bool { return slices.Contains(kinds, e.Kind) })
}

// protocol returns the events of the state machine, without those that explain.
func (h history) protocol() history {
	return h.where(func(e probe.Event) bool {
		return !slices.Contains([]probe.EventKind{probe.Refused, probe.Asked, probe.Replied, probe.Altered}, e.Kind)
	})
}

// line returns the state in which the events leave one tunnel.
func (h history) line(tunnel int) session.State {
	for _, e := range slices.Backward(h) {
		if e.Kind == probe.Line && e.Tunnel == int32(tunnel) {
			return e.To
		}
	}
	return session.Pending
}

// inState returns a condition: the tunnels are all in that state.
func inState(s session.State, tunnels ...int) func(history) bool {
	return func(h history) bool {
		return !slices.ContainsFunc(tunnels, func(i int) bool { return h.line(i) != s })
	}
}

// atLeast returns a condition: n events of the kind of each tunnel, after the
// first skip events.
func atLeast(n int, kind probe.EventKind, skip int, tunnels ...int) func(history) bool {
	return func(h history) bool {
		count := map[int32]int{}
		for _, e := range h[skip:] {
			if e.Kind == kind {
				count[e.Tunnel]++
			}
		}
		return !slices.ContainsFunc(tunnels, func(i int) bool { return count[int32(i)] < n })
	}
}
