package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestEverySize: through all sizes, whatever is on the screen, no line is broken,
// nothing panics, and the sentence that it is too small stands where it is too
// small only.
func TestEverySize(t *testing.T) {
	all := everySize()
	for name, keys := range map[string][]string{
		"table":    {"G"},
		"filtered": {"!", "z"},
		"grid":     {"2", "l"},
		"map":      {"2", "o", "o", "G"},
		"spokes":   {"3", "G"},
		"events":   {"4"},
		"detail":   {"5", "J"},
		"beside":   {"G", "enter"},
		"help":     {"?"},
		"menu":     {"c"},
		"prompt":   {"/", "s", "t", "a", "t", "e", ":", "tab"},
		"frozen":   {"space"},
	} {
		t.Run(name, func(t *testing.T) {
			m := openScene(hardNights[60]().scene, 120, 40)
			press(m, keys...)
			for i, size := range all {
				m.Update(tea.WindowSizeMsg{Width: size.width, Height: size.height})
				checkSize(t, m)
				if i%40 == 0 {
					press(m, "down", "up")
				}
				if t.Failed() {
					t.Fatalf("%s:\n%s", size, screenOf(m))
				}
			}
		})
	}
}

// everySize are sizes from 1x1 to 250x80, closer where they are small: the widths
// of each height in turn, then all widths of two heights, and all heights of two
// widths, then those of the goldens.
func everySize() (all []screenSize) {
	step := 1
	if raceEnabled {
		step = 7 // it is slow
	}
	for height := 1; height <= 80; height += step + height/10 {
		for width := 1; width <= 250; width += step + width/10 {
			all = append(all, screenSize{width, height})
		}
	}
	for _, height := range []int{leastHeight, wideHeight} {
		for width := 1; width <= 200; width += step {
			all = append(all, screenSize{width, height})
		}
	}
	for _, width := range []int{leastWidth, besideWidth} {
		for height := 50; height > 0; height -= step {
			all = append(all, screenSize{width, height})
		}
	}
	return append(all, sizes...)
}

// checkSize checks the screen against its size.
func checkSize(t *testing.T, m *model) {
	t.Helper()
	wellFormed(t, m)
	if c := m.View().Cursor; c != nil && (c.X >= m.width || c.Y >= m.height) {
		t.Errorf("%dx%d: cursor at %d,%d", m.width, m.height, c.X, c.Y)
	}
	sentence := strings.Join(strings.Fields(tooSmallSentence(m.width, m.height)), "")
	said := strings.Join(strings.Fields(screenOf(m)), "")
	tooSmall := m.width < 40 || m.height < 10
	if is := said != "" && strings.HasPrefix(sentence, said); is != tooSmall {
		t.Errorf("%dx%d: too small is %v, and it says so: %v", m.width, m.height, tooSmall, is)
	}
}

// tooSmallSentence is what a terminal of that size is told, as far as it can be.
func tooSmallSentence(width, height int) string {
	return fmt.Sprintf("greylag needs 40x10 cells, this terminal has %dx%d: make it larger", width, height)
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
	if sentence != tooSmallSentence(39, 12) {
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
