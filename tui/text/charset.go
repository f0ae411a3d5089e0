// Package text makes text safe for a terminal and gives it an exact width in
// cells. Names, details and streams come from others: whatever they contain,
// what leaves this package moves no cursor, changes no colour, reorders nothing
// around it, and takes as many cells as it says.
//
// Widths are certain because whatever terminals disagree on is replaced:
// control and format characters, emoji, flags, joined and conjoined clusters,
// variation selectors, private and unassigned code points. So are letters that
// are written from right to left: terminals that know them reorder the columns
// beside them. What stays is one printable code point of one cell, or of two
// where every table since the first wcwidth says so, with at most three
// combining marks. Characters that Unicode calls ambiguous (é, Greek, Cyrillic,
// …) are one cell: where a terminal is set to draw them in two, [ASCII] is right.
package text

// Charset says which characters the terminal can show.
type Charset uint8

// The character sets.
const (
	UTF8  Charset = iota // Unicode, glyphs of one code point
	ASCII                // bytes 0x20 to 0x7e; a few signs have a twin there, everything else is replaced by ?
)

// Ellipsis is what stands for text that was cut away; one cell.
func (c Charset) Ellipsis() string { return c.pick("…", "~") }

// Replacement is what stands for a cluster that cannot be shown; one cell.
func (c Charset) Replacement() string { return c.pick("▯", "?") }

// micro is the prefix of a millionth.
func (c Charset) micro() string { return c.pick("µ", "u") }

func (c Charset) pick(utf8, ascii string) string {
	if c == ASCII {
		return ascii
	}
	return utf8
}
