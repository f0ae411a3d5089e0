package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestFaults: a panic in Update, in View or in a command, also one of a batch,
// ends the program once, and says where it was.
func TestFaults(t *testing.T) {
	var nobody *fleetless
	for name, provoke := range map[string]func(g *guard){
		"update": func(g *guard) {
			g.overlay = nobody
			g.Update(keyNamed("x"))
		},
		"view": func(g *guard) {
			g.canvases.whole.ends = nil
			g.views[g.current] = nil
			g.stale = true
			g.View()
			g.View()
		},
		"command": func(g *guard) {
			g.Update(guarded(func() tea.Msg { return nobody.value() })())
		},
		"batch": func(g *guard) {
			batch := guarded(tea.Batch(func() tea.Msg { return nil }, func() tea.Msg { return nobody.value() }))().(tea.BatchMsg)
			g.Update(batch[1]())
		},
	} {
		t.Run(name, func(t *testing.T) {
			left := 0
			g := &guard{model: openScene(night(3), 80, 24), leave: func() { left++ }}
			g.View()
			provoke(g)
			if g.fault == nil || left == 0 {
				t.Fatalf("fault %v, left %d times", g.fault, left)
			}
			text := g.fault.Error()
			if !strings.HasPrefix(text, "the terminal view failed, by a fault in it: ") || strings.Contains(text, "\n") ||
				!strings.Contains(text, ".go:") || len(g.fault.Stack) == 0 {
				t.Errorf("error %q", text)
			}
		})
	}
}

// fleetless is what does not work.
type fleetless struct{ msg tea.Msg }

func (f *fleetless) value() tea.Msg                        { return f.msg }
func (f *fleetless) press(*model, tea.KeyPressMsg) tea.Cmd { return f.msg.(tea.Cmd) }
