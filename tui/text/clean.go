package text

import (
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// maxMarks is how many combining marks a character may carry: Vietnamese needs
// two, and no more than three are drawn legibly.
const maxMarks = 3

// Clean returns s with each grapheme cluster that is unsafe or of uncertain
// width replaced by [Charset.Replacement]. It returns s itself, and allocates
// nothing, where nothing is to be replaced.
func (c Charset) Clean(s string) string {
	for rest := s; rest != ""; {
		piece, _, size := c.next(rest)
		if piece != rest[:size] {
			kept := len(s) - len(rest)
			return string(c.appendClean(append(make([]byte, 0, len(s)+8), s[:kept]...), rest))
		}
		rest = rest[size:]
	}
	return s
}

// AppendClean appends what [Charset.Clean] returns.
func (c Charset) AppendClean(b []byte, s string) []byte { return c.appendClean(b, s) }

func (c Charset) appendClean(b []byte, s string) []byte {
	for s != "" {
		piece, _, size := c.next(s)
		b = append(b, piece...)
		s = s[size:]
	}
	return b
}

// Width is how many cells s takes once it is clean.
func (c Charset) Width(s string) int {
	cells := 0
	for s != "" {
		_, width, size := c.next(s)
		cells += width
		s = s[size:]
	}
	return cells
}

// next returns what is shown for the first grapheme cluster of s, which is not
// empty, how many cells that takes, and how many bytes of s the cluster has.
func (c Charset) next(s string) (piece string, width, size int) {
	if isPrintable(s[0]) && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return s[:1], 1, 1
	}
	cluster, width := firstCluster(s)
	if c == UTF8 && isCertain(cluster, width) || len(cluster) == 1 && isPrintable(cluster[0]) {
		return cluster, width, len(cluster)
	}
	if twin := asciiTwin(cluster); c == ASCII && twin != "" {
		return twin, 1, len(cluster)
	}
	return c.Replacement(), 1, len(cluster)
}

// asciiTwin is what says the same in ASCII, for the punctuation of our own
// texts; "" where there is nothing of one cell.
func asciiTwin(cluster string) string {
	switch cluster {
	case "–", "—", "−":
		return "-"
	case "·":
		return "."
	case "’":
		return "'"
	case "µ":
		return "u"
	case "×":
		return "x"
	}
	return ""
}

// firstCluster returns the first grapheme cluster of s, or its first byte where
// that is not UTF-8, and its width.
func firstCluster(s string) (cluster string, width int) {
	g := displaywidth.StringGraphemes(s)
	g.Next()
	if cluster := g.Value(); utf8.ValidString(cluster) {
		return cluster, g.Width()
	}
	// The library leaves open what it does here, and takes in bytes behind.
	valid := validPrefix(s)
	if valid == "" {
		return s[:1], 0
	}
	g = displaywidth.StringGraphemes(valid)
	g.Next()
	return g.Value(), g.Width()
}

// validPrefix is the beginning of s up to the first byte that is not UTF-8.
func validPrefix(s string) string {
	for i, r := range s {
		if r != utf8.RuneError {
			continue
		}
		if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
			return s[:i]
		}
	}
	return s
}

func isPrintable(b byte) bool { return b >= ' ' && b < 0x7f }

// isCertain tells whether a cluster is safe and every terminal gives it this
// width.
func isCertain(cluster string, width int) bool {
	base, size := utf8.DecodeRuneInString(cluster)
	if !isBase(base) || width != cellsOf(base) || unicode.IsSpace(base) && size < len(cluster) {
		return false
	}
	marks := 0
	for _, r := range cluster[size:] {
		if marks++; marks > maxMarks || !unicode.Is(unicode.Mn, r) || isHidden(r) {
			return false
		}
	}
	return true
}

// isBase tells whether a cluster may begin with r: it is drawn, and does nothing
// to its neighbours.
func isBase(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsMark(r) && !isHidden(r) && !unicode.In(r, joining, rightToLeft)
}

// isHidden tells whether r is drawn as nothing where it is known, and as
// something where it is not (Unicode, Default_Ignorable_Code_Point).
func isHidden(r rune) bool {
	return unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || unicode.Is(unicode.Variation_Selector, r)
}

// cellsOf is the width of a base character.
func cellsOf(r rune) int {
	if unicode.Is(wide, r) {
		return 2
	}
	return 1
}
