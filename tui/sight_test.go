package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
)

// marked is whether a tunnel's row has the mark of what got worse.
func marked(t *testing.T, m *model, name string) bool {
	t.Helper()
	row := m.board.tunnel(m.board.position(name))
	if row == nil {
		t.Fatalf("no tunnel %s", name)
	}
	line := lineWith(m, name)
	if line != "" && m.body().name() == "table" && strings.HasPrefix(line, "*") != row.New {
		t.Errorf("new is %v, and the row is %q", row.New, line)
	}
	return row.New
}

// TestWorseUntilSeen: a tunnel that went down is marked until it was on the
// screen for a second and a key was pressed.
func TestWorseUntilSeen(t *testing.T) {
	const name = "fra1-seoul-1"
	s := calm(60)
	m := openScene(s, 120, 40)
	if marked(t, m, name) || m.board.worse != 0 {
		t.Fatal("what is there at the first look is not new")
	}
	s.cut(name)
	s.run(5)
	look(m)
	if !marked(t, m, name) || lineWith(m, "* 1 got worse") == "" {
		t.Fatalf("not marked:\n%s", screenOf(m))
	}
	press(m, "j") // it has been there for no time at all
	if !marked(t, m, name) {
		t.Error("seen at once")
	}
	for range 3 {
		s.run(1)
		look(m)
	}
	if !marked(t, m, name) {
		t.Error("seen though nobody pressed a key")
	}
	press(m, "k")
	if marked(t, m, name) || m.board.worse != 0 || lineWith(m, "got worse") != "" {
		t.Error("still marked after a key")
	}
}

// TestUnseen: what is not on the screen, or on a frozen one, is not seen.
func TestUnseen(t *testing.T) {
	const name = "fra1-seoul-1"
	for _, c := range []struct {
		label string
		keys  []string
	}{
		{"another view", []string{"4", "j"}},
		{"filtered out", []string{":", "f", "i", "l", "t", "e", "r", " ", "z", "z", "z", "enter"}},
		{"frozen", []string{"space", "j"}},
		{"under the help", []string{"?", "down"}},
	} {
		t.Run(c.label, func(t *testing.T) {
			s := calm(60)
			m := openScene(s, 120, 40)
			s.cut(name)
			s.run(5)
			look(m)
			press(m, c.keys...)
			for range 3 {
				s.run(1)
				look(m)
				press(m, "j")
			}
			if row := m.board.tunnel(m.board.position(name)); !row.New {
				t.Error("it counts as seen")
			}
		})
	}
}

// TestShortOutageIsMarked: down and up again between two looks, or before
// anybody saw it.
func TestShortOutageIsMarked(t *testing.T) {
	const name = "fra1-seoul-1"
	s := calm(60)
	m := openScene(s, 120, 40)
	s.cut(name)
	s.run(5)
	s.mend(name)
	s.run(2)
	look(m)
	if !marked(t, m, name) {
		t.Error("not marked")
	}
	press(m, "a")
	if marked(t, m, name) {
		t.Error("a does not take it for seen")
	}
	look(m)
	if marked(t, m, name) {
		t.Error("marked again by the same outage")
	}
}

// reloaded is a source whose tunnels are others from a moment on.
type reloaded struct {
	*scene
	next *scene // nil: not yet
}

func (s *reloaded) Report(now time.Time, into *fleet.Report) *fleet.Report {
	return s.current().Report(now, into)
}

func (s *reloaded) Changes(now time.Time, since uint64, into *fleet.Changes) *fleet.Changes {
	return s.current().Changes(now, since, into)
}

func (s *reloaded) current() *scene {
	if s.next != nil {
		return s.next
	}
	return s.scene
}

// TestReloadForgetsNothing: what got worse stays marked over a reload, and what was seen
// seen, wherever the tunnel is now; of what is new nothing is.
func TestReloadForgetsNothing(t *testing.T) {
	const worse, seen, later = "fra1-seoul-1", "ams2-seoul-1", "ams2-lima-1"
	s := &reloaded{scene: calm(60)}
	s.cut(seen)
	s.run(5)
	m := open(s, s.scene, 120, 40)
	s.cut(worse)
	s.run(5)
	look(m)

	tunnels := slices.Clone(s.inv.Tunnels[:40])
	slices.Reverse(tunnels)
	next := sceneOf(&fleet.Inventory{Spokes: s.inv.Spokes, Tunnels: tunnels})
	next.now = s.now
	next.cut(worse)
	next.cut(seen)
	next.run(10)
	s.next = next
	s.run(10)
	look(m)
	for name, want := range map[string]bool{worse: true, seen: false, later: false} {
		if got := m.board.tunnel(m.board.position(name)).New; got != want {
			t.Errorf("%s is marked: %t", name, got)
		}
	}
	if m.board.worse != 1 {
		t.Errorf("%d got worse, want 1", m.board.worse)
	}
	next.cut(later)
	next.run(10)
	s.run(10)
	look(m)
	if !marked(t, m, later) || m.board.worse != 2 {
		t.Errorf("what goes down after the reload is not marked: %d are", m.board.worse)
	}
}
