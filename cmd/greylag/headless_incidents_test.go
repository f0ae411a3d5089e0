package main

import (
	"testing"
	"testing/synctest"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// The demo's second hub fails at 19.2 s and works again at 27.2 s: one incident,
// written as it changes and in each report, but not for each tunnel that joins.
func TestIncidentsInTheStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := headlessDemo(500, 32*time.Second)
		o.every = 5 * time.Second
		records, _ := simulate(t, o)
		changes, reports := incidentsOf(records)
		if len(changes) < 4 || len(changes) > 9 || len(reports) != 1 { // it lasts 6 s
			t.Fatalf("%d records of changes and %d in reports", len(changes), len(reports))
		}
		for i, inc := range changes {
			if inc.Number != 1 || inc.Factor != fleet.FactorHub || inc.Value != "iad1" {
				t.Errorf("%+v", inc)
			}
			if i > 0 && inc.Time.Sub(changes[i-1].Time) < 0 {
				t.Errorf("change %d is of %v, after %v", i, inc.Time, changes[i-1].Time)
			}
		}
		first, last := changes[0], changes[len(changes)-1]
		// It is one from the third on; a few more are due in the same turn of the loop.
		if n := len(first.Members); n < 3 || n > 6 || first.Down != n || !first.End.IsZero() {
			t.Errorf("it begins with %+v", first)
		}
		if last.Down != 0 || last.End.IsZero() || len(last.Members) < 200 || last.Shared < len(last.Members) {
			t.Errorf("it ends with %d members of %d, %d down, at %v", len(last.Members), last.Shared, last.Down, last.End)
		}
		if whole := reports[0]; whole.Down < 200 { // how many exactly, checkMembership sees
			t.Errorf("the report at 25 s has %d down", whole.Down)
		}
		checkMembership(t, records)
	})
}

// incidentsOf are the records written as incidents change, and those within full
// reports.
func incidentsOf(records []stream.Record) (changes, reports []*fleet.Incident) {
	inReport := false
	for _, r := range records {
		switch {
		case r.Tunnel != nil:
			inReport = true
		case r.Summary != nil:
			inReport = false
		case r.Incident != nil && inReport:
			reports = append(reports, r.Incident)
		case r.Incident != nil:
			changes = append(changes, r.Incident)
		}
	}
	return changes, reports
}

// checkMembership: in each report as many tunnels name an incident as it says.
func checkMembership(t *testing.T, records []stream.Record) {
	t.Helper()
	named := map[uint64]int{}
	for _, r := range records {
		switch {
		case r.Tunnel != nil && r.Tunnel.Incident != 0:
			named[r.Tunnel.Incident]++
		case r.Incident != nil && named[r.Incident.Number] > 0:
			if n := named[r.Incident.Number]; n != r.Incident.Down {
				t.Errorf("%d tunnels name incident %d, which has %d down", n, r.Incident.Number, r.Incident.Down)
			}
			delete(named, r.Incident.Number)
		}
	}
	if len(named) > 0 {
		t.Errorf("incidents that are not in their report: %v", named)
	}
}

// At the end of a stream the incident is as it is then, however short the time
// since its last record; --events has incidents too.
func TestLastIncidentOfAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := headlessDemo(500, 22900*time.Millisecond)
		o.events = true
		records, _ := simulate(t, o)
		changes, reports := incidentsOf(records)
		if len(changes) < 2 || len(reports) != 0 {
			t.Fatalf("%d records of changes and %d in reports", len(changes), len(reports))
		}
		down := 0
		for _, r := range records {
			if r.Event != nil && r.Event.To == fleet.Down && r.Event.Time.After(changes[0].Start.Add(-time.Nanosecond)) {
				down++
			}
		}
		last := changes[len(changes)-1]
		if last.Down != down || down < 50 {
			t.Errorf("the last record has %d down, and %d went", last.Down, down)
		}
	})
}
