package hook

import (
	"strconv"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// gatherFor is how long an incident goes on at least before it is told: the first
// tunnels of a hundred would be told as an incident of three.
const gatherFor = 2 * time.Second

// incidentWatch finds out which incidents one hook is to be told of: when one has gone
// on for min_down, and when that is over. Time is an argument.
type incidentWatch struct {
	hook   *fleet.Hook
	member func(name string) bool     // nil: every one is meant
	open   map[uint64]*fleet.Incident // those that were not told yet, as they are
	told   map[uint64]bool            // those that were, and go on
}

func newIncidentWatch(w *watch) *incidentWatch {
	return &incidentWatch{hook: w.hook, member: w.matches, open: make(map[uint64]*fleet.Incident), told: make(map[uint64]bool)}
}

// changed takes in an incident as it is now and appends what is to be told at once.
func (w *incidentWatch) changed(i *fleet.Incident, into []message) []message {
	over := !i.End.IsZero()
	switch {
	case w.told[i.Number]:
		if over {
			delete(w.told, i.Number)
			into = append(into, incidentMessage(i))
		}
	case over:
		delete(w.open, i.Number)
	case w.concerns(i):
		w.open[i.Number] = i
	}
	return into
}

// concerns tells whether the hook is about one of the members.
func (w *incidentWatch) concerns(i *fleet.Incident) bool {
	if w.member == nil {
		return true
	}
	for _, name := range i.Members {
		if w.member(name) {
			return true
		}
	}
	return false
}

// advance appends those that have gone on long enough by now.
func (w *incidentWatch) advance(now time.Time, into []message) []message {
	for number, i := range w.open {
		if !w.due(i).After(now) {
			delete(w.open, number)
			w.told[number] = true
			into = append(into, incidentMessage(i))
		}
	}
	return into
}

func (w *incidentWatch) due(i *fleet.Incident) time.Time {
	return i.Start.Add(max(w.hook.MinDown, gatherFor))
}

// next is when there is something to advance; zero: never.
func (w *incidentWatch) next() (next time.Time) {
	for _, i := range w.open {
		next = earlier(next, w.due(i))
	}
	return next
}

func incidentMessage(i *fleet.Incident) message {
	return message{fleet.OnIncident, strconv.FormatUint(i.Number, 10), stream.AppendIncident(nil, i)}
}

// earlier is the earlier of two times, of which a zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
