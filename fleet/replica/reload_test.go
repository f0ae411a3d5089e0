package replica

import (
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// A source that reloads says hello again and reports. Until that is complete readers
// see the fleet as it was, with what happens meanwhile; then without what is gone.
func TestReloadOfTheSource(t *testing.T) {
	start := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	r := New()
	apply := func(rec stream.Record) { r.Apply(rec, start) }
	report := func(names ...string) {
		for _, name := range names {
			apply(stream.Record{Tunnel: &fleet.TunnelReport{Tunnel: &fleet.Tunnel{Name: name, Enabled: true}, Time: start, Since: start, State: fleet.Up}})
		}
	}
	end := func(n int) {
		apply(stream.Record{Summary: &fleet.Summary{Time: start, Tunnels: map[fleet.State]int{fleet.Up: n}}})
	}
	event := func(name string, to fleet.State) {
		apply(stream.Record{Event: &fleet.Event{Time: start.Add(time.Second), Tunnel: name, From: fleet.Up, To: to}})
	}
	see := func(want ...string) {
		t.Helper()
		var got []string
		for _, row := range r.Report(start.Add(2*time.Second), nil).Tunnels {
			got = append(got, row.Tunnel.Name+" "+string(row.State))
		}
		if len(got) != len(want) {
			t.Fatalf("%q; want %q", got, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%q; want %q", got, want)
			}
		}
	}
	hello := stream.Record{Hello: &stream.Hello{Time: start}}
	apply(hello)
	report("a", "b", "c")
	end(3)
	event("b", fleet.Removed)
	see("a up", "b up", "c up")
	apply(hello)
	report("d")
	event("c", fleet.Down) // while the report comes in
	see("a up", "b up", "c down")
	report("c", "a")
	end(3)
	see("d up", "c up", "a up") // c as the report has it: its time is later
	if events, missed := r.EventsSince(0); len(events) != 2 || missed != 0 || events[0].To != fleet.Removed {
		t.Errorf("events %+v, %d missed", events, missed)
	}
}
