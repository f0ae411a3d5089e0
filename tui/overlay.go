package tui

import tea "charm.land/bubbletea/v2"

// overlay takes the keys before the views do: a menu, an input line, the help.
type overlay interface {
	// press answers a key. It closes the overlay by setting m.overlay.
	press(m *model, key tea.KeyPressMsg) tea.Cmd
}

// item is one line of a menu.
type item struct {
	key   string // that chooses it at once; "": by the cursor only
	label string
	on    func() bool // a switch: whether it is on; nil: it is none
	run   func(m *model) tea.Cmd
}

// menu is a short list to choose from, over the end of the body.
type menu struct {
	title string
	items []item
	list  list
}

// open shows a menu.
func (m *model) open(title string, items []item) {
	m.overlay = &menu{title: title, items: items, list: list{size: len(items), page: len(items)}}
}

// lines is how high the menu is.
func (u *menu) lines() int { return len(u.items) + 1 }

// draw fills that many lines of c.
func (u *menu) draw(_ *model, c *canvas, height int) {
	if height < 1 {
		return
	}
	u.list.resize(len(u.items), height-1)
	c.cell(heading, " "+u.title, c.width)
	c.end()
	first, end := u.list.bounds()
	for i := first; i < end; i++ {
		c.cursorLine(i == u.list.cursor)
		u.drawItem(c, &u.items[i])
		c.end()
	}
}

func (u *menu) drawItem(c *canvas, it *item) {
	c.pointer()
	if it.on != nil {
		box := "[ ] "
		if it.on() {
			box = "[x] "
		}
		c.put(plain, box)
	}
	if it.key != "" {
		c.put(hint, it.key)
		c.put(plain, "  ")
	}
	c.put(plain, it.label)
}

// press moves, chooses or closes. A switch is turned, and the menu stays.
func (u *menu) press(m *model, key tea.KeyPressMsg) tea.Cmd {
	name := key.String()
	for i := range u.items {
		if u.items[i].key == name {
			u.list.cursor = i
			return u.choose(m)
		}
	}
	switch name {
	case "enter", "space":
		return u.choose(m)
	case "esc", "q", "ctrl+c":
		m.overlay = nil
	case "up", "k":
		u.list.move(moveUp)
	case "down", "j":
		u.list.move(moveDown)
	case "home", "g":
		u.list.move(toFirst)
	case "end", "G":
		u.list.move(toLast)
	}
	return nil
}

func (u *menu) choose(m *model) tea.Cmd {
	if len(u.items) == 0 {
		m.overlay = nil
		return nil
	}
	it := &u.items[u.list.cursor]
	if it.on == nil {
		m.overlay = nil
	}
	return it.run(m)
}
