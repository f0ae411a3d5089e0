package tui

import (
	"strings"
	"testing"
	"time"

	"greylag/fleet"
)

// openEvents is the events view of a scene.
func openEvents(s *scene, width, height int) *model {
	m := openScene(s, width, height)
	press(m, ":")
	typed(m, "view events", "enter")
	press(m, "ctrl+l") // drops the message
	return m
}

// TestEventsFollowTheEnd: until somebody scrolls, and again at the end.
func TestEventsFollowTheEnd(t *testing.T) {
	s := night(60)
	m := openEvents(s, 120, 20)
	v := m.body().(*eventsView)
	last := func() string {
		return m.board.events[v.shown[v.list.cursor]].Tunnel
	}
	fail := func(name string) {
		s.cut(name)
		s.run(5)
		look(m)
	}
	fail("fra1-tokyo-1")
	if at, size := v.place(); at != size-1 {
		t.Errorf("on %d of %d, want the last", at, size)
	}
	press(m, "k", "k")
	name, number := last(), v.selected
	fail("fra1-manila-1")
	if v.selected != number || last() != name {
		t.Errorf("the cursor went from event %d to %d", number, v.selected)
	}
	press(m, "G")
	fail("fra1-lima-1")
	if at, size := v.place(); at != size-1 {
		t.Errorf("after G: on %d of %d, want the last", at, size)
	}
	wellFormed(t, m)
}

// TestServiceEvents: what greylag says of itself is shown, is found by its name, and
// is among what got worse while it is trouble.
func TestServiceEvents(t *testing.T) {
	s := calm(20)
	s.Tell(fleet.Event{Time: s.now, Service: "journal", Was: "writing", Is: "full", Trouble: true, Detail: "no space left"})
	s.Tell(fleet.Event{Time: s.now, Service: "journal", Was: "full", Is: "writing"})
	m := openEvents(s, 120, 40)
	for _, want := range []string{"greylag journal writing > full  no space left", "greylag journal full > writing"} {
		if !strings.Contains(screenOf(m), want) {
			t.Errorf("not on the screen: %s", want)
		}
	}
	v := m.body().(*eventsView)
	press(m, "!")
	if len(v.shown) != 1 {
		t.Errorf("%d got worse, want 1", len(v.shown))
	}
	press(m, "!", "/")
	typed(m, "journal", "enter")
	if len(v.shown) != 2 {
		t.Errorf("%d are of the journal, want 2", len(v.shown))
	}
	wellFormed(t, m)
}

// TestEventsFilter: by the same language; ! leaves what got worse.
func TestEventsFilter(t *testing.T) {
	s := calm(20)
	s.cut("fra1-seoul-1")
	s.run(5)
	s.mend("fra1-seoul-1")
	s.run(2)
	m := openEvents(s, 120, 40)
	v := m.body().(*eventsView)
	all := len(v.shown)
	for filter, want := range map[string]int{
		"seoul-1 state:down": 1, "state:down": 1, "spoke:seoul-1 path:backup": 1, "since<5s": 4, "zzz": 0, "": all,
	} {
		m.setFilter(filter)
		if got := len(v.shown); got != want {
			t.Errorf("%q shows %d events, want %d", filter, got, want)
		}
		wellFormed(t, m)
	}
	m.setFilter("")
	press(m, "!")
	// fra1-seoul-1 went down, and its spoke to backup.
	if got := len(v.shown); got != 2 {
		t.Errorf("! shows %d events, want 2", got)
	}
}

// TestEventJumps: enter goes to the tunnel, and drops a filter that hides it; n
// goes from one bad event to the next.
func TestEventJumps(t *testing.T) {
	s := calm(20)
	s.cut("fra1-seoul-1")
	s.run(5)
	m := openEvents(s, 120, 40)
	press(m, "N")
	if got := m.board.rows[m.target()].Tunnel.Tunnel.Name; got != "fra1-seoul-1" {
		t.Errorf("the bad event is of %s", got)
	}
	press(m, "enter")
	if !m.pane || m.board.cursorName() != "fra1-seoul-1" {
		t.Errorf("detail is open: %v, of %s", m.pane, m.board.cursorName())
	}
	press(m, "esc")
	m.setFilter("hub:ams2")
	press(m, ":")
	typed(m, "goto fra1-seoul-1", "enter")
	if m.board.filter.active() || m.board.cursorName() != "fra1-seoul-1" {
		t.Errorf("filter %q hides %s", m.board.filter.text, "fra1-seoul-1")
	}
	if lineWith(m, "the filter is off: it hid the tunnel") == "" {
		t.Error("nothing is said of the filter")
	}
}

