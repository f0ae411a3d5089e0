package tui

import (
	"fmt"
	"testing"
	"time"
)

// TestGridBudget holds the grid and the spokes against the budget of a frame, with
// room for a busy machine.
func TestGridBudget(t *testing.T) {
	if raceEnabled || testing.Short() {
		t.Skip("time means nothing here")
	}
	m := openScene(night(10_000), 200, 50)
	for _, view := range []string{"2", "3"} {
		press(m, view)
		for what, work := range map[string]func(){
			"View":    func() { m.stale = true; m.View() },
			"refresh": m.refresh,
		} {
			budget(t, what+" of "+m.body().name(), 4*time.Millisecond, work)
		}
	}
}

// BenchmarkGrid: frames, and what a snapshot or a key costs before one.
func BenchmarkGrid(b *testing.B) {
	for _, c := range []struct {
		n    int
		view string
	}{{500, "2"}, {10_000, "2"}, {10_000, "3"}} {
		m := openScene(night(c.n), 200, 50)
		press(m, c.view)
		name := fmt.Sprintf("%s/%d", m.body().name(), c.n)
		b.Run(name+"/View", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.stale = true
				m.View()
			}
		})
		b.Run(name+"/refresh", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.lastKey = time.Time{} // nobody is at the keys: spokes are sorted anew
				m.refresh()
			}
		})
	}
}
