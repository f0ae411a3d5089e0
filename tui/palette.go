package tui

import (
	"strconv"

	"charm.land/lipgloss/v2"
)

// palette is how each style looks.
type palette [styleCount]lipgloss.Style

// colours are what a palette adds to the attributes: numbers of the terminal's
// colours, 0 to 255, of which the first 16 are its own.
type colours map[style]uint8

// The terminal's own colours.
const (
	red     = 1
	yellow  = 3
	blue    = 4
	magenta = 5
	cyan    = 6
)

var (
	plainLook = lipgloss.NewStyle()
	faint     = plainLook.Faint(true)
	bold      = plainLook.Bold(true)
)

// attributes is what every palette shares, and all there is without colour.
var attributes = palette{
	dim: faint, strong: bold, heading: plainLook.Underline(true), down: bold, degraded: bold, disabled: faint,
	backup: bold, fresh: bold, notice: bold.Reverse(true), hint: bold,
}

// sixteen leaves the shades to the terminal's owner. No two states differ by
// red and green only. Yellow is not readable on white, so light has magenta.
var sixteen = map[bool]palette{
	true: attributes.with(colours{
		down: red, degraded: yellow, up: cyan, backup: magenta,
		fresh: yellow, hint: cyan,
	}).dimmed(pending),
	false: attributes.with(colours{
		down: red, degraded: magenta, up: blue, backup: magenta,
		fresh: red, hint: blue,
	}).dimmed(pending),
}

// many is after Okabe and Ito's palette, which the colour-blind can read.
var many = map[bool]palette{
	true: attributes.with(colours{
		dim: 245, disabled: 241, down: 209, degraded: 220, pending: 250, up: 74, backup: 175, fresh: 220, hint: 74,
	}),
	false: attributes.with(colours{
		dim: 243, disabled: 247, down: 160, degraded: 130, pending: 240, up: 25, backup: 90, fresh: 160, hint: 25,
	}),
}

// with adds colours. A colour of its own replaces faintness.
func (p palette) with(more colours) palette {
	for s, c := range more {
		p[s] = p[s].Faint(false).Foreground(lipgloss.Color(strconv.Itoa(int(c))))
	}
	return p
}

// dimmed makes a style faint.
func (p palette) dimmed(s style) palette {
	p[s] = p[s].Faint(true)
	return p
}
