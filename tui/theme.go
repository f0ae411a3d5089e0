package tui

import (
	"strings"

	"charm.land/lipgloss/v2"

	"greylag/fleet"
)

// style is what a run of text looks like.
type style uint8

// The styles. What tells states apart is never the colour alone: each state has
// a glyph of its own, and what is wrong is bold.
const (
	plain    style = iota
	dim            // labels, units, what is as it should be
	strong         // what the eye should find
	heading        // column headings
	down           // and what is as bad
	degraded       // and what is unprotected
	pending
	up
	disabled
	backup
	fresh  // got worse and has not been seen
	notice // FROZEN, a filter: the screen is not all there is
	hint   // a key in the footer
	styleCount
)

// Color says how many colours the terminal is asked for.
type Color string

// The choices of --color.
const (
	ColorAuto Color = "auto" // the terminal's own 16, none where NO_COLOR is set
	Color16   Color = "16"   // the terminal's own 16
	Color256  Color = "256"  // a palette that the colour-blind can read
	ColorNone Color = "none" // bold, faint and reverse only
)

// theme is the palette and the glyphs in force. It holds each style's start
// sequence, so that a run costs a copy and no thought.
type theme struct {
	starts [2][styleCount]string // by selected, style; each undoes the one before
	glyphs *glyphs
}

// reset ends every style.
const reset = "\x1b[m"

// newTheme renders the sequences once.
func newTheme(color Color, dark, ascii bool) *theme {
	p := attributes
	switch color {
	case Color256:
		p = many[dark]
	case Color16, ColorAuto:
		p = sixteen[dark]
	}
	t := &theme{glyphs: &unicodeGlyphs}
	if ascii {
		t.glyphs = &asciiGlyphs
	}
	for s := range p {
		t.starts[0][s] = sequence("", parameters(p[s]))
		t.starts[1][s] = sequence("7", parameters(underCursor(style(s), p[s])))
	}
	return t
}

// underCursor keeps the line under the cursor readable: what is reversed is a
// block of its colour, which only what is wrong is worth.
func underCursor(s style, look lipgloss.Style) lipgloss.Style {
	switch s {
	case strong, down, degraded, backup, fresh:
		return look
	}
	return lipgloss.NewStyle()
}

// parameters are the SGR parameters of a style, as Lip Gloss renders it. Runs are
// put together by hand: a Render per cell would cost five times more.
func parameters(look lipgloss.Style) string {
	const letter = "x"
	start, _, _ := strings.Cut(look.Render(letter), letter)
	return strings.TrimSuffix(strings.TrimPrefix(start, "\x1b["), "m")
}

func sequence(parameters ...string) string {
	b := []byte("\x1b[")
	for _, p := range parameters {
		if p != "" {
			b = append(b, ';')
			b = append(b, p...)
		}
	}
	return string(append(b, 'm')) // an empty first parameter is 0: reset
}

// stateStyle is how a state looks.
func stateStyle(s fleet.State) style {
	switch s {
	case fleet.Down:
		return down
	case fleet.Degraded:
		return degraded
	case fleet.Up:
		return up
	case fleet.Disabled, fleet.Unseen:
		return disabled
	}
	return pending
}

// pathStyle is how a spoke's path looks.
func pathStyle(p fleet.Path) style {
	switch p {
	case fleet.PathNone:
		return down
	case fleet.PathBackup:
		return backup
	case fleet.PathPrimary:
		return up
	case fleet.PathUnseen:
		return disabled
	}
	return pending
}
