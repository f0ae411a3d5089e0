package tui

import (
	"strings"
	"testing"
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
