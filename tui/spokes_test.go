package tui

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
)

// TestSpokesGolden: each verdict on a spoke, at every size.
func TestSpokesGolden(t *testing.T) {
	goldenSizes(t, "spokes-broken", func(size screenSize) *model {
		m := openScene(broken(), size.width, size.height)
		press(m, "3")
		return m
	})
	m := openScene(broken(), 120, 40, func(o *Options) { o.ASCII, o.Color = true, ColorNone })
	press(m, "3")
	goldenStyled(t, "spokes-broken-ascii", m)
}

// spokesOf is the view, after the key that shows it.
func spokesOf(m *model, keys ...string) *spokesView {
	press(m, append([]string{"3"}, keys...)...)
	return m.body().(*spokesView)
}

// names are the spokes on the screen, from the top.
func (v *spokesView) names(m *model) (list []string) {
	for _, place := range v.shown {
		list = append(list, m.board.report.Spokes[place].Spoke.Name)
	}
	return list
}

// under is the name of the spoke under the cursor.
func (v *spokesView) under(m *model) string {
	if v.selected < 0 {
		return ""
	}
	return m.board.report.Spokes[v.selected].Spoke.Name
}

// TestSpokesOrder: the worst first, in it the latest, and what is well as it was
// declared.
func TestSpokesOrder(t *testing.T) {
	s := broken()
	m := openScene(s, 120, 40)
	v := spokesOf(m)
	want := []string{
		"seoul-1", "seoul-2", // cut off: 2s ago, and always
		"jakarta-1",         // black hole
		"tokyo-1",           // on backup
		"hanoi-1", "lima-1", // unprotected: since they are up, in the order of the inventory
		"ho-chi-minh-city-1", "manila-1",
	}
	if diff := cmp.Diff(want, v.names(m)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	typed(m, ":mute known", "enter") // the cursor is on seoul-1, and its key tunnel is fra1-seoul-1
	s.run(2)
	look(m)
	if got := v.names(m); got[len(got)-1] != "seoul-1" {
		t.Errorf("what is muted is to come last: %v", got)
	}
}

// TestSpokesHoldStill: while keys are pressed no line jumps; then the worst comes
// first, and the cursor stays on its spoke.
func TestSpokesHoldStill(t *testing.T) {
	s := calm(60)
	m := openScene(s, 120, 40)
	v := spokesOf(m, "j", "j")
	before := v.names(m)
	s.cut("fra1-lima-4", "ams2-lima-4")
	for range 8 {
		s.run(1)
		press(m, "k", "j")
		look(m)
		if diff := cmp.Diff(before, v.names(m)); diff != "" {
			t.Fatalf("it jumps (-before +after):\n%s", diff)
		}
	}
	s.run(2)
	look(m)
	if got := v.names(m)[0]; got != "lima-4" {
		t.Errorf("%s is on top, want what is cut off", got)
	}
	if got := v.under(m); got != before[2] {
		t.Errorf("the cursor is on %s, want %s", got, before[2])
	}
	press(m, "g")
	s.cut("fra1-tokyo-2", "ams2-tokyo-2")
	s.run(10)
	look(m)
	if got := v.under(m); got != "tokyo-2" {
		t.Errorf("after g the cursor is on %s, want what comes to the top", got)
	}
}

// TestSpokesAnew: who comes back to the spokes finds them sorted as they are now.
func TestSpokesAnew(t *testing.T) {
	s := calm(60)
	m := openScene(s, 120, 40)
	spokesOf(m, "j")
	press(m, "1")
	s.cut("fra1-lima-4", "ams2-lima-4")
	for range 6 {
		s.run(1)
		look(m)
	}
	v := spokesOf(m)
	if got := v.names(m)[0]; got != "lima-4" {
		t.Errorf("%s is on top, want what is cut off", got)
	}
}

// TestSpokesFilter: a spoke is shown if any of its tunnels passes.
func TestSpokesFilter(t *testing.T) {
	for filter, want := range map[string]string{
		"state:down hub:ams2": "seoul-1 hanoi-1",
		"path:backup":         "jakarta-1 tokyo-1",
		"spoke:lima*":         "lima-1",
		"lone":                "",
	} {
		m := openScene(broken(), 120, 40)
		v := spokesOf(m)
		typed(m, "/"+filter, "enter")
		if got := strings.Join(v.names(m), " "); got != want {
			t.Errorf("%q shows %q, want %q", filter, got, want)
		}
		if want == "" && lineWith(m, "Nothing matches the filter.") == "" {
			t.Errorf("screen:\n%s", screenOf(m))
		}
		wellFormed(t, m)
	}
	m := openScene(broken(), 120, 40)
	v := spokesOf(m, "!")
	if got, want := strings.Join(v.names(m), " "), "seoul-1 jakarta-1 tokyo-1 hanoi-1 manila-1"; got != want {
		t.Errorf("! shows %q, want %q", got, want)
	}
}

// TestSpokesProblems: n and N go to the spokes in trouble, around the end.
func TestSpokesProblems(t *testing.T) {
	m := openScene(broken(), 120, 40)
	v := spokesOf(m, "G")
	for _, c := range []struct{ key, want string }{
		{"n", "seoul-1"}, {"n", "seoul-2"}, {"n", "jakarta-1"}, {"N", "seoul-2"}, {"N", "seoul-1"}, {"N", "lima-1"},
	} {
		if press(m, c.key); v.under(m) != c.want {
			t.Fatalf("%s leads to %s, want %s", c.key, v.under(m), c.want)
		}
	}
	m = openScene(calm(6), 120, 40)
	spokesOf(m, "n")
	if lineWith(m, "no further problem") == "" {
		t.Errorf("screen:\n%s", screenOf(m))
	}
}

// TestSpokesTarget: what acts acts on the tunnel that the line speaks of, and
// enter shows that.
func TestSpokesTarget(t *testing.T) {
	m := openScene(broken(), 80, 24)
	v := spokesOf(m)
	for _, c := range []struct{ spoke, tunnel string }{
		{"seoul-1", "fra1-seoul-1"}, {"seoul-2", ""}, {"jakarta-1", "fra1-jakarta-1"}, {"tokyo-1", "fra1-tokyo-1"},
		{"hanoi-1", "ams2-hanoi-1"}, {"lima-1", "ams2-lima-1"}, {"ho-chi-minh-city-1", "fra1-ho-chi-minh-city-1"},
	} {
		got := ""
		if row := m.board.tunnel(m.target()); row != nil {
			got = row.Tunnel.Tunnel.Name
		}
		if v.under(m) != c.spoke || got != c.tunnel {
			t.Errorf("on %s the target is %q, want %q on %s", v.under(m), got, c.tunnel, c.spoke)
		}
		press(m, "j")
	}
	press(m, "g", "j", "enter")
	if lineWith(m, "no tunnel is under the cursor") == "" {
		t.Errorf("a spoke without a tunnel opens:\n%s", screenOf(m))
	}
	press(m, "j", "enter")
	if !m.pane || m.board.cursorName() != "fra1-jakarta-1" {
		t.Errorf("enter opens %s (%v)", m.board.cursorName(), m.pane)
	}
}

// TestSpokesCursor: the tunnel that was chosen elsewhere is the spoke's here, and
// the other way round.
func TestSpokesCursor(t *testing.T) {
	m := openScene(broken(), 80, 24)
	typed(m, ":goto ams2-manila-1", "enter")
	v := spokesOf(m)
	if got := v.under(m); got != "manila-1" {
		t.Errorf("the cursor is on %s, want manila-1", got)
	}
	press(m, "k", "k", "1")
	if got := m.board.cursorName(); got != "ams2-lima-1" {
		t.Errorf("the table's cursor is on %s, want ams2-lima-1", got)
	}
	spokesOf(m)
	typed(m, ":goto fra1-tokyo-1", "enter")
	if got := v.under(m); got != "tokyo-1" {
		t.Errorf("goto leads to %s", got)
	}
}

// TestSpokesReading: what somebody reads beside the list is not exchanged for
// another tunnel when the spoke's trouble changes.
func TestSpokesReading(t *testing.T) {
	s := broken()
	m := openScene(s, 200, 50)
	v := spokesOf(m, "n", "n", "enter") // jakarta-1
	if m.board.cursorName() != "fra1-jakarta-1" {
		t.Fatalf("reading %s", m.board.cursorName())
	}
	s.mend("fra1-jakarta-1")
	s.cut("ams2-jakarta-1")
	s.run(20)
	look(m)
	if v.under(m) != "jakarta-1" || m.board.cursorName() != "fra1-jakarta-1" || m.target() != m.board.cursor {
		t.Errorf("reading %s of %s, target %d", m.board.cursorName(), v.under(m), m.target())
	}
}

// TestSpokesWalk: wherever keys lead, the cursor is on a spoke on the screen, and
// the target is one of its tunnels.
func TestSpokesWalk(t *testing.T) {
	random := rand.New(rand.NewSource(9))
	keys := []string{"h", "j", "k", "l", "g", "G", "pgup", "pgdown", "ctrl+u", "ctrl+d", "n", "N"}
	for _, n := range []int{1, 60, 500} {
		s := night(n)
		for _, size := range sizes {
			m := openScene(s, size.width, size.height)
			v := spokesOf(m)
			for range 200 {
				key := keys[random.Intn(len(keys))]
				press(m, key)
				first, end := v.list.bounds()
				if v.list.cursor < first || v.list.cursor >= end || v.shown[v.list.cursor] != v.selected {
					t.Fatalf("after %s: line %d of %d to %d", key, v.list.cursor, first, end)
				}
				if got := m.board.spokeAt(m.target()); got != v.selected || m.board.spokeAt(m.board.cursor) != v.selected {
					t.Fatalf("after %s: the target is of spoke %d, the cursor is on %d", key, got, v.selected)
				}
			}
			wellFormed(t, m)
		}
	}
}

// TestSpokesClick: a click chooses the line.
func TestSpokesClick(t *testing.T) {
	m := openScene(broken(), 80, 24)
	v := spokesOf(m)
	if !v.click(m, 5, 3) || v.under(m) != "jakarta-1" {
		t.Errorf("the third line is %s", v.under(m))
	}
	for _, y := range []int{-1, 0, 9, 100} {
		if v.click(m, 5, y) {
			t.Errorf("a click on line %d chose %s", y, v.under(m))
		}
	}
}

// TestSpokesNone: the screen says why it is empty.
func TestSpokesNone(t *testing.T) {
	s := newScene(0)
	m := openScene(s, 80, 24)
	spokesOf(m)
	if lineWith(m, "The inventory has no tunnels.") == "" {
		t.Errorf("screen:\n%s", screenOf(m))
	}
	inv := &fleet.Inventory{Tunnels: newScene(2).inv.Tunnels}
	lone := &scene{Store: fleet.NewStore(inv, dawn), inv: inv, now: dawn}
	m = openScene(lone, 80, 24)
	spokesOf(m, "j", "n")
	if lineWith(m, "The inventory has no spokes.") == "" {
		t.Errorf("screen:\n%s", screenOf(m))
	}
}

// TestSpokeCells: the words of single cells.
func TestSpokeCells(t *testing.T) {
	watched := &fleet.Spoke{Name: "seoul"}
	route := func(r fleet.Route) fleet.SpokeReport { return fleet.SpokeReport{Spoke: watched, Route: &r} }
	hole := route(fleet.Route{Device: "gre1", Tunnel: "fra1-seoul"})
	hole.BlackHole = true
	for _, c := range []struct {
		draw  func(*drawing, int)
		spoke fleet.SpokeReport
		want  string
	}{
		{drawVerdict, fleet.SpokeReport{Path: fleet.PathNone}, "none"},
		{drawVerdict, fleet.SpokeReport{Path: fleet.PathBackup, Active: "a", Ranked: true}, "backup!"},
		{drawVerdict, fleet.SpokeReport{Path: fleet.PathBackup, Active: "a", Ranked: true, Protected: true}, "backup"},
		{drawVerdict, fleet.SpokeReport{Path: fleet.PathPrimary, Active: "a", Ranked: true}, "primary!"},
		{drawVerdict, fleet.SpokeReport{Path: fleet.PathPrimary, Active: "a"}, "primary"},
		{drawVerdict, fleet.SpokeReport{Path: fleet.PathPrimary, Active: "a", BlackHole: true}, "BLACK HOLE"},
		{drawVia, fleet.SpokeReport{}, "-"},
		{drawNext, fleet.SpokeReport{Active: "a", Ranked: true, Next: "b"}, "b"},
		{drawNext, fleet.SpokeReport{Active: "a", Ranked: true}, "nothing"},
		{drawNext, fleet.SpokeReport{Active: "a"}, "no backup"},
		{drawNext, fleet.SpokeReport{Ranked: true}, ""},
		{drawDead, fleet.SpokeReport{}, ""},
		{drawDead, fleet.SpokeReport{DeadBackups: []string{"b"}}, "b"},
		{drawDead, fleet.SpokeReport{DeadBackups: []string{"ams2-seoul", "sin1", "lte"}}, "ams2-seoul +2"},
		{drawOnBackup, fleet.SpokeReport{OnBackup: 90e9}, "1m30s"},
		{drawOnBackup, fleet.SpokeReport{}, "-"},
		{drawUnprotected, fleet.SpokeReport{Unprotected: 3600e9}, "1h"},
		{drawRoute, hole, "gre1 > fra1-seoul (down)"},
		{drawRoute, route(fleet.Route{Device: "eth0", Gateway: "192.0.2.1"}), "eth0 via 192.0.2.1"},
		{drawRoute, route(fleet.Route{Device: "gre1", Tunnel: "fra1-seoul", NextHops: 3}), "gre1 > fra1-seoul +2"},
		{drawRoute, route(fleet.Route{Type: "blackhole"}), "blackhole"},
		{drawRoute, fleet.SpokeReport{Spoke: watched}, ""},
		{drawRoute, fleet.SpokeReport{Spoke: watched, BlackHole: true}, ""}, // a stream may say so
		{drawRoute, fleet.SpokeReport{Spoke: &broken().inv.Spokes[3]}, "no route"},
		{drawSpokeWhy, fleet.SpokeReport{}, "it has no tunnel"},
	} {
		canvas := newCanvas(newTheme(ColorNone, true, false), 30, 1)
		c.draw(&drawing{c: canvas, spoke: &c.spoke}, 30)
		if canvas.used != 30 {
			t.Errorf("%+v: %d cells", c.spoke, canvas.used)
		}
		canvas.end()
		if got := strings.TrimSpace(textOn(canvas)); got != c.want {
			t.Errorf("%+v: %q, want %q", c.spoke, got, c.want)
		}
	}
}
