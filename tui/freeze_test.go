package tui

import (
	"strings"
	"testing"
)

// body is the screen without its header, which has a clock.
func bodyOf(m *model) string {
	_, rest, _ := strings.Cut(screenOf(m), "\n")
	return rest
}

// TestFreeze: the screen stands still while the fleet goes on, says for how long
// and how far behind it is, and then shows all of it.
func TestFreeze(t *testing.T) {
	s := calm(20)
	m := openScene(s, 120, 40)
	before := len(m.board.events)
	press(m, "space")
	still := bodyOf(m)

	s.cut("fra1-seoul-1") // goes down after 3, and its spoke to backup: 2 events
	for range 10 {
		s.run(1)
		look(m)
	}
	if got := bodyOf(m); got != still {
		t.Errorf("the screen changed:\n%s\nwas\n%s", got, still)
	}
	if line := lineWith(m, "FROZEN"); !strings.HasSuffix(line, " FROZEN 10s, 2 events behind  ") {
		t.Errorf("header %q", line)
	}
	if got := len(m.board.events); got != before {
		t.Errorf("%d events on the board, want the %d of before", got, before)
	}

	press(m, "space")
	look(m)
	if lineWith(m, "FROZEN") != "" {
		t.Error("still frozen")
	}
	if got := len(m.board.events); got != before+2 {
		t.Errorf("%d events, want %d", got, before+2)
	}
	if line := lineWith(m, "fra1-seoul-1"); !strings.Contains(line, "✗") {
		t.Errorf("row %q", line)
	}
}

// TestFreezeInFlight: a look that was under way when the screen was frozen, or
// let go, neither moves it nor loses an event.
func TestFreezeInFlight(t *testing.T) {
	s := calm(20)
	m := openScene(s, 120, 40)
	before := len(m.board.events)

	s.cut("fra1-seoul-1")
	s.run(5)
	full := m.puller.take(false)
	press(m, "space")
	still := bodyOf(m)
	m.Update(full)
	if got := bodyOf(m); got != still {
		t.Errorf("a look under way moved the screen:\n%s", got)
	}

	s.mend("fra1-seoul-1")
	s.run(2)
	empty := m.puller.take(true)
	press(m, "space")
	m.Update(empty)
	s.cut("ams2-seoul-1")
	s.run(5)
	look(m)
	// fra1 down, its spoke to backup, fra1 up, its spoke to primary; then ams2
	// down, and the spoke unprotected.
	if got := len(m.board.events) - before; got != 6 {
		t.Errorf("%d new events, want 6: %+v", got, m.board.events[before:])
	}
	for i := range m.board.events {
		if n := m.board.events[i].Number; n != uint64(i+1) {
			t.Fatalf("event %d has number %d", i, n)
		}
	}
}

// TestEventsAreBounded: the viewer forgets the oldest, also while frozen, and
// counts them.
func TestEventsAreBounded(t *testing.T) {
	s := newScene(2000)
	s.run(1)
	m := openScene(s, 80, 24)
	storm := func() {
		for i := range s.lines {
			s.lines[i].cut = true
		}
		s.run(4)
		for i := range s.lines {
			s.lines[i].cut = false
		}
		s.run(1)
		look(m)
	}
	for range 6 {
		storm()
	}
	press(m, "space")
	for range 6 {
		storm()
	}
	press(m, "space")
	look(m)
	last := m.board.events[len(m.board.events)-1].Number
	if got := len(m.board.events); got != eventsKept {
		t.Errorf("%d events kept, want %d of %d", got, eventsKept, last)
	}
	if got := m.board.missed + uint64(len(m.board.events)); got != last {
		t.Errorf("%d missed and kept, want all %d", got, last)
	}
}
