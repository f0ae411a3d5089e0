package replica

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
	"greylag/fleet/stream"
)

func TestRows(t *testing.T) {
	up, down := fleet.Up, fleet.Down
	cases := []struct {
		name    string
		records []stream.Record
		want    string
	}{
		{"nothing", nil, ""},
		{"the order of the report", whole(1, "b", "a", "c"), "b=up a=up c=up"},
		{"before its summary", join(tunnel(1, "a", up, 0)), "a=up"},
		{"a reload: dropped, added, moved", join(whole(1, "a", "b", "c"), whole(2, "c", "x", "a")), "c=up x=up a=up"},
		{"a reload: only added", join(whole(1, "a"), whole(2, "a", "b")), "a=up b=up"},
		{"not whole: nothing is dropped", join(whole(1, "a", "b", "c"), tunnel(2, "b", down, 2), summary(2, 3, 0)), "a=up b=down c=up"},
		{"a summary that counts nothing", join(whole(1, "a"), stream.Record{Summary: &fleet.Summary{Time: at(2)}}), "a=up"},
		{"joined in the middle", join(tunnel(1, "c", up, 0), summary(1, 3, 0), whole(2, "a", "b", "c")), "a=up b=up c=up"},
		{"twice in a report", join(whole(1, "a", "b"), tunnel(2, "a", up, 0), tunnel(2, "a", up, 0), summary(2, 2, 0)), "a=up b=up"},
		{"an event", join(whole(1, "a", "b"), event(2, "b", up, down)), "a=up b=down"},
		{"events only, no hello", join(event(1, "b", up, down), event(2, "a", "pending", up), event(3, "b", down, up)), "b=up a=up"},
		{"an event that the report knew", join(whole(1, "a"), event(-1, "a", up, down)), "a=up"},
		{"the event that began the state", join(tunnel(1, "a", down, 1), event(1, "a", up, down)), "a=down"},
		// The report at 2 had not seen the answer of 1.9 yet.
		{"an event told late", join(tunnel(2, "a", down, 1), event(1.9, "a", down, up)), "a=up"},
		{"known by events, then not in the report", join(event(1, "x", up, down), whole(2, "a")), "a=up"},
		{"of unknown type", join(whole(1, "a"), stream.Record{Unknown: "weather"}, stream.Record{Peer: &stream.Peer{Time: at(2)}}), "a=up"},
		{"a restart", join(hello(0, "h"), whole(1, "a", "b"), hello(5, "h"), whole(6, "c")), "c=up"},
		{"a restart whose report is not complete", join(whole(1, "a", "b"), hello(5, "h"), tunnel(6, "c", up, 5)), "a=up b=up"},
		{"a restart, events only", join(event(1, "a", up, down), hello(5, "h"), event(6, "b", up, down)), "b=down"},
		{"a restart, without summaries", join(tunnel(1, "a", up, 0), hello(5, "h"), tunnel(6, "c", up, 5), tunnel(7, "c", down, 7)), "c=down"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := rows(applied(c.records...).Report(at(9), nil)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestEventAmendsTunnel(t *testing.T) {
	r := applied(whole(1, "a")...)
	first := r.Report(at(1), nil).Tunnels[0]
	apply(r, stream.Record{Event: &fleet.Event{
		Time: at(2), Tunnel: "a", From: fleet.Up, To: fleet.Down, Reason: fleet.ReasonSilent, Detail: "no echo", Counter: 4,
	}})
	want := first
	want.Time, want.State, want.Since, want.Flaps = at(2), fleet.Down, at(2), 1
	want.Reason, want.Detail, want.Counter = fleet.ReasonSilent, "no echo", 4
	got := r.Report(at(2), nil)
	if diff := cmp.Diff(want, got.Tunnels[0], addresses); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got.Summary.Tunnels[fleet.Down] != 1 || got.Summary.Tunnels[fleet.Up] != 0 {
		t.Errorf("summary: %v", got.Summary.Tunnels)
	}
	apply(r, event(3, "a", fleet.Down, fleet.Up), event(4, "a", fleet.Up, fleet.Disabled))
	last := r.Report(at(4), nil).Tunnels[0]
	if last.Flaps != 1 || last.Reason != "" || last.Tunnel.Enabled || !first.Tunnel.Enabled {
		t.Errorf("%+v", last)
	}
}

func TestEventAmendsSpoke(t *testing.T) {
	backup := tunnel(1, "b", fleet.Up, 0)
	backup.Tunnel.Tunnel.Rank = 2
	primary := spoke(1, "s", fleet.PathPrimary, "a")
	primary.Spoke.Next, primary.Spoke.Protected = "b", true
	r := applied(tunnel(1, "a", fleet.Up, 0), backup, primary, summary(1, 2, 1))
	route := &fleet.Route{Prefix: "10.0.0.0/8", Device: "gre1", Tunnel: "a"}
	steps := []struct {
		event fleet.Event
		want  fleet.SpokeReport
	}{
		{
			fleet.Event{Time: at(2), FromPath: "primary", ToPath: "backup", Active: "b"},
			fleet.SpokeReport{Path: "backup", Since: at(2), Active: "b", Rank: 2},
		}, {
			fleet.Event{Time: at(3), FromPath: "backup", ToPath: "backup", Active: "b", Route: route, BlackHole: true},
			fleet.SpokeReport{Path: "backup", Since: at(2), Active: "b", Rank: 2, Route: route, BlackHole: true, BlackHoleSince: at(3)},
		}, {
			fleet.Event{Time: at(4), FromPath: "backup", ToPath: "backup", Active: "b", Protected: true},
			fleet.SpokeReport{Path: "backup", Since: at(2), Active: "b", Rank: 2, Protected: true, Route: route, BlackHole: true, BlackHoleSince: at(3)},
		}, {
			fleet.Event{Time: at(5), FromPath: "backup", ToPath: "backup", Active: "b", Protected: true, Route: route},
			fleet.SpokeReport{Path: "backup", Since: at(2), Active: "b", Rank: 2, Protected: true, Route: route},
		}, {
			fleet.Event{Time: at(6), FromPath: "backup", ToPath: "none"},
			fleet.SpokeReport{Path: "none", Since: at(6), Route: route},
		}, {
			fleet.Event{Time: at(5), FromPath: "none", ToPath: "primary"}, // older than the path
			fleet.SpokeReport{Path: "none", Since: at(6), Route: route},
		},
	}
	for i, step := range steps {
		step.event.Spoke = "s"
		apply(r, stream.Record{Event: &step.event})
		step.want.Spoke, step.want.Ranked, step.want.Time = &fleet.Spoke{Name: "s"}, true, later(at(0), step.event.Time)
		if i == len(steps)-1 {
			step.want.Time = at(6)
		}
		got := r.Report(at(6), nil)
		if diff := cmp.Diff(step.want, got.Spokes[0], addresses); diff != "" {
			t.Errorf("step %d (-want +got)\n%s", i, diff)
		}
		unprotected := 0
		if step.want.Active != "" && !step.want.Protected {
			unprotected = 1
		}
		if got.Summary.Unprotected != unprotected || got.Summary.Spokes[step.want.Path] != 1 {
			t.Errorf("step %d: summary %+v", i, got.Summary)
		}
	}
}

func TestSummaryEngine(t *testing.T) {
	r := applied(join(whole(10, "a"), whole(20, "a", "b"))...)
	got := r.Report(at(20), nil).Summary
	want := fleet.NewSummary(at(20))
	want.Tunnels[fleet.Up], want.Engine.Sent = 2, 20 // the sender's own count of states is not taken
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Ages are right where the viewer's clock is an hour off, and go on growing.
func TestPresentTime(t *testing.T) {
	r := New()
	if got := r.Report(at(7), nil).Time; !got.Equal(at(7)) {
		t.Errorf("before anything came: %v", got)
	}
	r.Apply(event(1, "a", fleet.Up, fleet.Down), at(3601))
	wantTime(t, r, 3611, 11)
	r.Apply(hello(20, "jump1"), at(3620))
	r.Apply(event(15, "a", fleet.Down, fleet.Up), at(3621)) // told late: the clock does not go back
	r.Apply(stream.Record{Incident: &fleet.Incident{Number: 1, Time: at(2)}}, at(3621))
	wantTime(t, r, 3630, 30)
	wantTime(t, r, 3000, 20) // our clock was set back
	r.Apply(whole(40, "a")[0], at(3645))
	s := r.status("pipe", at(3650))
	want := Status{Label: "jump1", Version: "0.1.0", Newest: at(40), Arrived: at(3645), Age: 5 * time.Second}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func wantTime(t *testing.T, r *Replica, now, want float64) {
	t.Helper()
	if got := r.Report(at(now), nil).Time; !got.Equal(at(want)) {
		t.Errorf("at %v: %v, want %v", now, got, at(want))
	}
}

func TestOutcomes(t *testing.T) {
	rec := tunnel(1, "b", fleet.Up, 0)
	want := []fleet.Outcome{{Fate: fleet.FateMissing}, {Fate: fleet.FateUnsent}, {Fate: fleet.FatePending}}
	for _, o := range want {
		rec.Tunnel.Recent = append(rec.Tunnel.Recent, o.Pack())
	}
	r := applied(tunnel(1, "a", fleet.Up, 0), rec)
	if diff := cmp.Diff(want, r.Outcomes(1, nil)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, position := range []int{-1, 0, 2} {
		if got := r.Outcomes(position, nil); len(got) != 0 {
			t.Errorf("position %d: %v", position, got)
		}
	}
	apply(r, event(2, "b", fleet.Up, fleet.Down))
	if got := r.Outcomes(1, nil); len(got) != len(want) {
		t.Errorf("after an event: %v", got)
	}
}

// Who remembers a declaration finds the same one until it changes.
func TestDeclarationIsKept(t *testing.T) {
	r := applied(whole(1, "a")...)
	first := r.Report(at(1), nil).Tunnels[0].Tunnel
	apply(r, whole(2, "a")...)
	if r.Report(at(2), nil).Tunnels[0].Tunnel != first {
		t.Error("the same declaration is another pointer")
	}
	changed := tunnel(3, "a", fleet.Up, 0)
	changed.Tunnel.Tunnel.Tags = []string{"apac"}
	apply(r, changed)
	if got := r.Report(at(3), nil).Tunnels[0].Tunnel; got == first || len(got.Tags) != 1 || len(first.Tags) != 0 {
		t.Errorf("%+v", got)
	}
}

// A report that somebody holds does not change.
func TestReportIsACopy(t *testing.T) {
	r := applied(whole(1, "a", "b")...)
	held := r.Report(at(1), nil)
	apply(r, event(2, "a", fleet.Up, fleet.Down))
	apply(r, whole(3, "c")...)
	if got := rows(held); got != "a=up b=up" {
		t.Errorf("%s", got)
	}
	if again := r.Report(at(3), held); again != held || rows(again) != "c=up" {
		t.Errorf("%s", rows(again))
	}
}

func TestIncidents(t *testing.T) {
	incident := func(number uint64, start, end float64) stream.Record {
		i := &fleet.Incident{Number: number, Start: at(start), Time: at(start)}
		if end > 0 {
			i.End = at(end)
		}
		return stream.Record{Incident: i}
	}
	r := applied(incident(1, 1, 0), incident(2, 2, 0), incident(3, 3, 5), incident(5, 3, 0), incident(4, 4, 6), incident(1, 1, 9))
	var got []uint64
	for _, i := range r.Incidents(nil) {
		got = append(got, i.Number)
	}
	if diff := cmp.Diff([]uint64{2, 5, 1, 4, 3}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	apply(r, hello(10, "h"))
	apply(r, whole(11, "a")...)
	if got := r.Incidents(nil); len(got) != 0 {
		t.Errorf("after a restart: %v", got)
	}
}
