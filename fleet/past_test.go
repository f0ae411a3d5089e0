package fleet

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greylag/probe"
	"greylag/probe/session"
)

// pastOf is the past of t1 of oneTunnel: observed for ten hours up to ten minutes before
// epoch, nine of them up; in its last state since an hour before epoch.
func pastOf(state State) *Past {
	p := TunnelPast{State: state, Since: epoch.Add(-time.Hour), Flaps: 5, Up: 9 * time.Hour, Known: 10 * time.Hour}
	p.Target = oneTunnel().Tunnels[0].Target()
	return &Past{Tunnels: map[string]TunnelPast{"t1": p}}
}

// TestContinue: what a tunnel's first state means, for each that it was in.
func TestContinue(t *testing.T) {
	hourAgo, first := epoch.Add(-time.Hour), at(30)
	tests := []struct {
		was    State
		to     session.State
		since  time.Time
		flaps  uint64
		event  time.Time     // its Since
		outage time.Duration // its Outage
		up     time.Duration // a minute later
		known  time.Duration
	}{
		{Up, session.Up, hourAgo, 5, hourAgo, 0, 9*time.Hour + time.Minute, 10*time.Hour + time.Minute},
		{Up, session.Down, first, 6, time.Time{}, 0, 9 * time.Hour, 10*time.Hour + time.Minute},
		{Degraded, session.Up, first, 5, time.Time{}, 0, 9*time.Hour + time.Minute, 10*time.Hour + time.Minute},
		{Degraded, session.Down, first, 6, time.Time{}, 0, 9 * time.Hour, 10*time.Hour + time.Minute},
		{Down, session.Down, hourAgo, 5, hourAgo, 0, 9 * time.Hour, 10*time.Hour + time.Minute},
		{Down, session.Up, first, 5, time.Time{}, time.Hour + 30*time.Second, 9*time.Hour + time.Minute, 10*time.Hour + time.Minute},
		{Disabled, session.Up, first, 5, time.Time{}, 0, 9*time.Hour + time.Minute, 10*time.Hour + time.Minute},
		{Pending, session.Down, first, 5, time.Time{}, 0, 9 * time.Hour, 10*time.Hour + time.Minute},
		{Down, session.Disabled, first, 5, time.Time{}, 0, 9 * time.Hour, 10 * time.Hour},
		{Up, session.Disabled, first, 5, time.Time{}, 0, 9 * time.Hour, 10 * time.Hour},
	}
	for _, test := range tests {
		t.Run(string(test.was)+" "+test.to.String(), func(t *testing.T) {
			s := NewStore(oneTunnel(), epoch)
			s.Continue(pastOf(test.was))
			checkPending(t, s, test.was)
			s.Record([]probe.Event{line(session.Pending, test.to, first)})
			r := s.Report(first.Add(time.Minute), nil).Tunnels[0]
			if !r.Since.Equal(test.since) || r.Flaps != test.flaps || r.Was != "" || !r.WasSince.IsZero() {
				t.Errorf("since %v, flaps %d, was %q; want since %v, flaps %d", r.Since, r.Flaps, r.Was, test.since, test.flaps)
			}
			if r.UpTime != test.up || r.KnownTime != test.known || r.Availability != float64(test.up)/float64(test.known) {
				t.Errorf("up %v of %v, %v; want %v of %v", r.UpTime, r.KnownTime, r.Availability, test.up, test.known)
			}
			events, _ := s.EventsSince(0)
			if e := events[0]; len(events) != 1 || e.From != Pending || !e.Since.Equal(test.event) || e.Outage != test.outage {
				t.Errorf("events %+v, want one from pending with since %v, outage %v", events, test.event, test.outage)
			}
		})
	}
}

// checkPending: before the first state is known a tunnel is pending, with its past.
func checkPending(t *testing.T, s *Store, was State) {
	t.Helper()
	r := s.Report(at(10), nil).Tunnels[0]
	want, since := was, epoch.Add(-time.Hour)
	if was == Disabled || was == Pending {
		want, since = "", time.Time{}
	}
	if r.State != Pending || !r.Since.Equal(epoch) || r.Was != want || !r.WasSince.Equal(since) || r.Flaps != 5 || r.Availability != 0.9 {
		t.Errorf("before: %+v, want pending since the start, and was %q", r, want)
	}
}

// TestContinueThenChange: what follows adds up with what was before: an outage that
// began before the restart is as long as it was, and its time that was observed is
// down time.
func TestContinueThenChange(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	s.Continue(pastOf(Down))
	s.Record([]probe.Event{
		line(session.Pending, session.Down, at(30)), line(session.Down, session.Up, at(90)), line(session.Up, session.Down, at(100)),
	})
	events, _ := s.EventsSince(0)
	if e := events[1]; e.Outage != time.Hour+90*time.Second || !e.Since.IsZero() {
		t.Errorf("it came up with %+v, want an outage of 1h1m30s", e)
	}
	r := s.Report(at(110), nil).Tunnels[0]
	if up, known := 9*time.Hour+10*time.Second, 10*time.Hour+80*time.Second; r.UpTime != up || r.KnownTime != known || r.Flaps != 6 {
		t.Errorf("up %v of %v, %d flaps; want %v of %v, 6", r.UpTime, r.KnownTime, r.Flaps, up, known)
	}
}

