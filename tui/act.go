package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"greylag/fleet"
)

// errNoTunnel is why an action on the tunnel under the cursor cannot be done.
var errNoTunnel = errors.New("no tunnel is under the cursor")

// onTunnel makes an action on the tunnel under the cursor.
func onTunnel(act func(m *model, position int, argument string) tea.Cmd) func(*model, string) tea.Cmd {
	return func(m *model, argument string) tea.Cmd {
		position := m.target()
		if m.board.tunnel(position) == nil {
			return m.fail(errNoTunnel)
		}
		m.board.selectTunnel(position) // the cursor stays with what is done to it
		return act(m, position, argument)
	}
}

// toggleMute mutes the tunnel, with a note that is asked for, or no longer.
func toggleMute(m *model, argument string) tea.Cmd {
	return onTunnel(func(m *model, position int, note string) tea.Cmd {
		name := m.board.rows[position].Tunnel.Tunnel.Name
		if _, muted := m.settings.Mutes[name]; muted && note == "" {
			delete(m.settings.Mutes, name)
			m.followMutes()
			m.tell("%s is no longer muted", name)
			return m.remember()
		}
		if note != "" {
			return m.mute(name, note)
		}
		return m.ask(&prompt{label: "mute " + name + ", because: ", accept: func(m *model, note string) tea.Cmd {
			return m.mute(name, strings.TrimSpace(note))
		}}, "")
	})(m, argument)
}

func (m *model) mute(name, note string) tea.Cmd {
	if m.settings.Mutes == nil {
		m.settings.Mutes = map[string]mute{}
	}
	m.settings.Mutes[name] = mute{Note: note, Since: m.options.Clock()}
	m.followMutes()
	m.tell("%s is muted on this screen: m on it undoes that", name)
	return m.remember()
}

// followMutes follows a change of the mutes. A row that goes out of the way by it
// leaves the cursor where it was: on to the next problem. A detail stays.
func (m *model) followMutes() {
	line := m.board.line()
	m.board.mutes = m.settings.Mutes
	m.board.follow()
	m.board.arrange(false)
	if !m.pane && m.current != detailView {
		m.board.selectLine(min(line, len(m.board.shown)-1))
	}
	m.refresh()
}

// toggleEnabled stops or resumes the probing of a tunnel. Stopping it is asked
// about: the tunnel then goes unwatched.
func toggleEnabled(m *model, argument string) tea.Cmd {
	return onTunnel(func(m *model, position int, _ string) tea.Cmd {
		t := m.board.rows[position].Tunnel
		if t.State == fleet.Disabled {
			return m.setEnabled(position, t.Tunnel.Name, true)
		}
		m.open("Stop probing "+t.Tunnel.Name+"? Nobody will be told when it fails.", []item{
			{key: "y", label: "stop", run: func(m *model) tea.Cmd { return m.setEnabled(position, t.Tunnel.Name, false) }},
			{key: "n", label: "go on probing", run: func(*model) tea.Cmd { return nil }},
		})
		return nil
	})(m, argument)
}

// setEnabled asks the engine, outside of the program's loop.
func (m *model) setEnabled(position int, name string, enabled bool) tea.Cmd {
	done := name + " is disabled: e again enables it"
	if enabled {
		done = name + " is enabled"
	}
	control := m.control
	return m.request(done, func() error { return control.SetEnabled(position, enabled) })
}

// probeNow sends a keepalive at once.
func probeNow(m *model, argument string) tea.Cmd {
	return onTunnel(func(m *model, position int, _ string) tea.Cmd {
		control := m.control
		name := m.board.rows[position].Tunnel.Tunnel.Name
		return m.request("a keepalive of "+name+" is on its way", func() error { return control.ProbeNow(position) })
	})(m, argument)
}

// request is the command that asks the engine for something and says what came
// of it.
func (m *model) request(done string, ask func() error) tea.Cmd {
	m.puller.now()
	return func() tea.Msg {
		if err := ask(); err != nil {
			return message{text: err.Error(), bad: true}
		}
		return message{text: done}
	}
}

// copyTunnel puts something about the tunnel on the clipboard.
func copyTunnel(m *model, argument string) tea.Cmd {
	return onTunnel(func(m *model, position int, what string) tea.Cmd {
		items := m.copyItems(m.board.read(position).Tunnel)
		if what == "" {
			m.open("Copy", items)
			return nil
		}
		at := slices.IndexFunc(items, func(it item) bool { return strings.HasPrefix(it.label, strings.ToLower(what)) })
		if at < 0 {
			return m.fail(fmt.Errorf("%q cannot be copied: name, address or json can", what))
		}
		return items[at].run(m)
	})(m, argument)
}

// copyItems are what can be copied of a tunnel.
func (m *model) copyItems(t *fleet.TunnelReport) []item {
	list := []item{
		copyItem("n", "name", t.Tunnel.Name),
		copyItem("a", "address", t.Tunnel.Destination.String()),
	}
	if m.options.JSON != nil {
		list = append(list, copyItem("j", "json", m.options.JSON(t)))
	}
	return list
}

func copyItem(key, what, content string) item {
	label := what
	if what != "json" {
		label += "  " + content
	}
	return item{key: key, label: label, run: func(m *model) tea.Cmd {
		m.tell("%s is on the clipboard, if the terminal allows it (OSC 52)", what)
		return tea.SetClipboard(content)
	}}
}
