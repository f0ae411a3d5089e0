package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

func TestTellEvent(t *testing.T) {
	for _, c := range []struct {
		event fleet.Event
		want  told
	}{
		{fleet.Event{Tunnel: "a", From: fleet.Pending, To: fleet.Up}, told{"UP", "a: pending -> up"}},
		{fleet.Event{Tunnel: "a", From: fleet.Up, To: fleet.Down, Counter: 1}, told{"DOWN", "a: up -> down, 1 keepalive unanswered"}},
		{fleet.Event{Tunnel: "a", From: fleet.Up, To: fleet.Down, Counter: 4, Reason: "silent"}, told{"DOWN", "a: up -> down, silent"}},
		{fleet.Event{Tunnel: "a", From: fleet.Up, To: fleet.Down, Reason: fleet.ReasonLocal, Detail: "ENODEV: no such device"},
			told{"DOWN", "a: up -> down, local: ENODEV: no such device"}},
		{fleet.Event{Tunnel: "a", From: fleet.Down, To: fleet.Up, Outage: 83_450 * time.Millisecond}, told{"UP", "a: down -> up after 83.5 s"}},
		{fleet.Event{Tunnel: "a", From: fleet.Up, To: fleet.Degraded}, told{"DEGRADED", "a: up -> degraded"}},
		{fleet.Event{Spoke: "s", FromPath: fleet.PathPrimary, ToPath: fleet.PathBackup, Active: "b"},
			told{"BACKUP", "s: primary -> backup by b, no other path is up"}},
		{fleet.Event{Spoke: "s", FromPath: fleet.PathPrimary, ToPath: fleet.PathPrimary, Active: "b", Protected: true},
			told{"PRIMARY", "s: still primary by b, another path is up"}},
		{fleet.Event{Spoke: "s", FromPath: fleet.PathBackup, ToPath: fleet.PathBackup, Active: "b",
			Route: &fleet.Route{Device: "gre1"}, BlackHole: true, Detail: "its traffic is lost (R2)"},
			told{"LOST", "s: its traffic is lost (R2)"}},
		{fleet.Event{Spoke: "s", FromPath: fleet.PathBackup, ToPath: fleet.PathBackup, Active: "b",
			Route: &fleet.Route{Device: "gre2"}, Detail: "the route points into gre2"},
			told{"BACKUP", "s: the route points into gre2"}},
		{fleet.Event{Spoke: "s", FromPath: fleet.PathBackup, ToPath: fleet.PathNone}, told{"NONE", "s: backup -> none"}},
	} {
		if got := tellEvent(&c.event); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestTellIncident(t *testing.T) {
	start := time.Date(2026, 11, 22, 19, 0, 0, 0, time.UTC)
	i := fleet.Incident{
		Start: start, Time: start.Add(time.Second), Factor: fleet.FactorSpoke, Value: "lima", Members: []string{"a", "b", "c"}, Down: 3, Shared: 4,
	}
	zone := time.FixedZone("PET", -5*3600)
	if got, want := tellIncident(&i, zone), (told{"INCIDENT", "3 of the 4 tunnels of spoke lima are down since 14:00:00 PET"}); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	i.Down, i.End = 0, start.Add(time.Minute)
	want := told{"RESOLVED", "3 of the 4 tunnels of spoke lima went down from 14:00:00 PET on, and are up again after 1m0s"}
	if got := tellIncident(&i, zone); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An incident is told as it begins, grows and ends, and not in each record of it.
func TestTellerTellsAnIncidentOnce(t *testing.T) {
	var out bytes.Buffer
	teller := newTeller(&app{stdout: &out, stderr: &out}, nil)
	teller.zone = time.UTC
	out.Reset()
	start := time.Date(2026, 11, 22, 19, 0, 0, 0, time.UTC)
	i := fleet.Incident{Number: 1, Start: start, Factor: fleet.FactorAll, Shared: 9}
	for second, state := range []struct{ members, down int }{{3, 3}, {5, 5}, {5, 5}, {5, 4}, {6, 5}, {6, 0}} {
		i.Time, i.Members, i.Down = start.Add(time.Duration(second)*time.Second), make([]string, state.members), state.down
		if i.Down == 0 {
			i.End = i.Time
		}
		if err := teller.record(&stream.Record{Incident: &i}); err != nil {
			t.Fatal(err)
		}
	}
	want := `19:00:00.0  INCIDENT  3 of the 9 tunnels of the fleet are down since 19:00:00 UTC
19:00:01.0  INCIDENT  5 of the 9 tunnels of the fleet are down since 19:00:00 UTC
19:00:04.0  INCIDENT  5 of the 9 tunnels of the fleet are down since 19:00:00 UTC, 1 more was
19:00:05.0  RESOLVED  6 of the 9 tunnels of the fleet went down from 19:00:00 UTC on, and are up again after 5s
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestTellSummary(t *testing.T) {
	s := fleet.Summary{
		Tunnels:     map[fleet.State]int{fleet.Up: 5, fleet.Down: 2, fleet.Degraded: 0},
		Spokes:      map[fleet.Path]int{},
		Unprotected: 0,
		Engine:      fleet.EngineReport{Sent: 9, Received: 7, SendErrors: 1, Dropped: 3},
	}
	want := told{"SUMMARY", "tunnels 5 up, 2 down; spokes none; keepalives 9 sent, 7 answered, 1 not sent, 3 dropped by this host"}
	if got := tellSummary(&s); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestTally(t *testing.T) {
	var y tally
	for _, e := range []fleet.Event{
		{Tunnel: "a", From: fleet.Up, To: fleet.Down},
		{Tunnel: "a", From: fleet.Down, To: fleet.Up, Outage: 5 * time.Second},
		{Tunnel: "b", From: fleet.Degraded, To: fleet.Down},
		{Tunnel: "b", From: fleet.Down, To: fleet.Up, Outage: 7 * time.Second},
		{Tunnel: "c", From: fleet.Up, To: fleet.Degraded},
		{Tunnel: "c", From: fleet.Degraded, To: fleet.Down},
		{Spoke: "s", FromPath: fleet.PathPrimary, ToPath: fleet.PathBackup},
		{Spoke: "s", FromPath: fleet.PathBackup, ToPath: fleet.PathBackup},
		{Spoke: "s", FromPath: fleet.PathNone, ToPath: fleet.PathNone, Route: &fleet.Route{}, BlackHole: true},
		{Spoke: "s", FromPath: fleet.PathBackup, ToPath: fleet.PathNone},
		{Spoke: "s", FromPath: fleet.PathNone, ToPath: fleet.PathPrimary},
	} {
		y.add(&e)
	}
	want := "3 outages and 2 recoveries of tunnels (the longest 7.0 s, b); " +
		"1 failover to a backup and 0 returns to the primary, 1 spoke without any path"
	if got := y.text(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestCrowdLeavesOutWhatIsTooMuch(t *testing.T) {
	second := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var c crowd
	for i := range crowdLimit {
		if over, _, left := c.push(second.Add(time.Duration(i)*time.Millisecond), "UP"); over || left != "" {
			t.Fatalf("event %d of the second is left out", i+1)
		}
	}
	for _, word := range []string{"UP", "DOWN", "UP"} {
		if over, _, _ := c.push(second.Add(900*time.Millisecond), word); !over {
			t.Fatal("an event too many is not left out")
		}
	}
	over, since, left := c.push(second.Add(time.Second), "UP")
	if over || !since.Equal(second) || left != "and, too many to tell: 1 DOWN, 2 UP" {
		t.Errorf("next second: %v, %v, %q", over, since, left)
	}
	if _, left := c.flush(); left != "" {
		t.Errorf("told twice: %q", left)
	}
}

// A large fleet is told within bounds, and nothing is left out of the end.
func TestCrowdOfALargeFleet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stdout, stderr bytes.Buffer
		a := &app{stdout: &stdout, stderr: &stderr}
		o := demonstrating{tunnels: 500, reporting: reporting{every: time.Second, length: 4500 * time.Millisecond}}
		if err := a.simDemo(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		text := stdout.String()
		if n := strings.Count(text, "\n"); n > 5*crowdLimit+20 {
			t.Errorf("%d lines in 4.5 s, want few more than %d a second", n, crowdLimit)
		}
		if !strings.Contains(text, "and, too many to tell: ") || !strings.Contains(text, "498 up, 1 down, 1 disabled") {
			t.Errorf("no word of what was left out, or not all tunnels are up:\n%s", text)
		}
	})
}

func TestPaint(t *testing.T) {
	for word, want := range map[string]string{
		"DOWN": "\x1b[1;31mx\x1b[0m", "NONE": "\x1b[1;31mx\x1b[0m", "BACKUP": "\x1b[33mx\x1b[0m", "DEGRADED": "\x1b[33mx\x1b[0m",
		"UP": "\x1b[32mx\x1b[0m", "PRIMARY": "\x1b[32mx\x1b[0m", demoWord: "\x1b[1;36mx\x1b[0m", "SUMMARY": "x", "PENDING": "x",
	} {
		if got := paint(word, "x"); got != want {
			t.Errorf("%s is %q, want %q", word, got, want)
		}
	}
}

func TestPaintsOnlyATerminal(t *testing.T) {
	device, err := os.Open(os.DevNull) // a character device, as a terminal is
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	environment := func(set map[string]string) func(string) (string, bool) {
		return func(name string) (string, bool) { v, ok := set[name]; return v, ok }
	}
	plain := environment(nil)
	for what, c := range map[string]struct{ got, want bool }{
		"terminal":       {paints(device, plain), true},
		"xterm":          {paints(device, environment(map[string]string{"TERM": "xterm"})), true},
		"dumb terminal":  {paints(device, environment(map[string]string{"TERM": "dumb"})), false},
		"NO_COLOR":       {paints(device, environment(map[string]string{"NO_COLOR": "1"})), false},
		"NO_COLOR empty": {paints(device, environment(map[string]string{"NO_COLOR": ""})), false},
		"file":           {paints(file, plain), false},
		"buffer":         {paints(&bytes.Buffer{}, plain), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: painted %v, want %v", what, c.got, c.want)
		}
	}
}