// TestIncidentsAboveEvents: those that go on come first, and take a quarter of
// the screen at most.
func TestIncidentsAboveEvents(t *testing.T) {
	s := calm(60)
	for _, t := range s.enabled {
		if t.Hub == "ams2" {
			s.cut(t.Name)
		}
	}
	s.run(6)
	m := openEvents(s, 120, 24)
	if len(m.board.incidents) != 1 {
		t.Fatalf("%d incidents", len(m.board.incidents))
	}
	line := lineWith(m, "#1 ")
	if want := m.board.incidents[0].Text(); !strings.Contains(line, want) || !strings.Contains(line, "ams2") {
		t.Errorf("line %q, want %q", line, want)
	}
	for range 20 {
		m.board.incidents = append(m.board.incidents, fleet.Incident{Number: 9, End: dawn})
	}
	m.refresh()
	if got := incidentLines(m, 21); got != 5 {
		t.Errorf("%d lines of incidents, want 5 of 21", got)
	}
	m.stale = true
	wellFormed(t, m)
	if line := lineWith(m, "time      what"); !strings.Contains(line, "and 16 more incidents") {
		t.Errorf("heading %q does not tell of the 16 incidents that have no room", line)
	}
	press(m, "g")
	if v := m.body().(*eventsView); !v.click(m, 3, 1+5) || v.list.cursor != 0 {
		t.Errorf("a click below the incidents and the heading selects event %d", v.list.cursor)
	}
}

// TestEventTime: the time of day in the terminal's zone; the day where it is
// long ago.
func TestEventTime(t *testing.T) {
	zone := time.FixedZone("", 9*3600)
	now := dawn.In(zone)
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{dawn, "11:50:00"},
		{dawn.Add(-23 * time.Hour), "12:50:00"},
		{dawn.Add(-25 * time.Hour), "Nov 21  "},
		{dawn.Add(time.Minute), "11:51:00"}, // clocks differ
	} {
		if got := eventTime(c.at, now); got != c.want {
			t.Errorf("%s is %q, want %q", c.at, got, c.want)
		}
	}
}

// TestEventWords: each kind of change in words.
func TestEventWords(t *testing.T) {
	for _, c := range []struct {
		event fleet.Event
		want  string
	}{
		{fleet.Event{Tunnel: "t1", From: fleet.Up, To: fleet.Down, Reason: fleet.ReasonBlackHole, Detail: "198.51.100.17 answers echo"},
			"02:50:00 ✗ t1 up > down  black-hole  198.51.100.17 answers echo"},
		{fleet.Event{Tunnel: "t1", From: fleet.Down, To: fleet.Up, Outage: 192 * time.Second}, "02:50:00 ✓ t1 down > up  after 3m12s"},
		{fleet.Event{Spoke: "seoul", FromPath: fleet.PathPrimary, ToPath: fleet.PathBackup, Active: "t2"},
			"02:50:00 ↷ spoke seoul primary > backup  via t2"},
		{fleet.Event{Spoke: "seoul", FromPath: fleet.PathBackup, ToPath: fleet.PathNone}, "02:50:00 ∅ spoke seoul backup > none"},
		{fleet.Event{Spoke: "seoul", FromPath: fleet.PathPrimary, ToPath: fleet.PathPrimary, Active: "t1", Protected: true},
			"02:50:00 ✓ spoke seoul protected again  via t1"},
		{fleet.Event{Spoke: "seoul", FromPath: fleet.PathPrimary, ToPath: fleet.PathPrimary, Active: "t1"},
			"02:50:00 ! spoke seoul unprotected  via t1"},
		{fleet.Event{Spoke: "seoul", FromPath: fleet.PathBackup, ToPath: fleet.PathBackup, BlackHole: true, Active: "t2",
			Route: &fleet.Route{Device: "gre1"}, Detail: "10.17.0.0/16 by gre1"},
			"02:50:00 ⊗ spoke seoul route into a dead tunnel  via t2  10.17.0.0/16 by gre1"},
		{fleet.Event{Spoke: "seoul", FromPath: fleet.PathBackup, ToPath: fleet.PathBackup, Active: "t2", Protected: true,
			Route: &fleet.Route{Device: "gre2"}}, "02:50:00 ↷ spoke seoul route is right again  via t2"},
	} {
		c.event.Time = dawn
		canvas := newCanvas(newTheme(ColorNone, true, false), 100, 1)
		drawEvent(canvas, &c.event, &board{}, dawn)
		canvas.fill()
		if got := strings.TrimSpace(strip(canvas.String())); got != c.want {
			t.Errorf("%q\nwant %q", got, c.want)
		}
	}
}
