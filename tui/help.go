package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// help is the table of bindings, to be read.
type help struct {
	list list
	rows []helpRow
}

// helpRow is a line: a heading, or keys and what they do.
type helpRow struct{ heading, keys, text, command string }

// openHelp shows the help.
func openHelp(m *model, _ string) tea.Cmd {
	m.overlay = &help{rows: helpRows(m)}
	return nil
}

// helpRows is the table, group by group.
func helpRows(m *model) []helpRow {
	var rows []helpRow
	var last group
	for i := range bindings {
		b := &bindings[i]
		if !m.has(b) {
			continue
		}
		if b.group != last {
			if last != "" {
				rows = append(rows, helpRow{})
			}
			rows = append(rows, helpRow{heading: string(b.group)})
			last = b.group
		}
		rows = append(rows, helpRow{keys: b.keyText(), text: b.help, command: b.command()})
	}
	return rows
}

// keyText is how a binding is reached, in a column.
func (b *binding) keyText() string {
	if len(b.keys) == 0 {
		return b.command()
	}
	return strings.Join(b.keys, "  ")
}

// command is what to type for it.
func (b *binding) command() string {
	if b.argument == "" {
		return ":" + b.name
	}
	return ":" + b.name + " " + b.argument
}

// keysWidth is the column of the keys.
const keysWidth = 17

// draw fills the canvas.
func (h *help) draw(_ *model, c *canvas) {
	h.list.size, h.list.page = len(h.rows), c.height
	h.list.top = max(min(h.list.top, len(h.rows)-c.height), 0)
	first, end := h.list.bounds()
	for _, r := range h.rows[first:end] {
		c.space(1)
		r.draw(c)
		c.end()
	}
	c.fill()
}

// draw writes a line: the command, too, where there is a key and room.
func (r *helpRow) draw(c *canvas) {
	if r.heading != "" {
		c.put(strong, r.heading)
		return
	}
	c.cell(hint, r.keys, min(keysWidth, c.width/3))
	c.space(1)
	c.put(plain, r.text)
	if r.keys != r.command && c.charset.Width(r.command)+2 <= c.left() {
		c.space(2)
		c.put(dim, r.command)
	}
}

// press scrolls or closes.
func (h *help) press(m *model, key tea.KeyPressMsg) tea.Cmd {
	page := max(h.list.page, 1)
	switch key.String() {
	case "esc", "q", "?", "enter", "f1", "ctrl+c":
		m.overlay = nil
	case "up", "k":
		h.list.top--
	case "down", "j":
		h.list.top++
	case "pgup", "ctrl+b", "ctrl+u":
		h.list.top -= page
	case "pgdown", "ctrl+f", "ctrl+d", "space":
		h.list.top += page
	case "home", "g":
		h.list.top = 0
	case "end", "G":
		h.list.top = len(h.rows)
	}
	h.list.top = max(min(h.list.top, len(h.rows)-page), 0)
	return nil
}
