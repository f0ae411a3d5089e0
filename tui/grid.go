package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// picture is a way to show the whole fleet in the grid.
type picture uint8

// The pictures, in the order in which the first that fits is chosen. The maps
// always fit: they scroll.
const (
	hubMatrix picture = iota
	rankMatrix
	hubMap
	tagMap
	pictures
)

// pictureNames are what the command and the settings call them.
var pictureNames = [pictures]string{"hub", "rank", "map", "tags"}

// pictureTitles are what the screen calls them.
var pictureTitles = [pictures]string{"by hub", "by rank", "map by hub", "map by tag"}

// gridView shows the fleet as one picture: while it fits, spokes by hubs or by
// ranks; beyond that, a map of a sign a tunnel.
type gridView struct {
	picture  picture
	matrices [2]matrix // by picture
	dense    dense
	plane    plane
	window   list // on the plane's lines
	goal     int  // the column that vertical motions keep to
	goalOf   int  // position that it was taken at
	at       int  // the cursor's cell, -1: it has none
	width    int  // of the canvas to come
}

func (v *gridView) name() string { return "grid" }

// refresh chooses the picture and gives the tunnels their places on it.
func (v *gridView) refresh(m *model, width, height int) {
	page := max(height-footLines(height), 0)
	v.picture, v.width = v.choose(m, width, page), width
	if v.isMap() {
		v.dense.follow(&m.board, v.picture, &v.plane, denseSize{width, page})
	} else {
		v.dense.of = nil // the plane is not the map's any more
		v.matrices[v.picture].lay(&m.board, &v.plane, width, page-1)
	}
	v.window.size, v.window.page = v.plane.lines(), page
	v.show(&m.board)
}

func (v *gridView) isMap() bool { return v.picture == hubMap || v.picture == tagMap }

// choose is the picture that is wanted if it fits, or else the first that does.
func (v *gridView) choose(m *model, width, page int) picture {
	if at := slices.Index(pictureNames[:], m.settings.Grid); at >= 0 && v.fits(&m.board, picture(at), width, page) {
		return picture(at)
	}
	for what := range hubMap {
		if v.fits(&m.board, what, width, page) {
			return what
		}
	}
	return hubMap
}

// fits tells whether the whole fleet has room in a picture, whatever the filter
// is: the picture must not change while one types.
func (v *gridView) fits(b *board, what picture, width, page int) bool {
	if what >= hubMap {
		return what == hubMap || b.hasTags()
	}
	x := &v.matrices[what]
	x.declare(b, what)
	_, ok := x.fit(x.whole, width, page-1)
	return ok
}

// hasTags tells whether any tunnel has a tag.
func (b *board) hasTags() bool {
	for i := range b.declared.Tunnels {
		if len(b.declared.Tunnels[i].Tags) > 0 {
			return true
		}
	}
	return false
}

// show brings the cursor's tunnel onto the screen, with the heading above it
// where it is the first of its group.
func (v *gridView) show(b *board) {
	if v.at = v.plane.cellOf(b.cursor); v.at >= 0 {
		v.window.cursor = int(v.plane.cells[v.at].line)
	}
	v.window.resize(v.window.size, v.window.page)
	above := v.window.top - 1
	if v.isMap() && v.dense.isHeading(&v.plane, above) && v.window.cursor < above+v.window.page {
		v.window.top = above
	}
}

// move moves the cursor to what the eye sees in that direction, over what the
// filter hides.
func (v *gridView) move(m *model, to motion) {
	b := &m.board
	may := func(position int32) bool { return b.lineOf[position] >= 0 }
	i := v.at
	if i < 0 || b.line() < 0 {
		if i = v.plane.beside(-1, 1, may); i < 0 {
			return
		}
	}
	if b.cursor != v.goalOf || to == moveLeft || to == moveRight {
		v.goal = int(v.plane.cells[i].x)
	}
	i = v.plane.after(i, to, v.goal, v.window.page, may)
	b.selectTunnel(int(v.plane.cells[i].position))
	if to == moveLeft || to == moveRight || to == toFirst || to == toLast {
		v.goal = int(v.plane.cells[i].x)
	}
	v.goalOf = b.cursor
	v.show(b)
}

func (v *gridView) click(m *model, x, y int) bool {
	line := v.window.top + y - v.above()
	if first, end := v.window.bounds(); line < first || line >= end {
		return false
	}
	wide := 1
	if !v.isMap() {
		wide = v.matrices[v.picture].shape.cellWidth()
	}
	i := v.plane.covering(line, x, wide)
	return i >= 0 && m.board.selectTunnel(int(v.plane.cells[i].position))
}

// above is how many lines of headings there are.
func (v *gridView) above() int { return boolInt(!v.isMap()) }

func (v *gridView) target(m *model) int {
	if m.board.line() < 0 {
		return -1
	}
	return m.board.cursor
}

// place is that of the cursor on the picture.
func (v *gridView) place() (line, size int) { return v.at, len(v.plane.cells) }

func (v *gridView) visible(m *model, yield func(position int)) {
	first, end := v.window.bounds()
	for line := first; line < end; line++ {
		for _, at := range v.plane.line(line) {
			if !v.isMap() || m.board.lineOf[at.position] >= 0 {
				yield(int(at.position))
			}
		}
	}
}

func (v *gridView) draw(m *model, c *canvas) {
	if len(m.board.shown) == 0 {
		c.end()
		c.put(plain, "  "+m.nothing())
		c.fill()
		return
	}
	signs := c.glyphs.glanceSigns(c.glyphs.up)
	var seen glanceSet
	if v.isMap() {
		signs[seenUp] = c.glyphs.quiet
		seen = v.dense.draw(m, c, &v.plane, &v.window)
	} else {
		seen = v.matrices[v.picture].draw(m, c)
	}
	for c.line() < c.height-footLines(c.height) {
		c.end()
	}
	v.drawFoot(m, c, seen, &signs)
	c.fill()
}

// choosePicture shows the grid, or if it is there already its next picture that
// fits. name is one of [pictureNames].
func choosePicture(m *model, name string) tea.Cmd {
	v, place := m.grid()
	switch at := slices.Index(pictureNames[:], strings.ToLower(name)); {
	case at >= 0:
		m.settings.Grid = pictureNames[at]
	case name != "":
		return m.fail(fmt.Errorf("no picture is called %q: there are %s", name, strings.Join(pictureNames[:], ", ")))
	case m.current == place && !m.tooSmall():
		m.settings.Grid = pictureNames[v.next(m)]
	}
	if m.current != place {
		return m.show(place)
	}
	m.refresh()
	m.tell("the grid is %s", pictureTitles[v.picture])
	return m.remember()
}

// next is the picture after the one on the screen that fits.
func (v *gridView) next(m *model) picture {
	page := v.window.page
	for what := v.picture + 1; ; what++ {
		if what %= pictures; v.fits(&m.board, what, v.width, page) {
			return what
		}
	}
}

// grid is the grid, and its place among the views.
func (m *model) grid() (*gridView, int) {
	for i, v := range m.views {
		if g, ok := v.(*gridView); ok {
			return g, i
		}
	}
	return nil, -1
}