// TestContinueOther: a tunnel to another far end, or from another source, has no past.
func TestContinueOther(t *testing.T) {
	change := map[string]func(*Target){
		"source":      func(g *Target) { g.Source = g.Destination },
		"destination": func(g *Target) { g.Destination = g.Source },
		"key":         func(g *Target) { g.HasKey = true },
		"probe":       func(g *Target) { g.Probe = Echo },
	}
	for name, apply := range change {
		past := pastOf(Down)
		p := past.Tunnels["t1"]
		apply(&p.Target)
		past.Tunnels["t1"] = p
		s := NewStore(oneTunnel(), epoch)
		s.Continue(past)
		if r := s.Report(at(1), nil).Tunnels[0]; r.Was != "" || r.Flaps != 0 || r.KnownTime != 0 {
			t.Errorf("another %s: it was %q, %d flaps, known for %v", name, r.Was, r.Flaps, r.KnownTime)
		}
	}
}

// TestContinueClockBehind: with a clock that went back behind what the journal says, a
// state lasts from now on, and no time is negative.
func TestContinueClockBehind(t *testing.T) {
	past := pastOf(Down)
	p := past.Tunnels["t1"]
	p.Since = at(500)
	past.Tunnels["t1"] = p
	s := NewStore(oneTunnel(), epoch)
	s.Continue(past)
	s.Record([]probe.Event{line(session.Pending, session.Down, at(30)), line(session.Down, session.Up, at(90))})
	events, _ := s.EventsSince(0)
	if got := events[1].Outage; got != time.Minute {
		t.Errorf("an outage of %v, want 1m", got)
	}
}

// TestContinueSpoke: its path goes on, and what was counted of it.
func TestContinueSpoke(t *testing.T) {
	tests := []struct {
		was   Path
		up    int32 // the tunnel that answers; the other one is down
		path  Path
		since time.Time
		event bool // it has Since
	}{
		{PathBackup, 1, PathBackup, epoch.Add(-time.Hour), true},
		{PathPrimary, 1, PathBackup, at(30), false},
		{PathBackup, 0, PathPrimary, at(30), false},
		{PathPrimary, 0, PathPrimary, epoch.Add(-time.Hour), true},
		{PathNone, 0, PathPrimary, at(30), false},
		{"", 0, PathPrimary, at(30), false},
	}
	for _, test := range tests {
		s := NewStore(manyTunnels(2), epoch)
		s.Continue(&Past{Spokes: map[string]SpokePast{"s0": {Path: test.was, Since: epoch.Add(-time.Hour), OnBackup: time.Minute, Unprotected: 2 * time.Minute}}})
		var sp SpokeReport
		s.Spoke(0, at(10), &sp)
		if sp.Path != PathPending || !sp.Since.Equal(epoch) || sp.Was != test.was {
			t.Errorf("before: %+v", sp)
		}
		s.Record(of(1-test.up, line(session.Pending, session.Down, at(30))))
		s.Record(of(test.up, line(session.Pending, session.Up, at(30))))
		s.Spoke(0, at(40), &sp)
		if sp.Path != test.path || !sp.Since.Equal(test.since) || sp.Was != "" || !sp.WasSince.IsZero() {
			t.Errorf("was %q: %q since %v, was %q; want %q since %v", test.was, sp.Path, sp.Since, sp.Was, test.path, test.since)
		}
		onBackup := time.Minute
		if test.path == PathBackup {
			onBackup += 10 * time.Second
		}
		if sp.OnBackup != onBackup || sp.Unprotected != 2*time.Minute+10*time.Second {
			t.Errorf("was %q: %v on backup, %v unprotected", test.was, sp.OnBackup, sp.Unprotected)
		}
		events, _ := s.EventsSince(0)
		if last := events[len(events)-1]; last.Spoke == "" || test.event != last.Since.Equal(epoch.Add(-time.Hour)) || !test.event && !last.Since.IsZero() {
			t.Errorf("was %q: the event says since %v", test.was, last.Since)
		}
	}
}

// TestContinueSpokeWithoutTunnels: it is on no path, as before.
func TestContinueSpokeWithoutTunnels(t *testing.T) {
	s := NewStore(&Inventory{Spokes: []Spoke{{Name: "s0"}}}, epoch)
	s.Continue(&Past{Spokes: map[string]SpokePast{"s0": {Path: PathNone, Since: at(-60)}}})
	var sp SpokeReport
	if s.Spoke(0, at(10), &sp); sp.Path != PathNone || !sp.Since.Equal(at(-60)) || sp.Was != "" {
		t.Errorf("%+v", sp)
	}
}

// TestSummaryIsTheReports: the counts without a report are those of the report.
func TestSummaryIsTheReports(t *testing.T) {
	inv := manyTunnels(3000)
	inv.Tunnels[7].Enabled = false
	s := NewStore(inv, epoch)
	s.SetEngine(func() EngineReport { return EngineReport{Sent: 7} })
	for i := range int32(2999) {
		s.Record(of(i, line(session.Pending, []session.State{session.Up, session.Down, session.Disabled, session.Up, session.Pending}[i%5], at(1))))
	}
	if diff := cmp.Diff(s.Report(at(2), nil).Summary, s.Summary(at(2))); diff != "" {
		t.Error(diff)
	}
}
