package fleet

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"greylag/probe/session"
)

// A reload takes tunnels out of incidents, which keep their names, and goes on with
// the rest; an incident of which nobody is left ends.
func TestReloadOfIncidents(t *testing.T) {
	w := newWorld(fleetOf(6, 6), 1)
	w.cutWhere(100, 1e6, ofHub("hub1"))
	w.run(200)
	wantIncidents(t, w, "hub hub1 6/6 of 6")

	next := fleetOf(6, 6)
	next.Tunnels = next.Tunnels[1:] // hub1-0 is gone
	next.Tunnels[0].Retries = 9     // hub1-1 begins anew
	slices.Reverse(next.Tunnels)    // and all have other numbers
	next.Tunnels = append(next.Tunnels, Tunnel{Name: "x", Enabled: true, Interval: time.Second, Retries: 3})
	reloadOf(t, w.store, next, at(200))
	wantIncidents(t, w, "hub hub1 4/6 of 5")
	members := []string{"hub1-0", "hub1-1", "hub1-2", "hub1-3", "hub1-4", "hub1-5"}
	checkMembers := func() {
		t.Helper()
		got := slices.Sorted(slices.Values(w.store.Incidents(nil)[0].Members))
		if !slices.Equal(got, members) {
			t.Errorf("members %v", got)
		}
	}
	checkMembers()

	v := newWorld(next, 1) // the facts go on by the new numbers
	v.store, v.until = w.store, at(200).Sub(epoch)
	for i, tunnel := range v.tunnels {
		for k, was := range w.tunnels {
			if was.Name == tunnel.Name && was.Retries == tunnel.Retries {
				v.phases[i], v.lines[i] = w.phases[k], w.lines[k]
			}
		}
	}
	n := v.cutWhere(200, 400, ofHub("hub1"))
	v.run(330)
	wantIncidents(t, v, "hub hub1 5/6 of 5")
	checkMembers() // hub1-1 failed again, and is there once
	v.run(500)
	wantIncidents(t, v, "hub hub1 0/6 of 5 ended")
	if n != 5 {
		t.Errorf("%d were cut", n)
	}

	reloadOf(t, w.store, fleetOf(2), at(500)) // hub1-0 is back
	checkMembers()
	wantIncidents(t, v, "hub hub1 0/6 of 5 ended")
}

// An incident ends when the last of its members that are down is gone.
func TestReloadEndsIncidents(t *testing.T) {
	w := newWorld(fleetOf(6, 6), 1)
	w.cutWhere(100, 1e6, ofHub("hub1"))
	w.run(200)
	reloadOf(t, w.store, fleetOf(0, 6), at(200))
	wantIncidents(t, w, "hub hub1 0/6 of 6 ended")
	if got := w.store.Incidents(nil)[0]; !got.End.Equal(at(200)) || len(got.Members) != 6 || got.Members[0] == "" {
		t.Errorf("%+v", got)
	}
}

// A hub whose tunnels become too few to have something in common goes on to be what
// an incident is about.
func TestReloadOfWhatIsCommon(t *testing.T) {
	w := newWorld(fleetOf(6, 6), 1)
	w.cutWhere(100, 1e6, ofHub("hub1"))
	w.run(200)
	reloadOf(t, w.store, fleetOf(2, 6), at(200))
	wantIncidents(t, w, "hub hub1 2/6 of 6")
}

// The route of a spoke holds on as long as it is watched, and what it contradicts
// follows its tunnel.
func TestReloadOfRoutes(t *testing.T) {
	inv := func(names ...string) *Inventory {
		i := manyTunnels(len(names))
		for k, name := range names {
			i.Tunnels[k].Name, i.Tunnels[k].Spoke = name, "s0"
		}
		i.Spokes = i.Spokes[:1]
		return i
	}
	s := NewStore(inv("a", "b"), epoch)
	s.SetRoute(0, &Route{Prefix: "10.0.0.0/8", Device: "gre1", Tunnel: "a"}, at(1))
	s.Record(of(0, line(session.Pending, session.Down, at(2))))
	told, _ := s.EventsSince(0)
	check := func(blackHole bool, events int) {
		t.Helper()
		var sp SpokeReport
		s.Spoke(0, at(9), &sp)
		list, _ := s.EventsSince(told[len(told)-1].Number)
		routes := slices.DeleteFunc(list, func(e Event) bool { return e.Route == nil })
		if sp.BlackHole != blackHole || len(routes) != events {
			t.Fatalf("into a tunnel that is down: %v, %d events; want %v, %d", sp.BlackHole, len(routes), blackHole, events)
		}
	}
	check(true, 0)
	reloadOf(t, s, inv("b", "a"), at(3))
	check(true, 0) // by another number
	reloadOf(t, s, inv("b"), at(4))
	check(false, 1) // what it points into is none of ours any more
	if fmt.Sprint(s.view.spokes[0].watch.route.Prefix) != "10.0.0.0/8" {
		t.Error("the route is forgotten")
	}
}
