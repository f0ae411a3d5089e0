package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// move moves the cursor of what has it.
func (m *model) move(to motion) {
	if m.pane && !m.layout().beside {
		m.views[detailView].move(m, to)
		return
	}
	m.body().move(m, to)
	m.refresh()
}

// nextProblem goes to the next problem in that direction.
func nextProblem(by int) func(*model, string) tea.Cmd {
	return func(m *model, _ string) tea.Cmd {
		if !m.seek(by) {
			return m.tell("no further problem among what is shown")
		}
		m.refresh()
		return nil
	}
}

func (m *model) seek(by int) bool {
	if s, ok := m.body().(seeker); ok {
		return s.seek(m, by)
	}
	line := m.board.problemFrom(m.board.line(), by)
	m.board.selectLine(line)
	return line >= 0
}

// gotoTunnel goes to a tunnel by name.
func gotoTunnel(m *model, name string) tea.Cmd {
	position := m.board.position(name)
	if position < 0 {
		return m.fail(fmt.Errorf("no tunnel is called %q", name))
	}
	return m.reveal(position)
}

// reveal puts the cursor on a tunnel, and drops the filter where that hides it.
func (m *model) reveal(position int) tea.Cmd {
	if !m.board.selectTunnel(position) {
		m.board.filter = filter{}
		m.settings.Filter = ""
		m.board.arrange(false)
		m.board.selectTunnel(position)
		m.tell("the filter is off: it hid the tunnel")
	}
	m.refresh()
	return nil
}

// openDetail shows everything about what is under the cursor.
func openDetail(m *model, _ string) tea.Cmd {
	position := m.target()
	if m.board.tunnel(position) == nil {
		return m.fail(errNoTunnel)
	}
	if m.current == detailView {
		return nil
	}
	command := m.reveal(position)
	m.pane = true
	m.refresh()
	return command
}

// goBack undoes the last step into something.
func goBack(m *model, _ string) tea.Cmd {
	switch {
	case m.pane:
		m.pane = false
	case m.current == detailView:
		m.current = m.previous
	case m.board.filter.only:
		m.board.filter.only = false
		m.reorder()
	case !m.board.filter.query.Empty():
		m.setFilter("")
		return m.remember()
	default:
		return m.tell("q leaves greylag")
	}
	m.refresh()
	return nil
}

// turnView shows the next view in that direction.
func turnView(by int) func(*model, string) tea.Cmd {
	return func(m *model, _ string) tea.Cmd {
		return m.show((m.current + by + len(m.views)) % len(m.views))
	}
}

// show shows a view.
func (m *model) show(i int) tea.Cmd {
	if i == m.current && !m.pane {
		return nil
	}
	if m.current != detailView {
		m.previous = m.current
		if position := m.target(); position >= 0 && (position != m.board.cursor || i == detailView) {
			m.board.selectTunnel(position) // detail stays on it, whoever comes to the top
		}
	}
	m.current, m.pane = i, false
	m.settings.View = viewNames[i]
	m.refresh()
	return m.remember()
}

// viewByName shows the view of that name.
func viewByName(m *model, name string) tea.Cmd {
	i := slices.Index(viewNames[:], strings.ToLower(name))
	if i < 0 {
		return m.fail(fmt.Errorf("no view is called %q: there are %s", name, strings.Join(viewNames[:], ", ")))
	}
	return m.show(i)
}
