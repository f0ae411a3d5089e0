package tui

import (
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// TestFrameBudget finds what became slower by an order of magnitude, on a busy
// machine too. The budget is View 3 ms, a key 1 ms, a snapshot 10 ms.
func TestFrameBudget(t *testing.T) {
	if raceEnabled || testing.Short() {
		t.Skip("time means nothing here")
	}
	m := openScene(night(10_000), 200, 50)
	budget(t, "View", 20*time.Millisecond, func() {
		m.stale = true
		m.View()
	})
	budget(t, "a key", 10*time.Millisecond, func() { m.Update(keyNamed("j")) })
	budget(t, "a snapshot", 100*time.Millisecond, func() { look(m) })
}

// BenchmarkView: a frame of 200x50, with 10,000 tunnels.
func BenchmarkView(b *testing.B) {
	m := openScene(night(10_000), 200, 50)
	m.View()
	b.ReportAllocs()
	for b.Loop() {
		m.stale = true
		m.View()
	}
}

// BenchmarkKey: what a key costs beside the frame.
func BenchmarkKey(b *testing.B) {
	for _, key := range []string{"j", "pgdown", "n", "tab"} {
		b.Run(key, func(b *testing.B) {
			m := openScene(night(10_000), 200, 50)
			msg := keyNamed(key)
			b.ReportAllocs()
			for b.Loop() {
				m.Update(msg)
			}
		})
	}
}

// BenchmarkSnapshot: a look at 10,000 tunnels, filtered and sorted.
func BenchmarkSnapshot(b *testing.B) {
	for _, filter := range []string{"", "rtt>10ms -tag:site9"} {
		b.Run(fmt.Sprintf("filter=%q", filter), func(b *testing.B) {
			m := openScene(night(10_000), 200, 50)
			m.setFilter(filter)
			b.ReportAllocs()
			for b.Loop() {
				look(m)
			}
		})
	}
}

// BenchmarkFilterKey: a key press in the filter, with 100,000 tunnels.
func BenchmarkFilterKey(b *testing.B) {
	s := newScene(100_000)
	s.run(1)
	m := openScene(s, 200, 50)
	press(m, "/")
	keys := []tea.Msg{keyNamed("s"), keyNamed("backspace")}
	m.Update(keyNamed("1"))
	b.ReportAllocs()
	for b.Loop() {
		for _, key := range keys {
			m.Update(key)
			m.View()
		}
	}
}
