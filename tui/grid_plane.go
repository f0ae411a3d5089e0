package tui

import "slices"

// plane is where on a picture the tunnels are: lines of cells, of which a window
// is on the screen. Motions on it are by what the eye sees.
type plane struct {
	cells  []cell  // in the order of reading
	starts []int32 // of each line's cells
	at     []int32 // by position: its cell, -1: it has none
}

// cell is the place of a tunnel: its line, and the column where it begins.
type cell struct{ position, line, x int32 }

// reset empties the plane, for that many tunnels.
func (p *plane) reset(tunnels int) {
	p.cells, p.starts = p.cells[:0], p.starts[:0]
	p.at = slices.Grow(p.at[:0], tunnels)[:tunnels]
	for i := range p.at {
		p.at[i] = -1
	}
}

// newLine begins a line.
func (p *plane) newLine() { p.starts = append(p.starts, int32(len(p.cells))) }

// add puts a tunnel on the last line, to the right of the others.
func (p *plane) add(position int32, x int) {
	p.at[position] = int32(len(p.cells))
	p.cells = append(p.cells, cell{position, int32(len(p.starts)) - 1, int32(x)})
}

func (p *plane) lines() int { return len(p.starts) }

// line are the cells of a line, from the left.
func (p *plane) line(i int) []cell { return p.cells[p.starts[i]:p.end(i)] }

// end is the cell after those of a line.
func (p *plane) end(line int) int32 {
	if line+1 < len(p.starts) {
		return p.starts[line+1]
	}
	return int32(len(p.cells))
}

// cellOf is the place of the cell of the tunnel at a position, -1: none.
func (p *plane) cellOf(position int) int {
	if position < 0 || position >= len(p.at) {
		return -1
	}
	return int(p.at[position])
}

// beside is the next cell in that direction that may be chosen, in the order of
// reading; -1: none.
func (p *plane) beside(i, by int, may func(position int32) bool) int {
	for i += by; i >= 0 && i < len(p.cells); i += by {
		if may(p.cells[i].position) {
			return i
		}
	}
	return -1
}

// below is the cell nearest to column x that may be chosen, on the line or the
// first beyond it in that direction that has any; -1: none.
func (p *plane) below(line, by, x int, may func(position int32) bool) int {
	for ; line >= 0 && line < p.lines(); line += by {
		if i := p.nearest(line, x, may); i >= 0 {
			return i
		}
	}
	return -1
}

// nearest is the cell of a line nearest to column x that may be chosen; -1: none.
func (p *plane) nearest(line, x int, may func(position int32) bool) int {
	best, away := -1, 0
	for i := p.starts[line]; i < p.end(line); i++ {
		d := int(p.cells[i].x) - x
		if d < 0 {
			d = -d
		}
		if (best < 0 || d < away) && may(p.cells[i].position) {
			best, away = int(i), d
		}
	}
	return best
}

// covering is the cell of a line that has column x, each being w wide; -1: none.
func (p *plane) covering(line, x, w int) int {
	if line < 0 || line >= p.lines() {
		return -1
	}
	for i := p.starts[line]; i < p.end(line); i++ {
		if at := int(p.cells[i].x); at <= x && x < at+w {
			return int(i)
		}
	}
	return -1
}

// after is the cell to which a motion leads from the cell i, column x being the
// one that vertical motions keep to. page is the height of the screen. It is i
// where there is nothing to go to.
func (p *plane) after(i int, to motion, x, page int, may func(position int32) bool) int {
	next, line := -1, int(p.cells[i].line)
	switch to {
	case moveLeft:
		next = p.beside(i, -1, may)
	case moveRight:
		next = p.beside(i, 1, may)
	case moveUp:
		next = p.below(line-1, -1, x, may)
	case moveDown:
		next = p.below(line+1, 1, x, may)
	case toFirst:
		next = p.beside(-1, 1, may)
	case toLast:
		next = p.beside(len(p.cells), -1, may)
	default:
		next = p.leap(line, linesOf(to, page), x, may)
	}
	if next < 0 {
		return i
	}
	return next
}

// linesOf is how many lines down a page or half of it is.
func linesOf(to motion, page int) int {
	switch to {
	case pageUp:
		return -max(page, 1)
	case pageDown:
		return max(page, 1)
	case halfUp:
		return -max(page/2, 1)
	}
	return max(page/2, 1)
}

// leap goes some lines down or up, at most to the end. Where nothing there may be
// chosen it goes on, and at the end back.
func (p *plane) leap(line, by, x int, may func(position int32) bool) int {
	direction := 1
	if by < 0 {
		direction = -1
	}
	target := min(max(line+by, 0), p.lines()-1)
	if i := p.below(target, direction, x, may); i >= 0 {
		return i
	}
	return p.below(target, -direction, x, may)
}
