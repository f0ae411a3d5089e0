package hook

import (
	"fmt"
	"sync"
	"time"

	"greylag/fleet"
)

// The words of a hook's health.
const (
	working  = "working"
	failing  = "failing"
	dropping = "dropping"
)

// health says when a hook begins to fail, and when it works again.
type health struct {
	name string
	most int // messages that may wait
	tell func(fleet.Event)

	mu      sync.Mutex
	is      string
	lost    uint64 // since then: failed, or dropped
	waiting func() int
}

// failed counts what could not be told, and says so of the first.
func (h *health) failed(now time.Time, m message, err error) {
	h.count(now, 1, failing, fmt.Sprintf("%s was not told of %s: %v", h.name, m.what(), err))
}

// dropped counts what was dropped from the queue, and says so of the first.
func (h *health) dropped(now time.Time, n int) {
	h.count(now, n, dropping, fmt.Sprintf("%s is too slow, %d events wait: the oldest are dropped", h.name, h.most))
}

func (h *health) count(now time.Time, n int, is, detail string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lost += uint64(n)
	if h.is == working {
		h.become(now, is, detail)
	}
}

// delivered says that the hook works again, if it did not; one that dropped events
// does so when none waits any more.
func (h *health) delivered(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.is == working || h.is == dropping && h.waiting() > 0 {
		return
	}
	h.become(now, working, fmt.Sprintf("%s works again; not told meanwhile: %d", h.name, h.lost))
	h.lost = 0
}

func (h *health) become(now time.Time, is, detail string) {
	h.tell(fleet.Event{Time: now, Service: "hook", Was: h.is, Is: is, Trouble: is != working, Detail: detail})
	h.is = is
}

// what a message is about, for people.
func (m *message) what() string {
	if m.on == fleet.OnIncident {
		return "incident " + m.subject
	}
	return string(m.on) + " of " + m.subject
}
