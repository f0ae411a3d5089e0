package tui

import (
	"strings"
	"testing"
	"time"

	"greylag/fleet"
)

// rowsOf are the names on the screen, from the top.
func rowsOf(m *model) (names []string) {
	first, end := m.table().list.bounds()
	for _, position := range m.board.shown[first:end] {
		names = append(names, m.board.rows[position].Tunnel.Tunnel.Name)
	}
	return names
}

// TestCursorFollowsTunnel: when rows are sorted anew, the cursor stays on its
// tunnel, and that on its line of the screen.
func TestCursorFollowsTunnel(t *testing.T) {
	s := night(60)
	m := openScene(s, 80, 24)
	press(m, "G", "k", "k")
	name := m.board.cursorName()
	line := m.board.line() - m.table().list.top
	for i := range 10 {
		s.cut(s.enabled[i*4+1].Name)
	}
	s.run(5)
	look(m)
	if got := m.board.cursorName(); got != name {
		t.Errorf("the cursor went from %s to %s", name, got)
	}
	if got := m.board.line() - m.table().list.top; got != line {
		t.Errorf("its line of the screen went from %d to %d", line, got)
	}
	if !strings.HasPrefix(lineWith(m, name), ">") {
		t.Errorf("row %q", lineWith(m, name))
	}
}

// TestRowsHoldWhileKeysArePressed: nothing jumps under the fingers; a second
// after the last key it is sorted.
func TestRowsHoldWhileKeysArePressed(t *testing.T) {
	s := night(60)
	m := openScene(s, 80, 24)
	press(m, "j")
	before := rowsOf(m)
	s.cut("fra1-seoul-1")
	s.run(5)
	s.now = s.now.Add(-5 * time.Second)
	look(m)
	if got := strings.Join(rowsOf(m), " "); got != strings.Join(before, " ") {
		t.Errorf("rows jumped while a key was pressed:\n%s\nwas\n%s", got, before)
	}
	if got := m.board.rows[0].Tunnel.State; got != fleet.Down {
		t.Errorf("but states are shown: %s", got)
	}
	s.now = s.now.Add(5 * time.Second)
	look(m)
	if got := rowsOf(m)[0]; got != "fra1-seoul-1" {
		t.Errorf("%s is on top, want what failed last", got)
	}
}

// TestLooseCursor: until somebody moves it, the cursor is on the worst.
func TestLooseCursor(t *testing.T) {
	s := night(60)
	m := openScene(s, 80, 24)
	s.cut("fra1-seoul-1")
	s.run(5)
	look(m)
	if got := m.board.cursorName(); got != "fra1-seoul-1" {
		t.Errorf("cursor on %s", got)
	}
	press(m, "j", "g")
	s.cut("ams2-seoul-1")
	s.run(5)
	look(m)
	if got := m.board.cursorName(); got != "ams2-seoul-1" {
		t.Errorf("after g: cursor on %s", got)
	}
	press(m, "enter") // from here on it is about this tunnel
	s.cut("fra1-hanoi-1")
	s.run(5)
	look(m)
	if got := m.board.cursorName(); got != "ams2-seoul-1" {
		t.Errorf("detail went from ams2-seoul-1 to %s", got)
	}
}

// TestAnotherFleet: a source whose tunnels become others (a stream that begins
// anew) is followed, and the cursor finds its tunnel by name.
func TestAnotherFleet(t *testing.T) {
	small, large := night(20), night(60)
	m := openScene(small, 80, 24)
	press(m, "G")
	name := m.board.cursorName()
	m.board.setMark()
	m.puller.source, m.board.source = large, large
	for range 2 {
		look(m)
		if got := len(m.board.shown); got != 60 {
			t.Fatalf("%d rows", got)
		}
		if got := m.board.cursorName(); got != name {
			t.Errorf("the cursor went from %s to %s", name, got)
		}
		wellFormed(t, m)
	}
	m.puller.source, m.board.source = small, small
	press(m, "G")
	look(m)
	if got := len(m.board.shown); got != 20 {
		t.Fatalf("%d rows", got)
	}
	wellFormed(t, m)
	press(m, "j", "k", "n", "z", "enter", "tab")
}

// TestOutcomesOfVisibleRowsOnly: the source is asked for what is drawn, once for
// each snapshot.
func TestOutcomesOfVisibleRowsOnly(t *testing.T) {
	s := night(500)
	m := openScene(s, 200, 50)
	s.asked = nil
	look(m)
	for range 3 {
		m.stale = true
		m.View()
	}
	if got := len(s.asked); got != 46 { // 50 less header, headings and footer
		t.Errorf("asked %d times, want once for each of the 46 rows", got)
	}
}

// TestMarkCounts: counters count from the mark; history stays.
func TestMarkCounts(t *testing.T) {
	s := newScene(2)
	s.run(10)
	s.cut("fra1-seoul-1")
	s.run(10)
	s.mend("fra1-seoul-1")
	s.run(1)
	m := openScene(s, 120, 40)
	want := func(sent, lost, flaps uint64, loss float64) {
		t.Helper()
		c := m.board.counts(0)
		if c.sent != sent || c.lost != lost || c.flaps != flaps || m.board.loss(0) != loss {
			t.Errorf("%+v, loss %v; want %d sent, %d lost, %d flaps, loss %v", c, m.board.loss(0), sent, lost, flaps, loss)
		}
	}
	want(21, 10, 1, 10.0/21)
	press(m, "z")
	want(0, 0, 0, -1)
	s.run(4)
	look(m)
	want(4, 0, 0, 0)
	press(m, "Z")
	want(25, 10, 1, 10.0/25)
}

// TestRates: packets a second, between reports at least a second apart.
func TestRates(t *testing.T) {
	r := rates{}
	at := func(seconds float64, sent, received uint64) {
		report := &fleet.Report{Time: dawn.Add(time.Duration(seconds * float64(time.Second)))}
		report.Summary.Engine = fleet.EngineReport{Sent: sent, Received: received}
		r.follow(report)
	}
	at(0, 1000, 900)
	if r.known {
		t.Error("a rate after one report")
	}
	at(0.5, 1500, 1400)
	if r.known {
		t.Error("a rate over half a second")
	}
	at(2, 3000, 2500)
	if !r.known || r.sendPerSecond != 1000 || r.hearPerSecond != 800 {
		t.Errorf("%+v, want 1000 and 800 a second", r)
	}
	at(3, 10, 9) // the engine began anew
	if r.known {
		t.Errorf("%+v after a restart", r)
	}
}

// TestRatesOfAStream: between two reports ten seconds apart the rate holds, and it
// is that of ten seconds, though it is looked at twice in each. The first report
// may be of any time before.
func TestRatesOfAStream(t *testing.T) {
	r := rates{}
	for half := range 100 {
		now := dawn.Add(time.Duration(half) * time.Second / 2)
		report := &fleet.Report{Time: now}
		n := uint64(half+13) / 20 * 600 // 60 a second
		report.Summary.Engine = fleet.EngineReport{Sent: n, Received: n / 2}
		r.follow(report)
		if is := half >= 27; r.known != is || is && (r.sendPerSecond != 60 || r.hearPerSecond != 30) {
			t.Fatalf("after %s: %+v", now.Sub(dawn), r)
		}
	}
	last := r.sent
	report := &fleet.Report{Time: r.time.Add(rateHolds)}
	report.Summary.Engine = fleet.EngineReport{Sent: last, Received: last / 2}
	if r.follow(report); r.sendPerSecond != 0 || r.hearPerSecond != 0 {
		t.Errorf("nothing is sent any more: %+v", r)
	}
}
