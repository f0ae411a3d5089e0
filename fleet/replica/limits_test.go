package replica

import (
	"fmt"
	"strings"
	"testing"

	"greylag/fleet"
	"greylag/fleet/stream"
)

func TestTunnelsAreBounded(t *testing.T) {
	r := New()
	for i := range maxRows + 3 {
		r.Apply(tunnel(1, fmt.Sprint(i), fleet.Up, 0), at(1))
	}
	apply(r, tunnel(2, "0", fleet.Down, 2)) // what is known may change
	got := r.Report(at(2), nil)
	if len(got.Tunnels) != maxRows || got.Tunnels[0].State != fleet.Down {
		t.Errorf("%d tunnels, the first %s", len(got.Tunnels), got.Tunnels[0].State)
	}
	want := "the stream is too large: 3 records not shown, for want of room (200000 tunnels at most)"
	if got := r.status("", at(2)).Problem; got != want {
		t.Errorf("%s", got)
	}
}

func TestTableIsBoundedByWeight(t *testing.T) {
	tab := newTable[int](new(uint64))
	half := int64(maxWeight / 2)
	if !tab.put("a", new(int), half) || !tab.put("b", new(int), half) {
		t.Fatal("no room in an empty table")
	}
	if tab.put("c", new(int), 1) || tab.put("a", new(int), half+1) {
		t.Error("more than there is room for")
	}
	if !tab.report("a", new(int), half-10) || !tab.report("c", new(int), 10) || tab.weight != maxWeight {
		t.Errorf("weight %d", tab.weight)
	}
	if tab.finish(2); tab.weight != half || len(tab.rows) != 2 || tab.get("b") != nil || tab.get("c") == nil {
		t.Errorf("after a report without b: %d rows of %d", len(tab.rows), tab.weight)
	}
}

func TestIncidentsAreBounded(t *testing.T) {
	r := New()
	for i := range uint64(incidentsKept + 5) {
		incident := &fleet.Incident{Number: i, Start: at(float64(i))}
		if i == 7 {
			incident.End = at(1)
		}
		r.Apply(stream.Record{Incident: incident}, at(1))
	}
	got := r.Incidents(nil)
	// The one that ended goes first, then the oldest.
	if len(got) != incidentsKept || got[0].Number != 4 || hasEnded(&got[len(got)-1]) {
		t.Errorf("%d, from number %d", len(got), got[0].Number)
	}
	for range 100 {
		long := &fleet.Incident{Number: 1 << 40, Members: []string{strings.Repeat("x", 1<<20)}}
		long.Number += uint64(len(r.shown.incidents.list))
		r.Apply(stream.Record{Incident: long}, at(1))
	}
	if r.shown.incidents.weight > maxIncidentsWeight {
		t.Errorf("%d bytes", r.shown.incidents.weight)
	}
}

// Each text that a record can hold is weighed.
func TestWeights(t *testing.T) {
	long := strings.Repeat("x", 1000)
	tunnels := []fleet.TunnelReport{
		{Detail: long}, {State: fleet.State(long)}, {Reason: fleet.Reason(long)}, {Tunnel: &fleet.Tunnel{Name: long}},
		{Tunnel: &fleet.Tunnel{Hub: long}}, {Tunnel: &fleet.Tunnel{Spoke: long}}, {Tunnel: &fleet.Tunnel{Tags: []string{long}}},
		{Tunnel: &fleet.Tunnel{Probe: fleet.Probe(long)}}, {Advice: []fleet.Advice{{Rule: long}}},
		{Evidence: []fleet.Evidence{{Text: long}}}, {Evidence: []fleet.Evidence{{Fix: long}}},
	}
	for i := range tunnels {
		if tunnels[i].Tunnel == nil {
			tunnels[i].Tunnel = &fleet.Tunnel{}
		}
		if weighTunnel(&tunnels[i]) < rowWeight+1000 {
			t.Errorf("tunnel %d weighs %d", i, weighTunnel(&tunnels[i]))
		}
	}
	spokes := []fleet.SpokeReport{
		{Spoke: &fleet.Spoke{Name: long}}, {Active: long}, {Next: long}, {DeadBackups: []string{long}}, {Route: &fleet.Route{Device: long}},
	}
	for i := range spokes {
		if spokes[i].Spoke == nil {
			spokes[i].Spoke = &fleet.Spoke{}
		}
		if weighSpoke(&spokes[i]) < rowWeight+1000 {
			t.Errorf("spoke %d weighs %d", i, weighSpoke(&spokes[i]))
		}
	}
}
