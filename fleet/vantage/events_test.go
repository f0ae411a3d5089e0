package vantage

import (
	"testing"

	"greylag/fleet"
	"greylag/fleet/replica"
)

// Events are those of all sources, each with its host, in the order in which they came.
func TestEvents(t *testing.T) {
	one, two := newHost("jump1"), newHost("jump2")
	s := setOf(one, two)
	one.tells(0, "a=up")
	two.tells(0, "a=up")
	s.Points(at(0))
	two.changes(1, "a", fleet.Up, fleet.Down)
	s.Points(at(1))
	one.changes(2, "a", fleet.Up, fleet.Down)
	two.changes(3, "a", fleet.Down, fleet.Up)
	one.changes(3, "a", fleet.Down, fleet.Up)
	s.Points(at(3))
	expect(t, "events", story(s), "jump2:a>down | jump1:a>down | jump1:a>up | jump2:a>up")
	events, missed := s.EventsSince(2)
	if len(events) != 2 || events[0].Number != 3 || missed != 0 {
		t.Errorf("%d events from %d, %d missed", len(events), events[0].Number, missed)
	}
}

// A disagreement is told when it has lasted for as long as the other end may need to
// see the same: what comes from different phases is none.
func TestDisputes(t *testing.T) {
	one, two := newHost("jump1"), newHost("jump2")
	s := setOf(one, two)
	look := func(seconds float64) { s.Points(at(seconds)) }
	one.tells(0, "a=up b=up")
	two.tells(0, "a=up b=up")
	look(0)
	two.tells(1, "a=down b=down")
	look(1)
	look(4.9) // (3 retries + 1) · 1 s are not over
	one.tells(4.95, "a=down b=up")
	look(4.95)
	look(5)
	two.tells(6, "a=down b=up")
	look(6)
	two.tells(7, "a=down b=down")
	look(7)
	two.tells(12, "a=down") // b is unknown there
	look(12)
	expect(t, "disputes", story(s), "b:agree>disagree up from jump1; down from jump2 | "+
		"b:disagree>agree up from jump1, jump2")
}

// A source that becomes stale is told, and that it is live again; not that it begins.
func TestStaleIsTold(t *testing.T) {
	one, two := newHost("jump1"), newHost("jump2")
	s := setOf(one, two)
	s.Points(at(0))
	one.tells(1, "a=up")
	two.tells(1, "a=up")
	s.Points(at(1))
	two.state = replica.Stale
	s.Points(at(2))
	two.tells(3, "a=up")
	s.Points(at(3))
	one.tells(40, "a=up")
	s.Points(at(40))
	expect(t, "events", story(s), "jump2:live>stale nothing has come for 1s | jump2:stale>live | jump2:live>stale nothing has come for 37s")
}

// However much a source says between two looks, what is lost of it is told.
func TestMissedEvents(t *testing.T) {
	one, two := newHost("jump1"), newHost("jump2")
	s := setOf(one, two)
	const kept = 1 << 16
	for i := range kept + 10 {
		one.changes(float64(i)/1000, "a", fleet.Up, fleet.Down)
	}
	s.Points(at(100))
	events, missed := s.EventsSince(0)
	last := events[len(events)-1]
	if missed != 1 || len(events) != kept || last.Is != "missed" || last.Detail != "10 events came faster than they were read" {
		t.Errorf("%d events, %d missed, the last %+v", len(events), missed, last)
	}
}
