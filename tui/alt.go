package tui

import (
	"unicode"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// keyPressed answers a key. A terminal sends one that is held with Alt as Esc and
// that key, so Esc and what is pressed soon after it come as one: where no such key
// has a meaning, it was the two.
func (m *model) keyPressed(k tea.KeyPressMsg) tea.Cmd {
	if k.Mod&tea.ModAlt == 0 || m.edits(k) {
		return m.press(k)
	}
	return tea.Sequence(m.press(tea.KeyPressMsg{Code: tea.KeyEscape}), m.press(withoutAlt(k)))
}

// edits tells whether a key with Alt is one of the line that is being typed.
func (m *model) edits(k tea.KeyPressMsg) bool {
	p, ok := m.overlay.(*prompt)
	if !ok {
		return false
	}
	keys := &p.field.KeyMap
	return key.Matches(k, keys.WordForward, keys.WordBackward, keys.DeleteWordForward, keys.DeleteWordBackward)
}

// withoutAlt is the key alone, with the text that it types.
func withoutAlt(k tea.KeyPressMsg) tea.KeyPressMsg {
	k.Mod &^= tea.ModAlt
	typed := k.Code
	if k.Mod&tea.ModShift != 0 {
		typed = unicode.ToUpper(typed) // Bubble Tea says no more of the key
	}
	if k.Mod&^tea.ModShift == 0 && k.Text == "" && unicode.IsPrint(typed) {
		k.Text = string(typed)
	}
	return k
}
