package ios

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decode makes text of a file: without a byte order mark, from UTF-16 where the
// mark says so (as a shell's redirection writes it on Windows). Bytes that are no
// UTF-8 are taken as Latin-1.
func decode(b []byte) string {
	switch {
	case len(b) >= 2 && b[0] == 0xff && b[1] == 0xfe:
		return fromUTF16(b[2:], binary.LittleEndian)
	case len(b) >= 2 && b[0] == 0xfe && b[1] == 0xff:
		return fromUTF16(b[2:], binary.BigEndian)
	}
	text := strings.TrimPrefix(string(b), "\ufeff")
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	if utf8.ValidString(text) {
		return text
	}
	return fromLatin1(text)
}

func fromLatin1(text string) string {
	var b strings.Builder
	b.Grow(len(text) + len(text)/8)
	for len(text) > 0 {
		c, n := utf8.DecodeRuneInString(text)
		if c == utf8.RuneError && n == 1 {
			c = rune(text[0])
		}
		b.WriteRune(c)
		text = text[n:]
	}
	return b.String()
}

func fromUTF16(b []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// line is one line of a file, as a reader of the terminal saw it.
type line struct {
	no   int // from 1
	text string
}

// split makes the lines of text.
func split(text string) []line {
	lines := make([]line, 0, strings.Count(text, "\n")+1)
	no := 0
	for l := range strings.Lines(text) {
		no++
		if l = clean(strings.TrimRight(l, "\r\n \t")); l != "" {
			lines = append(lines, line{no, l})
		}
	}
	return lines
}
