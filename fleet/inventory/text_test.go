package inventory

import (
	"strings"
	"testing"
)

// TestPlaces: "a\n" is line 1, "é\tb\r\n" line 2 (bytes 2 to 7), "" line 3.
func TestPlaces(t *testing.T) {
	l := newLines("a\né\tb\r\n")
	at := cursor{lines: l, column: 1}
	for _, c := range []struct{ offset, line, column int }{
		{0, 1, 1}, {1, 1, 2}, // the newline belongs to its line
		{2, 2, 1}, {4, 2, 2}, // é has two bytes
		{4, 2, 2}, // the same once more
		{5, 2, 3}, {6, 2, 4}, {7, 2, 5},
		{8, 3, 1}, // behind the last newline
	} {
		if line, column := at.move(c.offset); line != c.line || column != c.column {
			t.Errorf("offset %d: %d:%d, want %d:%d", c.offset, line, column, c.line, c.column)
		}
	}
}

// TestLinesOfALongText: those on both sides of every step of the index.
func TestLinesOfALongText(t *testing.T) {
	text := strings.Repeat("a\nbc\n\n", 4*lineStep/6)[:3*lineStep]
	l := newLines(text)
	for offset := range len(text) + 1 {
		if got, want := l.line(offset), 1+strings.Count(text[:offset], "\n"); got != want {
			t.Fatalf("offset %d: line %d, want %d", offset, got, want)
		}
	}
}

func TestLineSpan(t *testing.T) {
	l := newLines("ab\n\ncd")
	for offset, want := range map[int]span{0: {0, 2}, 2: {0, 2}, 3: {3, 3}, 4: {4, 6}, 6: {4, 6}} {
		if got := l.span(offset); got != want {
			t.Errorf("offset %d: %v, want %v", offset, got, want)
		}
	}
}

func TestInvalidByte(t *testing.T) {
	for text, want := range map[string]int{
		"":                  -1,
		"a\tb\r\n서울 \u009b": -1, // C1 characters are no control characters to TOML
		"\x00":              0,
		"ab\x7f":            2,
		"a\r":               1,
		"a\rb\r\n":          1,
		"é\xc3(":            2,
		"\uFFFD\xff":        3, // the replacement character itself is fine
		"\x1b[31m":          0,
	} {
		offset, found := invalidByte(text)
		if found == nil && want >= 0 || found != nil && offset != want {
			t.Errorf("%q: %d, %v; want %d", text, offset, found, want)
		}
	}
}

func TestBlank(t *testing.T) {
	got := blank("ab\r\n서c\nde", span{1, 7}, span{9, 10})
	if want := "a \r\n   c\n e"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestPrintable(t *testing.T) {
	if got := printable("a\n서\x1b\u202e b"); got != "a?서?? b" {
		t.Errorf("%q", got)
	}
}
