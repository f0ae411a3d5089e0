package text

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/clipperhouse/displaywidth"
)

// TestEveryCodePoint: each code point that stays, alone and under a mark, has
// the same width by every way of measuring that the renderer has, and joins no
// neighbour.
func TestEveryCodePoint(t *testing.T) {
	if raceEnabled {
		t.Skip("long, and for one goroutine: -race has nothing to find")
	}
	stay := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		s := string(r)
		if !utf8.ValidRune(r) || UTF8.Clean(s) != s {
			continue
		}
		stay++
		checkWidth(t, s)
		if clusters("x"+s) != 2 || clusters(s+"x") != 2 {
			t.Errorf("%U joins its neighbour", r)
		}
	}
	if stay < 100_000 { // ideographs and Hangul alone are more
		t.Errorf("only %d code points stay", stay)
	}
}

func TestEveryMark(t *testing.T) {
	stay := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		s := "x" + string(r)
		if unicode.Is(unicode.Mn, r) && UTF8.Clean(s) == s {
			checkWidth(t, s)
			stay++
		}
	}
	if stay < 1500 {
		t.Errorf("only %d marks stay", stay)
	}
}

// checkWidth holds our width against the other ways of measuring.
func checkWidth(t *testing.T, s string) {
	t.Helper()
	w := UTF8.Width(s)
	if g, c, d := ansi.StringWidth(s), ansi.StringWidthWc(s), displaywidth.String(s); g != w || c != w || d != w {
		t.Errorf("%+q: width %d; by grapheme clusters %d and %d, by code points %d", s, w, g, d, c)
	}
}

func clusters(s string) int {
	n := 0
	for g := displaywidth.StringGraphemes(s); g.Next(); {
		n++
	}
	return n
}

// TestGlyphs: those of our own are one cell. Only the ellipsis is ambiguous.
func TestGlyphs(t *testing.T) {
	wide := displaywidth.Options{EastAsianWidth: true}
	for name, c := range both {
		for _, glyph := range []string{c.Replacement(), c.Ellipsis(), c.micro()} {
			if utf8.RuneCountInString(glyph) != 1 || c.Clean(glyph) != glyph {
				t.Errorf("%s: %q is not one clean code point", name, glyph)
			}
			checkWidth(t, glyph)
			if wide.String(glyph) != 1 && glyph != "…" {
				t.Errorf("%s: %q is ambiguous", name, glyph)
			}
		}
	}
}
