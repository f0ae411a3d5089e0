package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"greylag/fleet"
	"greylag/tui/text"
)

// toggleBell rings at new outages, or no longer.
func toggleBell(m *model, _ string) tea.Cmd {
	m.settings.Bell = !m.settings.Bell
	if m.settings.Bell {
		m.tell("a new outage rings the bell")
	} else {
		m.tell("no bell")
	}
	return m.remember()
}

// toggleNotify tells the desktop of new outages, or no longer.
func toggleNotify(m *model, _ string) tea.Cmd {
	m.settings.Notify = !m.settings.Notify
	if m.settings.Notify {
		m.tell("a new outage is a desktop notification, if the terminal makes any (%s)", m.notification())
	} else {
		m.tell("no desktop notifications")
	}
	return m.remember()
}

// ring is the bell and the notification, where they were asked for, if a tunnel that
// is not muted has gone down.
func (m *model) ring(events []fleet.Event) tea.Cmd {
	if !m.settings.Bell && !m.settings.Notify {
		return nil
	}
	outages := m.outages(events)
	if len(outages) == 0 {
		return nil
	}
	raw := ""
	if m.settings.Bell {
		raw = "\a"
	}
	if m.settings.Notify {
		raw += m.notification().sequence(outageText(outages))
	}
	return tea.Raw(raw)
}

// outages are the events by which tunnels went down that are not muted.
func (m *model) outages(events []fleet.Event) (list []*fleet.Event) {
	for i := range events {
		if _, muted := m.settings.Mutes[events[i].Tunnel]; !muted && events[i].To == fleet.Down {
			list = append(list, &events[i])
		}
	}
	return list
}

// outageText says what went down, in one line.
func outageText(outages []*fleet.Event) string {
	first := outages[0]
	switch {
	case len(outages) > 1:
		return fmt.Sprintf("%d tunnels are down: %s and others", len(outages), first.Tunnel)
	case first.Reason != "":
		return fmt.Sprintf("%s is down: %s", first.Tunnel, first.Reason)
	}
	return first.Tunnel + " is down"
}

// notification is the sequence by which a terminal makes one. Those that do not know
// it show nothing.
type notification string

// The sequences: of iTerm2, kitty, foot, WezTerm, Ghostty; and of urxvt and VTE.
const (
	osc9   notification = "OSC 9"
	osc777 notification = "OSC 777"
)

// notification is the one that the terminal knows.
func (m *model) notification() notification {
	name, _ := m.options.lookup("TERM")
	if _, vte := m.options.lookup("VTE_VERSION"); vte || strings.HasPrefix(name, "rxvt") {
		return osc777
	}
	return osc9
}

// notificationLimit is more than any desktop shows, in bytes.
const notificationLimit = 200

// sequence is the notification of a text, of which nothing can end the sequence or
// begin another: it may hold a name from a stream.
func (n notification) sequence(what string) string {
	what = text.ASCII.Clean(what)
	what = what[:min(len(what), notificationLimit)]
	if n == osc777 {
		return "\x1b]777;notify;greylag;" + strings.ReplaceAll(what, ";", ",") + "\a"
	}
	return "\x1b]9;greylag: " + what + "\a"
}
