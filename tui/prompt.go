package tui

import (
	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// prompt is a line of input in the footer.
type prompt struct {
	label string // in front of the input
	field textinput.Model

	// accept is called with what was typed, at enter.
	accept func(m *model, value string) tea.Cmd
	// change is called after each change; nil: nobody waits for it.
	change func(m *model, value string)
	// cancel is called at esc; nil: there is nothing to undo.
	cancel func(m *model)
	// complete returns what the word at the cursor may become: whole inputs.
	complete func(m *model, value string, cursor int) []completion

	offered []completion // by the last tab
	choice  int          // of offered
	problem string       // with what is typed
}

// completion is an input that another may become, and the word it is about.
type completion struct{ word, input string }

// promptLimit is more than anybody types, in characters.
const promptLimit = 500

// ask opens a prompt.
func (m *model) ask(p *prompt, value string) tea.Cmd {
	p.field = textinput.New()
	p.field.Prompt = ""
	p.field.CharLimit = promptLimit
	p.field.SetVirtualCursor(false)
	p.field.KeyMap.Paste = key.NewBinding(key.WithDisabled()) // it would run programs
	p.field.SetValue(value)
	p.field.Focus()
	m.overlay = p
	return nil
}

// press edits, completes, accepts or cancels.
func (p *prompt) press(m *model, key tea.KeyPressMsg) tea.Cmd {
	switch key.String() {
	case "enter":
		m.overlay = nil
		return p.accept(m, p.field.Value())
	case "esc", "ctrl+c":
		p.leave(m)
	case "backspace":
		if p.field.Value() == "" {
			p.leave(m)
			return nil
		}
		p.edit(m, key)
	case "tab":
		p.turn(m, 1)
	case "shift+tab":
		p.turn(m, -1)
	default:
		p.edit(m, key)
	}
	return nil
}

func (p *prompt) leave(m *model) {
	m.overlay = nil
	if p.cancel != nil {
		p.cancel(m)
	}
}

// edit hands a key or pasted text to the line editor.
func (p *prompt) edit(m *model, msg tea.Msg) {
	was := p.field.Value()
	p.field, _ = p.field.Update(msg)
	p.offered = nil
	if value := p.field.Value(); value != was && p.change != nil {
		p.change(m, value)
	}
}

// turn puts the next completion into the line.
func (p *prompt) turn(m *model, by int) {
	switch {
	case p.complete == nil:
		return
	case p.offered == nil:
		value := p.field.Value()
		cursor := len(string([]rune(value)[:p.field.Position()]))
		p.offered, p.choice = p.complete(m, value, cursor), 0
		if by < 0 {
			p.choice = len(p.offered) - 1
		}
	default:
		p.choice += by
	}
	if len(p.offered) == 0 {
		p.offered = nil
		return
	}
	p.choice = (p.choice + len(p.offered)) % len(p.offered)
	p.field.SetValue(p.offered[p.choice].input)
	p.field.CursorEnd()
	if p.change != nil {
		p.change(m, p.field.Value())
	}
}

// draw writes the line: label, input, and what tab offers or what is wrong.
func (p *prompt) draw(c *canvas) {
	c.put(hint, p.label)
	shown, _ := p.window(c.charset.Width, c.left()-1)
	c.put(plain, shown)
	c.space(2)
	if p.problem != "" {
		c.put(degraded, p.problem)
		return
	}
	for i, o := range p.offered {
		if i == p.choice {
			c.put(strong, o.word)
		} else {
			c.put(dim, o.word)
		}
		c.space(1)
	}
}

// window is the part of the input that fits into that many cells and has the
// cursor in it, and the cursor's column there.
func (p *prompt) window(width func(string) int, cells int) (shown string, column int) {
	value := []rune(p.field.Value())
	position := min(p.field.Position(), len(value))
	first := 0
	for first < position && width(string(value[first:position])) > max(cells, 0) {
		first++
	}
	return string(value[first:]), width(string(value[first:position]))
}

// textCursor is where the terminal's cursor is: in the prompt, or hidden.
func (m *model) textCursor() *tea.Cursor {
	p, ok := m.overlay.(*prompt)
	if !ok || m.tooSmall() {
		return nil
	}
	label := m.charset().Width(p.label)
	_, column := p.window(m.charset().Width, m.width-label-1)
	cursor := tea.NewCursor(min(label+column, m.width-1), m.height-1)
	cursor.Blink = false
	return cursor
}

// paste puts pasted text into the prompt, if there is one. Keys must not be
// pasted by accident: newlines in it accept nothing.
func (m *model) paste(content string) tea.Cmd {
	if p, ok := m.overlay.(*prompt); ok {
		p.edit(m, tea.PasteMsg{Content: content})
	}
	return nil
}
