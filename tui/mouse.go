package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// click is where and when the mouse was pressed last.
type click struct {
	x, y int
	at   time.Time
}

// doubleClick is how quickly two clicks follow each other to be one.
const doubleClick = 400 * time.Millisecond

// wheelLines is how far one step of the wheel goes.
const wheelLines = 3

// toggleMouse takes the mouse, or leaves it to the terminal.
func toggleMouse(m *model, _ string) tea.Cmd {
	m.mouse = !m.mouse
	if m.mouse {
		return m.tell("the mouse is greylag's: M again to select text")
	}
	return m.tell("the mouse is the terminal's")
}

// point answers the mouse: wheel, click, double click. It reaches the view only:
// menus and prompts have keys.
func (m *model) point(msg tea.MouseMsg) tea.Cmd {
	if !m.mouse || m.overlay != nil || m.tooSmall() {
		return nil
	}
	switch msg := msg.(type) {
	case tea.MouseWheelMsg:
		m.wheel(msg.Button)
	case tea.MouseClickMsg:
		return m.clicked(msg.X, msg.Y, msg.Button)
	}
	return nil
}

func (m *model) wheel(button tea.MouseButton) {
	m.now = m.options.Clock()
	m.lastKey = m.now
	for range wheelLines {
		switch button {
		case tea.MouseWheelUp:
			m.move(moveUp)
		case tea.MouseWheelDown:
			m.move(moveDown)
		}
	}
}

func (m *model) clicked(x, y int, button tea.MouseButton) tea.Cmd {
	l := m.layout()
	if button == tea.MouseLeft && m.player != nil && y == m.height-2 {
		return m.clickTimeLine(x)
	}
	if button != tea.MouseLeft || x >= l.bodyWidth || m.pane && !l.beside {
		return nil
	}
	m.now = m.options.Clock()
	m.lastKey = m.now
	last := m.click
	m.click = click{x, y, m.now}
	if !m.body().click(m, x, y-l.header) {
		return nil
	}
	m.refresh()
	if last.x == x && last.y == y && m.now.Sub(last.at) <= doubleClick {
		m.click = click{}
		return openDetail(m, "")
	}
	return nil
}
