package chart

import (
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/clipperhouse/displaywidth"

	"greylag/tui/text"
)

// everyGlyph is what a character set draws with.
func everyGlyph(c text.Charset) (heights, others []string) {
	g := glyphsOf(c)
	others = []string{g.missing, g.unsent, g.excused, g.pending, g.fill, g.rest, g.axis}
	if c == text.UTF8 {
		for dots := 1; dots < 256; dots++ {
			others = append(others, string(rune(braille+dots)))
		}
	}
	return g.heights[:], others
}

// TestGlyphs: each is one code point of one cell by every way of measuring. Only
// the heights of UTF-8 are ambiguous: Unicode has no eight others.
func TestGlyphs(t *testing.T) {
	eastAsian := displaywidth.Options{EastAsianWidth: true}
	for name, c := range both {
		heights, others := everyGlyph(c)
		for _, glyph := range slices.Concat(heights, others) {
			if utf8.RuneCountInString(glyph) != 1 || ansi.StringWidth(glyph) != 1 || ansi.StringWidthWc(glyph) != 1 || c.Width(glyph) != 1 ||
				c.Clean(glyph) != glyph {
				t.Errorf("%s: %q is not one cell", name, glyph)
			}
			if ambiguous := eastAsian.String(glyph) != 1; ambiguous && (c == text.ASCII || !slices.Contains(heights, glyph)) {
				t.Errorf("%s: %q is ambiguous", name, glyph)
			}
		}
	}
}

// TestGlyphsDiffer: what means something else looks different, without colour.
func TestGlyphsDiffer(t *testing.T) {
	for name, c := range both {
		g := glyphsOf(c)
		strip := append(slices.Clone(g.heights[:]), g.missing, g.unsent, g.excused, g.pending, " ")
		slices.Sort(strip)
		if n := len(slices.Compact(strip)); n != 13 || g.fill == g.rest {
			t.Errorf("%s: %d of 13 glyphs differ", name, n)
		}
	}
}
