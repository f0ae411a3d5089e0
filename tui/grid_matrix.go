package tui

import (
	"greylag/tui/query"
	"greylag/tui/text"
)

// matrix is the fleet as spokes by hubs or ranks: a cell a tunnel. The rows stand
// in several blocks beside each other where there are many. Where a filter is
// on, the spokes of which no tunnel passes are left out; of the others what does
// not pass is dim.
type matrix struct {
	picture picture
	of      *query.Index // the tunnels that this was made of
	titles  []string     // of the columns; "" where it is that of the column before
	slots   []int32      // by position: its column
	longest int          // name of a row
	whole   int          // rows of the fleet

	rows  []matrixRow // on the screen: down the first block, then the next
	lines int         // of a block
	shape matrixShape
}

// matrixRow is a spoke, a tunnel without one, or the heading above those.
type matrixRow struct {
	spoke   int     // its place in the report, -1: none
	tunnels []int32 // positions
}

// matrixShape is how wide names and cells' facts are.
type matrixShape struct{ name, fact int }

// matrixShapes are to be tried: the first that fits is right.
var matrixShapes = []matrixShape{{24, 6}, {16, 6}, {16, 2}, {12, 2}, {8, 2}}

const (
	blockGap     = 2 // between blocks
	verdictCells = 2 // of a spoke
)

// cellWidth is that of a cell: mark, sign, fact. A long fact is set off.
func (s matrixShape) cellWidth() int { return 2 + boolInt(s.fact > 2) + s.fact }

// firstX is the column of a block where its first cell begins.
func (s matrixShape) firstX() int { return 1 + s.name + 1 + verdictCells }

func (s matrixShape) blockWidth(columns int) int { return s.firstX() + columns*s.cellWidth() }

// blocks is how many blocks are beside each other.
func (s matrixShape) blocks(width, columns int) int {
	return (width + blockGap) / (s.blockWidth(columns) + blockGap)
}

// declare finds out the columns and rows of the whole fleet.
func (x *matrix) declare(b *board, what picture) {
	if x.of == b.index && x.picture == what {
		return
	}
	x.of, x.picture = b.index, what
	x.rows = b.matrixRows(x.rows[:0], func([]int32) bool { return true })
	x.whole, x.longest = len(x.rows), 1
	for i := range x.rows {
		x.longest = max(x.longest, text.UTF8.Width(x.rows[i].name(b)))
	}
	x.placeColumns(classesFor(what, b.declared.Tunnels))
}

// placeColumns gives each tunnel its column, which is its class's. A class has as
// many columns as any row has tunnels in it.
func (x *matrix) placeColumns(c classes) {
	wide := make([]int32, len(c.names)) // columns by class
	nth := make([]int32, len(c.of))     // by position: which of its row's in the class
	count := make([]int32, len(c.names))
	for i := range x.rows {
		for _, position := range x.rows[i].tunnels {
			class := c.of[position]
			nth[position] = count[class]
			count[class]++
			wide[class] = max(wide[class], count[class])
		}
		for _, position := range x.rows[i].tunnels {
			count[c.of[position]] = 0
		}
	}
	first := make([]int32, len(c.names))
	x.titles = x.titles[:0]
	for class, name := range c.names {
		if name == "" {
			name = "no hub"
		}
		first[class] = int32(len(x.titles))
		x.titles = append(append(x.titles, name), make([]string, max(wide[class]-1, 0))...)
	}
	x.slots = nth
	for position, class := range c.of {
		x.slots[position] += first[class]
	}
}

// matrixRows appends the spokes that have tunnels, in the report's order, then
// the tunnels without one; those of which may says no are left out.
func (b *board) matrixRows(rows []matrixRow, may func(tunnels []int32) bool) []matrixRow {
	for place := range b.report.Spokes {
		if tunnels := b.members.of(place); len(tunnels) > 0 && may(tunnels) {
			rows = append(rows, matrixRow{place, tunnels})
		}
	}
	strays, spokes := b.members.strays(), len(rows)
	for i := range strays {
		tunnel := strays[i : i+1]
		if !may(tunnel) {
			continue
		}
		if spokes > 0 && spokes == len(rows) {
			rows = append(rows, matrixRow{spoke: -1})
		}
		rows = append(rows, matrixRow{-1, tunnel})
	}
	return rows
}

// name is what stands at the beginning of a row.
func (r *matrixRow) name(b *board) string {
	switch {
	case r.spoke >= 0:
		return b.report.Spokes[r.spoke].Spoke.Name
	case len(r.tunnels) == 0:
		return "no spoke:"
	}
	return b.declared.Tunnels[r.tunnels[0]].Name
}

// fit is the shape in which that many rows have room.
func (x *matrix) fit(rows, width, lines int) (matrixShape, bool) {
	for _, shape := range matrixShapes {
		shape.name = min(shape.name, x.longest)
		if shape.blocks(width, len(x.titles))*lines >= rows {
			return shape, true
		}
	}
	return matrixShape{}, false
}

// lay puts the rows that pass the filter on the plane. The whole fleet has room,
// as fit said.
func (x *matrix) lay(b *board, p *plane, width, lines int) {
	p.reset(len(b.rows))
	x.rows = b.matrixRows(x.rows[:0], b.anyShown)
	x.shape, _ = x.fit(len(x.rows), width, lines)
	x.lines = min(lines, len(x.rows))
	for line := range x.lines {
		p.newLine()
		for i := line; i < len(x.rows); i += x.lines {
			x.layRow(p, &x.rows[i], i/x.lines*x.blockStep())
		}
	}
}

// blockStep is how far it is from one block to the next.
func (x *matrix) blockStep() int { return x.shape.blockWidth(len(x.titles)) + blockGap }

// layRow puts the cells of a row on the line, left of which is column x0.
func (x *matrix) layRow(p *plane, r *matrixRow, x0 int) {
	x0 += x.shape.firstX()
	for column := range x.titles {
		if position := x.at(r, column); position >= 0 {
			p.add(position, x0+column*x.shape.cellWidth())
		}
	}
}

// at is the position of the row's tunnel in a column, -1: none.
func (x *matrix) at(r *matrixRow, column int) int32 {
	for _, position := range r.tunnels {
		if x.slots[position] == int32(column) {
			return position
		}
	}
	return -1
}

// anyShown tells whether one of the tunnels passes the filter.
func (b *board) anyShown(positions []int32) bool {
	for _, position := range positions {
		if b.lineOf[position] >= 0 {
			return true
		}
	}
	return false
}
