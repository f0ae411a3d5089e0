package tui

import (
	"strconv"

	"greylag/tui/query"
)

// dense is the fleet as a map: a sign a tunnel, grouped by hub or tag, in the
// order of the spokes. A tunnel's place depends on the declarations and the size
// of the screen only; what the filter hides is blank, and keeps its place.
type dense struct {
	picture picture
	of      *query.Index // the tunnels that groups was made of
	groups  []mapGroup
	order   []int32 // positions, group after group

	laid   denseSize
	packed bool      // headings are inline
	stride int       // columns from one sign to the next
	heads  []mapHead // in the order of reading

	tallies []groupTally // as groups
}

// groupTally is what there was in a group in an edition of the board.
type groupTally struct {
	edition uint64
	tally
}

// tally counts a group, where anything changed since it was counted.
func (d *dense) tally(b *board, group int) *tally {
	t := &d.tallies[group]
	if t.edition != b.edition {
		g := &d.groups[group]
		t.edition, t.tally = b.edition, b.tallyOf(d.order[g.start:g.end])
	}
	return &t.tally
}

// denseSize is what the places depend on beside the declarations.
type denseSize struct{ width, page int }

// mapGroup is the tunnels of a hub, or those whose first tag it is.
type mapGroup struct {
	name       string
	start, end int32 // in the order
}

// mapHead is where a group's heading is.
type mapHead struct {
	line, x, width, group int
}

// follow lays the map out anew where tunnels or size are others, and tells
// whether it did.
func (d *dense) follow(b *board, what picture, p *plane, size denseSize) bool {
	if d.of == b.index && d.picture == what && d.laid == size {
		return false
	}
	if d.of != b.index || d.picture != what {
		d.of, d.picture = b.index, what
		d.regroup(b)
	}
	d.laid = size
	d.lay(p)
	return true
}

// regroup sorts the tunnels into groups, and in them by spoke.
func (d *dense) regroup(b *board) {
	c := classesFor(d.picture, b.declared.Tunnels)
	d.groups = make([]mapGroup, len(c.names))
	d.tallies = make([]groupTally, len(c.names))
	for i, name := range c.names {
		d.groups[i].name = name
		if name == "" {
			d.groups[i].name = namelessGroups[d.picture]
		}
	}
	for _, g := range c.of {
		d.groups[g].end++
	}
	sum := int32(0)
	for i := range d.groups {
		g := &d.groups[i]
		sum, g.start, g.end = sum+g.end, sum, sum
	}
	d.order = make([]int32, len(c.of))
	for _, position := range b.members.positions {
		g := &d.groups[c.of[position]]
		d.order[g.end] = position
		g.end++
	}
}

// namelessGroups are what the group is called that has no name.
var namelessGroups = map[picture]string{hubMap: "no hub", tagMap: "no tag"}

// lay gives each tunnel its place: with air between the signs where there is
// room; close; and with the headings inline where only that makes it fit, or
// saves much.
func (d *dense) lay(p *plane) {
	if d.stride = 2; d.layLines(p) <= d.laid.page {
		return
	}
	d.stride = 1
	lines := d.layLines(p)
	if lines <= d.laid.page {
		return
	}
	if packed := d.layPacked(p); packed > d.laid.page && packed > lines*3/4 {
		d.layLines(p)
	}
}

// layLines gives each heading and each group lines of their own, and returns how
// many it took.
func (d *dense) layLines(p *plane) int {
	p.reset(len(d.order))
	d.heads, d.packed = d.heads[:0], false
	perLine := max((d.laid.width-1)/d.stride, 1)
	for g := range d.groups {
		d.heads = append(d.heads, mapHead{line: p.lines(), width: d.laid.width, group: g})
		p.newLine()
		for i, position := range d.order[d.groups[g].start:d.groups[g].end] {
			if i%perLine == 0 {
				p.newLine()
			}
			p.add(position, 1+i%perLine*d.stride)
		}
	}
	return p.lines()
}

// layPacked lets one group follow the other as words do in a text, and returns
// how many lines it took.
func (d *dense) layPacked(p *plane) int {
	p.reset(len(d.order))
	d.heads, d.packed = d.heads[:0], true
	x := d.laid.width
	for g := range d.groups {
		size := int(d.groups[g].end - d.groups[g].start)
		w := packedName + 3 + len(strconv.Itoa(size))
		if x+2+w >= d.laid.width {
			p.newLine()
			x = 1
		} else {
			x += 2
		}
		d.heads = append(d.heads, mapHead{p.lines() - 1, x, w, g})
		x += w
		for _, position := range d.order[d.groups[g].start:d.groups[g].end] {
			if x >= d.laid.width {
				p.newLine()
				x = 1
			}
			p.add(position, x)
			x++
		}
	}
	return p.lines()
}

// packedName is how wide a group's name is where headings are inline.
const packedName = 8

// isHeading tells whether a line has nothing but a group's heading.
func (d *dense) isHeading(p *plane, line int) bool {
	return line >= 0 && line < p.lines() && len(p.line(line)) == 0
}

// draw writes the lines of the window, and returns which signs are on them. The
// line of the cursor is marked: a reversed sign among thousands is hard to find.
func (d *dense) draw(m *model, c *canvas, p *plane, w *list) (seen glanceSet) {
	signs := c.glyphs.glanceSigns(c.glyphs.quiet)
	first, end := w.bounds()
	heads := d.headsFrom(first)
	for line := first; line < end && !c.full(); line++ {
		if line == w.cursor {
			c.put(plain, c.glyphs.cursor)
		}
		for _, at := range p.line(line) {
			heads = d.drawHeads(m, c, heads, line, int(at.x))
			seen |= d.drawCell(m, c, at, &signs)
		}
		heads = d.drawHeads(m, c, heads, line, c.width)
		c.end()
	}
	return seen
}

// drawHeads writes the headings of a line that are left of column x, and returns
// the rest.
func (d *dense) drawHeads(m *model, c *canvas, heads []mapHead, line, x int) []mapHead {
	for len(heads) > 0 && heads[0].line == line && heads[0].x < x {
		d.drawHead(m, c, &heads[0])
		heads = heads[1:]
	}
	return heads
}

// headsFrom are the headings on a line and below.
func (d *dense) headsFrom(line int) []mapHead {
	for i := range d.heads {
		if d.heads[i].line >= line {
			return d.heads[i:]
		}
	}
	return nil
}

// drawCell writes the sign of a tunnel, and nothing where the filter hides it.
func (d *dense) drawCell(m *model, c *canvas, at cell, signs *[glances]string) (seen glanceSet) {
	b, position := &m.board, int(at.position)
	if b.lineOf[position] < 0 {
		return 0
	}
	g := b.glance(position)
	seen.add(g)
	s := glanceStyles[g]
	if b.rows[position].Muted {
		s = dim
	}
	c.reach(int(at.x))
	if position == b.cursor {
		c.cursorCell(s, signs[g], 1)
		return seen
	}
	c.sign(s, signs[g])
	return seen
}

// drawHead writes the heading of a group: its name, and what there is in it.
func (d *dense) drawHead(m *model, c *canvas, h *mapHead) {
	g := &d.groups[h.group]
	t := d.tally(&m.board, h.group)
	c.reach(h.x)
	if d.packed {
		c.cellName(strong, g.name, packedName)
		c.space(1)
		c.cell(t.worstStyle(), t.worstText(c.glyphs), h.width-packedName-1)
		return
	}
	c.space(1)
	c.put(strong, g.name)
	c.runs(t.runs(c.glyphs, m.board.filter.active()))
}
