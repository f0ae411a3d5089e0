package tui

import (
	"fmt"

	"greylag/tui/text"
)

// The smallest screen that is of any use, and where more is shown.
const (
	leastWidth, leastHeight = 40, 10
	wideWidth, wideHeight   = 80, 16 // the header then has two lines
	besideWidth             = 140    // detail is beside the view
)

// layout is where the parts of the screen are.
type layout struct {
	header, bodyWidth, bodyHeight int
	timeLine                      int  // lines of it, of a recording: 1 or 0
	menuHeight                    int  // of what lies over the end of the body
	beside                        bool // detail is beside the body
	sideWidth                     int  // of detail; the body is narrower by that and the rule
}

// ruleWidth is what divides body and detail.
const ruleWidth = 3

// tooSmall tells whether there is no room for anything but saying so.
func (m *model) tooSmall() bool { return m.width < leastWidth || m.height < leastHeight }

func (m *model) layout() layout {
	l := layout{header: 1, bodyWidth: m.width}
	if m.width >= wideWidth && m.height >= wideHeight {
		l.header = 2
	}
	if m.player != nil {
		l.timeLine = 1
	}
	l.bodyHeight = max(m.height-l.header-l.timeLine-1, 0)
	if m.pane && m.width >= besideWidth {
		l.beside = true
		l.sideWidth = m.width * 2 / 5
		l.bodyWidth -= l.sideWidth + ruleWidth
	}
	if menu, ok := m.overlay.(*menu); ok {
		l.menuHeight = min(menu.lines(), l.bodyHeight)
	}
	return l
}

// compose draws the whole screen.
func (m *model) compose() string {
	whole := m.canvas(&m.canvases.whole, m.width, m.height)
	if m.tooSmall() {
		m.drawTooSmall(whole)
		return whole.String()
	}
	l := m.layout()
	m.drawHeader(whole, l.header)
	body := m.drawBody(l)
	for line := range body.height - l.menuHeight {
		whole.take(body, line)
	}
	if menu, ok := m.overlay.(*menu); ok {
		menu.draw(m, whole, l.menuHeight)
	}
	if l.timeLine > 0 {
		m.drawTimeLine(whole)
	}
	m.drawFooter(whole)
	whole.fill()
	return whole.String()
}

// canvas makes c ready for another frame.
func (m *model) canvas(c *canvas, width, height int) *canvas {
	c.theme, c.charset = m.theme, m.charset()
	c.reset(width, height)
	return c
}

// drawBody draws what is between header and footer.
func (m *model) drawBody(l layout) *canvas {
	body := m.canvas(&m.canvases.body, l.bodyWidth, l.bodyHeight)
	if help, ok := m.overlay.(*help); ok {
		body.reset(m.width, l.bodyHeight)
		help.draw(m, body)
		return body
	}
	if m.pane && !l.beside {
		m.views[detailView].draw(m, body)
		return body
	}
	m.body().draw(m, body)
	if !l.beside {
		return body
	}
	side := m.canvas(&m.canvases.detail, l.sideWidth, l.bodyHeight)
	m.views[detailView].draw(m, side)
	return m.join(body, side)
}

// join puts two canvases beside each other, with a rule between.
func (m *model) join(left, right *canvas) *canvas {
	both := m.canvas(&m.canvases.side, left.width+ruleWidth+right.width, left.height)
	for line := range both.height {
		both.add(left, line)
		both.put(dim, " "+m.theme.glyphs.rule+" ")
		both.begin(plain)
		both.add(right, line)
		both.end()
	}
	return both
}

// drawTooSmall says what is wrong, as far as there is room for it.
func (m *model) drawTooSmall(c *canvas) {
	sentence := fmt.Sprintf("greylag needs %dx%d cells, this terminal has %dx%d: make it larger",
		leastWidth, leastHeight, m.width, m.height)
	for _, line := range text.ASCII.Wrap(sentence, c.width) {
		c.put(plain, line)
		c.end()
	}
	c.fill()
}
