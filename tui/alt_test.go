package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// decoded are the keys that Bubble Tea finds in what a terminal sends.
func decoded(sent string) (keys []tea.KeyPressMsg) {
	var d uv.EventDecoder
	for b := []byte(sent); len(b) > 0; {
		n, event := d.Decode(b)
		if k, ok := event.(uv.KeyPressEvent); ok {
			keys = append(keys, tea.KeyPressMsg(k))
		}
		b = b[n:]
	}
	return keys
}

// TestEscThenAnyKey: a key that comes so soon after Esc that both come as one is
// neither lost nor taken for another, and Esc has gone a step back.
func TestEscThenAnyKey(t *testing.T) {
	for _, c := range []struct {
		name, sent string
		check      func(m *model) bool
	}{
		{"j", "\x1bj", func(m *model) bool { at, _ := m.body().(placer).place(); return at == 1 }},
		{"G", "\x1bG", func(m *model) bool { at, size := m.body().(placer).place(); return at == size-1 }},
		{"down", "\x1b\x1b[B", func(m *model) bool { at, _ := m.body().(placer).place(); return at == 1 }},
		{":", "\x1b:", func(m *model) bool { p, ok := m.overlay.(*prompt); return ok && p.label == ":" }},
		{"ctrl+d", "\x1b\x04", func(m *model) bool { at, _ := m.body().(placer).place(); return at > 1 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := openEvents(night(60), 80, 24)
			press(m, "g", "?")
			for _, k := range decoded(c.sent) {
				_, cmd := m.Update(k)
				perform(m, cmd)
			}
			if _, help := m.overlay.(*help); help {
				t.Error("Esc did not leave the help")
			}
			if !c.check(m) {
				t.Errorf("the key after Esc was not answered:\n%s", screenOf(m))
			}
		})
	}
}

// TestAltInALine: words are edited with Alt; what types text after Esc leaves the line.
func TestAltInALine(t *testing.T) {
	m := openScene(calm(60), 80, 24)
	press(m, "/")
	typed(m, "seoul lima")
	alt := func(sent string) {
		for _, k := range decoded(sent) {
			_, cmd := m.Update(k)
			perform(m, cmd)
		}
	}
	alt("\x1bb\x1bb")
	typed(m, "x")
	if p, ok := m.overlay.(*prompt); !ok || !strings.HasPrefix(p.field.Value(), "xseoul") {
		t.Fatalf("alt+b is no word back: %s", screenOf(m))
	}
	alt("\x1bj")
	if m.overlay != nil {
		t.Error("Esc did not leave the line")
	}
	wellFormed(t, m)
}
