package tui

import (
	"strings"
	"testing"
)

// TestNote: what the source has to say just now is in the footer, in front of the
// keys and cut before the place; a message, a prompt and a menu go before it.
func TestNote(t *testing.T) {
	const note = "14:02:11 fra1-seoul's far end turns strict unicast RPF on"
	s := calm(4)
	s.status.Note = note
	footer := func(m *model) string {
		lines := strings.Split(screenOf(m), "\n")
		return strings.TrimRight(lines[len(lines)-1], " ")
	}
	m := openScene(s, 120, 40)
	if got := footer(m); !strings.HasPrefix(got, " "+note+"  ? help ") || !strings.HasSuffix(got, "table 1/4") {
		t.Errorf("footer %q", got)
	}
	press(m, "b")
	if got := footer(m); got != " a new outage rings the bell" {
		t.Errorf("footer %q, want the message", got)
	}
	press(m, "esc", "?")
	if got := footer(m); strings.Contains(got, note) || !strings.Contains(got, "esc back") {
		t.Errorf("footer %q, want the keys of the help", got)
	}
	m = openScene(s, 40, 12)
	if got, want := footer(m), " 14:02:11 fra1-seoul's far en… table 1/4"; got != want {
		t.Errorf("footer %q, want %q", got, want)
	}
	s.status.Note = hostile("note")
	look(m)
	wellFormed(t, m)
	s.status.Note = ""
	look(m)
	if got := footer(m); !strings.HasPrefix(got, " ? help") {
		t.Errorf("footer %q after the note", got)
	}
}
