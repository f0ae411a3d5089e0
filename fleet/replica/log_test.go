package replica

import (
	"fmt"
	"strings"
	"testing"

	"greylag/fleet"
)

func TestEventsSince(t *testing.T) {
	r := applied(event(1, "a", fleet.Up, fleet.Down), event(2, "b", fleet.Up, fleet.Down), event(3, "c", fleet.Up, fleet.Down))
	for number, want := range map[uint64]string{0: "a>down b>down c>down", 2: "c>down", 3: "", 99: ""} {
		if got := log(r, number); got != want {
			t.Errorf("since %d: %s, want %s", number, got, want)
		}
	}
	apply(r, hello(4, "h"), event(5, "d", fleet.Up, fleet.Down)) // a restart keeps them
	if got := log(r, 1); got != "b>down c>down d>down" {
		t.Errorf("after a restart: %s", got)
	}
	events, _ := r.EventsSince(0)
	for i, e := range events {
		if e.Number != uint64(i)+1 {
			t.Errorf("number %d at %d", e.Number, i)
		}
	}
}

func TestEventsMissed(t *testing.T) {
	const more = 10
	r := New()
	for i := range eventsKept + more {
		apply(r, event(float64(i), fmt.Sprint(i%50), fleet.Up, fleet.Down))
	}
	for number, want := range map[uint64]uint64{0: more, 3: more - 3, more: 0, more + 5: 0} {
		events, missed := r.EventsSince(number)
		if missed != want || uint64(len(events))+missed+number != eventsKept+more {
			t.Errorf("since %d: %d events, %d missed, want %d", number, len(events), missed, want)
		}
	}
}

// Numbers do not go back where a recording does; of what is gone with it nothing
// is said.
func TestEventsAfterRewind(t *testing.T) {
	r := applied(event(1, "a", fleet.Up, fleet.Down), event(2, "b", fleet.Up, fleet.Down))
	r.rewind()
	if events, missed := r.EventsSince(0); len(events) != 0 || missed != 0 {
		t.Errorf("%v, %d missed", events, missed)
	}
	r.recall(event(1, "a", fleet.Up, fleet.Down))
	for number := range uint64(3) {
		if events, missed := r.EventsSince(number); len(events) != 1 || events[0].Number != 3 || missed != 0 {
			t.Errorf("since %d: %v, %d missed", number, events, missed)
		}
	}
	if got := rows(r.Report(at(3), nil)); got != "a=down b=down" {
		t.Errorf("before the rows are there, readers see %s", got)
	}
	r.settle()
	if got := rows(r.Report(at(3), nil)); got != "" {
		t.Errorf("recalled events made rows: %s", got)
	}
}

// Long texts push the oldest out.
func TestEventsAreBoundedByWeight(t *testing.T) {
	r := New()
	for range 200 {
		long := event(1, "a", fleet.Up, fleet.Down)
		long.Event.Detail = strings.Repeat("x", 1<<20)
		apply(r, long)
	}
	events, missed := r.EventsSince(0)
	if r.log.weight > maxEventsWeight || len(events) != 63 || missed != 137 {
		t.Errorf("%d events, %d missed, %d bytes", len(events), missed, r.log.weight)
	}
}
