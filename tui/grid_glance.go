package tui

import (
	"greylag/fleet"
)

// glance is what one sign tells of a tunnel: its state, and what it means to its
// spoke. The worst is the last.
type glance uint8

const (
	seenUp  glance = iota
	seenNot        // from this vantage point
	seenOff
	seenPending
	seenDisputed // from another vantage point it is not up
	seenDegraded
	seenLone   // it carries the traffic, and nothing is up behind it
	seenBackup // it carries the traffic as a backup
	seenDown
	seenCut  // down, as is all else of its spoke
	seenHole // down, and the kernel's route points into it (R2)
	glances
)

// glanceWords name the signs in the legend.
var glanceWords = [glances]string{
	"up", "unseen", "disabled", "pending", "disagree", "degraded", "unprotected", "on backup", "down", "cut off", "black hole",
}

var glanceStyles = [glances]style{
	up, disabled, disabled, pending, degraded, degraded, degraded, backup, down, down, down,
}

// glanceSigns are the signs; quiet is that of a tunnel that is up.
func (g *glyphs) glanceSigns(quiet string) [glances]string {
	return [glances]string{quiet, g.unseen, g.off, g.pending, g.disagree, g.degraded, g.unprotected, g.backup, g.down, g.none, g.hole}
}

// glance is that at the tunnel at a position.
func (b *board) glance(position int) glance {
	t, spoke := b.rows[position].Tunnel, b.spoke(position)
	switch t.State {
	case fleet.Unseen:
		return seenNot
	case fleet.Disabled:
		return seenOff
	case fleet.Pending:
		return seenPending
	case fleet.Down:
		return glanceDown(t, spoke)
	}
	switch carries := spoke != nil && spoke.Active == t.Tunnel.Name; {
	case carries && spoke.Path == fleet.PathBackup:
		return seenBackup
	case carries && isUnprotected(spoke):
		return seenLone
	case t.State == fleet.Degraded:
		return seenDegraded
	case t.Differ():
		return seenDisputed
	}
	return seenUp
}

func glanceDown(t *fleet.TunnelReport, spoke *fleet.SpokeReport) glance {
	switch {
	case spoke == nil:
		return seenDown
	case spoke.BlackHole && spoke.Route != nil && spoke.Route.Tunnel == t.Tunnel.Name:
		return seenHole
	case spoke.Path == fleet.PathNone:
		return seenCut
	}
	return seenDown
}

// glanceSet is which signs are on the screen.
type glanceSet uint16

func (s *glanceSet) add(g glance) { *s |= 1 << g }

// legend names the signs on the screen, the worst first.
func (s glanceSet) legend(signs *[glances]string) []run {
	var list []run
	for g := glances; g > 0; g-- {
		if i := g - 1; s&(1<<i) != 0 {
			list = append(list, run{glanceStyles[i], signs[i]}, run{dim, " " + glanceWords[i] + "  "})
		}
	}
	return list
}

// cursorCell writes t reversed in exactly w cells: it is under the cursor.
func (c *canvas) cursorCell(s style, t string, w int) {
	c.cursorLine(true)
	c.cell(s, t, w)
	c.selected = false
	c.buf = append(c.buf, c.starts[0][c.current]...)
}

// sign writes a sign of one cell.
func (c *canvas) sign(s style, glyph string) {
	if c.left() > 0 && !c.full() {
		c.begin(s)
		c.buf = append(c.buf, glyph...)
		c.used++
	}
}

// reach writes empty cells up to column x, in the style in force: a space has no
// colour.
func (c *canvas) reach(x int) {
	for c.used < x && c.left() > 0 && !c.full() {
		c.buf = append(c.buf, ' ')
		c.used++
	}
}
