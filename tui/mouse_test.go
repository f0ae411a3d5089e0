package tui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

func clickAt(m *model, x, y int) tea.Cmd {
	_, cmd := m.Update(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
	return cmd
}

// TestMouse: off until it is asked for; then wheel, click and double click.
func TestMouse(t *testing.T) {
	d := newDesk(t)
	line := func(want int) {
		t.Helper()
		if got := d.board.line(); got != want {
			t.Errorf("cursor on line %d, want %d", got, want)
		}
	}
	clickAt(d.model, 5, 10)
	line(0)
	press(d.model, "M")
	clickAt(d.model, 5, 10) // 2 lines of header, the headings, then line 0 at y = 3
	line(7)
	d.Update(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	line(10)
	d.Update(tea.MouseWheelMsg{Button: tea.MouseWheelUp})
	line(7)
	clickAt(d.model, 5, 2) // the headings
	clickAt(d.model, 5, 0) // the header
	clickAt(d.model, 5, 39)
	d.Update(tea.MouseClickMsg{X: 5, Y: 20, Button: tea.MouseRight})
	line(7)

	d.scene.now = d.scene.now.Add(time.Minute)
	clickAt(d.model, 5, 12)
	onPane(t, d, false)
	d.scene.now = d.scene.now.Add(doubleClick)
	clickAt(d.model, 5, 12)
	onPane(t, d, true)
	line(9)
	press(d.model, "esc", "M")
	if got := d.View().MouseMode; got != tea.MouseModeNone {
		t.Errorf("mouse mode %v", got)
	}
}

// TestSlowClicks: two clicks that are far apart are two clicks.
func TestSlowClicks(t *testing.T) {
	d := newDesk(t)
	press(d.model, "M")
	clickAt(d.model, 5, 12)
	d.scene.now = d.scene.now.Add(doubleClick + time.Millisecond)
	clickAt(d.model, 5, 12)
	onPane(t, d, false)
	clickAt(d.model, 5, 13)
	onPane(t, d, false)
}

// TestMouseUnderOverlay: a menu, a prompt and the help have keys only.
func TestMouseUnderOverlay(t *testing.T) {
	for _, key := range []string{"c", "/", "?"} {
		d := newDesk(t)
		press(d.model, "M", key)
		clickAt(d.model, 5, 10)
		if got := d.board.line(); got != 0 {
			t.Errorf("under %s: cursor on line %d", key, got)
		}
	}
}
