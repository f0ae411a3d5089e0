package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestEverySize: through all sizes, whatever is on the screen, no line is broken
// and nothing panics.
func TestEverySize(t *testing.T) {
	step := 1
	if raceEnabled {
		step = 7 // it is slow
	}
	for name, keys := range map[string][]string{
		"table":    {"G"},
		"filtered": {"!", "z"},
		"grid":     {"2", "l"},
		"map":      {"2", "o", "o", "G"},
		"spokes":   {"3", "G"},
		"events":   {"4"},
		"detail":   {"G", "enter"},
		"help":     {"?"},
		"menu":     {"c"},
		"prompt":   {"/", "s", "t", "a", "t", "e", ":", "tab"},
		"frozen":   {"space"},
	} {
		t.Run(name, func(t *testing.T) {
			m := openScene(night(60), 120, 40)
			press(m, keys...)
			for height := 1; height <= 80; height += step + height/20 {
				for width := 1; width <= 250; width += step + width/20 {
					m.Update(tea.WindowSizeMsg{Width: width, Height: height})
					wellFormed(t, m)
					if c := m.View().Cursor; c != nil && (c.X >= width || c.Y >= height) {
						t.Errorf("%dx%d: cursor at %d,%d", width, height, c.X, c.Y)
					}
				}
				press(m, "down", "up") // keys at the largest width, then from the smallest again
			}
		})
	}
}

// TestEveryView: each view is drawn at each of the tested sizes with each of the
// tested fleets, is reached by its key and left by tab.
func TestEveryView(t *testing.T) {
	for _, n := range fleetSizes {
		s := hardNights[n]().scene
		for _, size := range sizes {
			m := openScene(s, size.width, size.height)
			for i, name := range viewNames {
				press(m, fmt.Sprint(i+1))
				if got := m.body().name(); got != name {
					t.Errorf("key %d shows %s, want %s", i+1, got, name)
				}
				wellFormed(t, m)
				press(m, "j", "G", "k", "g", "pgdown", "n", "l", "h")
				wellFormed(t, m)
				press(m, "tab")
				if got, want := m.body().name(), viewNames[(i+1)%len(viewNames)]; got != want {
					t.Errorf("tab after %s shows %s, want %s", name, got, want)
				}
			}
		}
	}
}

// TestTooSmall: below the smallest usable size a sentence says so, as far as
// there is room, and keys go on working.
func TestTooSmall(t *testing.T) {
	m := openScene(night(60), 39, 12)
	sentence := strings.Join(strings.Fields(screenOf(m)), " ")
	if sentence != "greylag needs 40x10 cells, this terminal has 39x12: make it larger" {
		t.Errorf("screen %q", sentence)
	}
	if _, cmd := m.Update(keyNamed("q")); cmd == nil {
		t.Error("q does not leave")
	}
	m.Update(tea.WindowSizeMsg{Width: 40, Height: 10})
	if strings.Contains(screenOf(m), "needs") {
		t.Error("40x10 is called too small")
	}
}

// TestBefore: before the first look there is a screen, and keys do no harm.
func TestBefore(t *testing.T) {
	s := night(3)
	m := newModel(t.Context(), Options{Source: s, Clock: s.clock, Color: Color16}.withDefaults())
	if got := m.View().Content; got != "" {
		t.Errorf("%q on a terminal of unknown size", got)
	}
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	if lineWith(m, "Waiting for the first report.") == "" {
		t.Errorf("screen:\n%s", screenOf(m))
	}
	for i := range bindings {
		if b := &bindings[i]; b.name != "suspend" {
			for _, key := range b.keys {
				press(m, key)
				press(m, "esc", "esc")
				wellFormed(t, m)
			}
		}
	}
}
