package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"greylag/fleet"
)

// rawOf is what a command writes to the terminal.
func rawOf(t *testing.T, cmd tea.Cmd) string {
	t.Helper()
	if cmd == nil {
		return ""
	}
	raw, ok := cmd().(tea.RawMsg)
	if !ok {
		t.Fatalf("%T", cmd())
	}
	return fmt.Sprint(raw.Msg)
}

// TestNotification: what the terminal gets for new outages, by what was asked for and
// by the terminal.
func TestNotification(t *testing.T) {
	down := func(name string, reason fleet.Reason) fleet.Event {
		return fleet.Event{Tunnel: name, From: fleet.Up, To: fleet.Down, Reason: reason}
	}
	hostile := down("a\x1b]52;c;aGk=\a\x07\u009cb;c"+strings.Repeat("x", 300), "")
	one := []fleet.Event{down("a", fleet.ReasonSilent), {Tunnel: "b", From: fleet.Down, To: fleet.Up}}
	vte := []string{"TERM=xterm-256color", "VTE_VERSION=7600"}
	for _, c := range []struct {
		what        string
		bell, asked bool
		environ     []string
		events      []fleet.Event
		want        string
	}{
		{"nobody asked", false, false, nil, one, ""},
		{"the bell", true, false, nil, one, "\a"},
		{"the desktop", false, true, nil, one, "\x1b]9;greylag: a is down: silent\a"},
		{"both", true, true, nil, one, "\a\x1b]9;greylag: a is down: silent\a"},
		{"several", false, true, nil, []fleet.Event{down("a", ""), down("b", "")}, "\x1b]9;greylag: 2 tunnels are down: a and others\a"},
		{"muted", true, true, nil, []fleet.Event{down("quiet", "")}, ""},
		{"no outage", true, true, nil, one[1:], ""},
		{"VTE", false, true, vte, one, "\x1b]777;notify;greylag;a is down: silent\a"},
		{"urxvt", false, true, []string{"TERM=rxvt-unicode"}, one[:1], "\x1b]777;notify;greylag;a is down: silent\a"},
	} {
		m := openScene(calm(3), 80, 24, func(o *Options) {
			if c.environ != nil {
				o.Environ = c.environ
			}
		})
		m.settings.Bell, m.settings.Notify = c.bell, c.asked
		m.settings.Mutes = map[string]mute{"quiet": {}}
		if got := rawOf(t, m.ring(c.events)); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	for _, n := range []notification{osc9, osc777} {
		got := n.sequence(outageText([]*fleet.Event{&hostile}))
		inside := strings.TrimSuffix(strings.TrimPrefix(got, "\x1b]"), "\a")
		if strings.ContainsFunc(inside, func(r rune) bool { return r < ' ' || r >= 0x7f }) || len(got) > notificationLimit+40 {
			t.Errorf("%s: %q", n, got)
		}
		if n == osc777 && strings.Count(got, ";") != 3 {
			t.Errorf("%q has other fields", got)
		}
	}
}
