package chart

import (
	"greylag/fleet"
	"greylag/tui/text"
)

// glyphs are what one character set draws with, one cell each.
type glyphs struct {
	heights                  [8]string // of an answer, lowest first
	missing, unsent, excused string
	pending                  string
	fill, rest               string
	axis                     string
}

var glyphSets = [...]glyphs{
	text.UTF8: {
		heights: [8]string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
		missing: "x", unsent: "!", excused: "∙", pending: "_",
		fill: "▰", rest: "▱",
		axis: "|",
	},
	text.ASCII: {
		heights: [8]string{".", ":", "-", "=", "+", "*", "#", "@"},
		missing: "x", unsent: "!", excused: "?", pending: "_",
		fill: "#", rest: "-",
		axis: "|",
	},
}

// glyphsOf are the glyphs of a character set.
func glyphsOf(c text.Charset) *glyphs {
	if c == text.ASCII {
		return &glyphSets[text.ASCII]
	}
	return &glyphSets[text.UTF8]
}

// mark is the glyph and the kind of a keepalive that was not answered.
func (g *glyphs) mark(fate fleet.Fate) (Kind, string) {
	switch fate {
	case fleet.FateMissing:
		return KindMissing, g.missing
	case fleet.FateUnsent:
		return KindUnsent, g.unsent
	case fleet.FateExcused:
		return KindExcused, g.excused
	case fleet.FatePending:
		return KindPending, g.pending
	}
	return KindBlank, " "
}
