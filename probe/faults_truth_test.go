package probe_test

import (
	"fmt"
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

// truth is what really became of one tunnel's keepalives, and what R8–R11 make of
// it: a list, a counter and a state, worked out from what crossed the network's
// edge. It shares nothing with package session but the names of the states.
type truth struct {
	probe.Tunnel
	window int

	sends   []sending
	byBytes map[string]int // place in sends by what an answer is known by
	counter int
	mercy   int // how many steps an excuse may still take off the counter
	from    int // place from which answers help a line up that is down
	state   session.State
	lines   []lineChange // expected, not yet told by the engine
	history []lineChange // all that were expected

	received, late, excused, unsent int
	downs                           int
}

// sending is one keepalive.
type sending struct {
	at   time.Time
	fate probe.EventKind // Sent: unanswered so far
}

// lineChange is a change of the line as it must be told.
type lineChange struct {
	at       time.Time
	seq      int
	from, to session.State
	counter  int
}

func newTruth(t probe.Tunnel) *truth {
	window := 4 // the newest that an answer is awaited for: a power of two over retries
	for window <= t.Retries {
		window *= 2
	}
	return &truth{Tunnel: t, window: window, byBytes: map[string]int{}, mercy: window, state: session.Pending}
}

func (r *truth) enter(to session.State, at time.Time, place, counter int) {
	if r.state == to {
		return
	}
	change := lineChange{at, place + 1, r.state, to, counter}
	r.lines, r.history = append(r.lines, change), append(r.history, change)
	r.state = to
	if to == session.Down {
		r.downs++
	}
}

// stateAt returns the state of the line at a time.
func (r *truth) stateAt(at time.Time) session.State {
	state := session.Pending
	for _, c := range r.history {
		if !c.at.After(at) {
			state = c.to
		}
	}
	return state
}

// due: R10, then R9.
func (r *truth) due(at time.Time, known string) {
	if r.counter >= r.Retries {
		r.from = max(r.from, len(r.sends)-r.counter)
		r.enter(session.Down, at, len(r.sends), r.counter)
	}
	r.counter++
	r.byBytes[known] = len(r.sends)
	r.sends = append(r.sends, sending{at: at, fate: probe.Sent})
}

// refused: the keepalive just due did not leave this host.
func (r *truth) refused() {
	r.sends[len(r.sends)-1].fate = probe.Unsent
	r.unsent++
}

func (r *truth) age(place int) int { return len(r.sends) - 1 - place }

// answer: R9 and R11. known is what the packet is known by; it is no answer where
// nothing of the newest 256 fits.
func (r *truth) answer(at time.Time, known string) {
	place, ok := r.byBytes[known]
	if r.MatchAddress && !r.Signed {
		place, ok = r.newest()
	}
	if !ok || r.age(place) >= 256 {
		return
	}
	k := &r.sends[place]
	switch k.fate {
	case probe.Unsent, probe.Answered, probe.Late:
		return
	case probe.Excused:
		r.excused--
	}
	if r.age(place) >= r.window {
		k.fate = probe.Late
		r.late++
		r.from = max(r.from, place+1)
		return
	}
	k.fate = probe.Answered
	r.received++
	r.counter, r.mercy = 0, r.window
	if r.state != session.Down || r.UpAfter == 1 || r.row(place) >= r.UpAfter {
		r.enter(session.Up, at, place, 0)
	}
}

// newest is the newest keepalive that an answer is awaited for.
func (r *truth) newest() (place int, ok bool) {
	for place := len(r.sends) - 1; place >= 0 && r.age(place) < r.window; place-- {
		if f := r.sends[place].fate; f == probe.Sent || f == probe.Excused {
			return place, true
		}
	}
	return 0, false
}

// row is how many keepalives that stand next to each other were answered in time,
// the one at place among them.
func (r *truth) row(place int) int {
	first, last := place, place
	for first-1 >= r.from && r.sends[first-1].fate == probe.Answered {
		first--
	}
	for last+1 < len(r.sends) && r.sends[last+1].fate == probe.Answered {
		last++
	}
	if place < r.from {
		return 0
	}
	return last - first + 1
}

// excuse: the engine says that this host lost the answer, if there was one.
func (r *truth) excuse(seq uint32) error {
	place := int(seq) - 1
	if place < 0 || place >= len(r.sends) || r.sends[place].fate != probe.Sent || r.age(place) >= r.window {
		return fmt.Errorf("keepalive %d is excused, and is not in flight", seq)
	}
	r.sends[place].fate = probe.Excused
	r.excused++
	if r.age(place) < r.counter && r.mercy > 0 {
		r.mercy--
		r.counter--
	}
	return nil
}

// unanswered counts the keepalives that are lost for good, and those in flight.
func (r *truth) unanswered() (lost, inFlight int) {
	for place := range r.sends {
		switch {
		case r.sends[place].fate != probe.Sent:
		case r.age(place) < r.window:
			inFlight++
		default:
			lost++
		}
	}
	return lost, inFlight
}

// longestSilence is how many keepalives in a row had no answer in time at most.
func (r *truth) longestSilence() (longest int) {
	run := 0
	for _, k := range r.sends {
		if run++; k.fate == probe.Answered {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}
