package inventory

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// byteOrderMark is what some editors put in front; it is no column.
const byteOrderMark = "\uFEFF"

// lines finds the line of an offset.
type lines struct {
	text   string
	before []int // newlines before each lineStep bytes
}

// lineStep is how many bytes are searched for newlines to find a line: an index
// of every line would be half as large as a file of short lines.
const lineStep = 1 << 10

func newLines(text string) lines {
	before := make([]int, 1, len(text)/lineStep+1)
	for at := lineStep; at <= len(text); at += lineStep {
		last := before[len(before)-1]
		before = append(before, last+strings.Count(text[at-lineStep:at], "\n"))
	}
	return lines{text, before}
}

// line is the line of offset, from 1.
func (l lines) line(offset int) int {
	step := offset / lineStep
	return 1 + l.before[step] + strings.Count(l.text[step*lineStep:offset], "\n")
}

// span is the line of offset, without its newline.
func (l lines) span(offset int) span {
	from := strings.LastIndexByte(l.text[:offset], '\n') + 1
	if n := strings.IndexByte(l.text[from:], '\n'); n >= 0 {
		return span{from, from + n}
	}
	return span{from, len(l.text)}
}

// invalidByte finds the first byte that no TOML file may contain. The library
// finds it too, but puts the error at the beginning of the token, or one byte
// before.
func invalidByte(text string) (offset int, found *mistake) {
	for i := 0; i < len(text); {
		c := text[i]
		if c >= ' ' && c < 0x7f || c == '\t' || c == '\n' {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return i, &mistake{fmt.Sprintf("byte 0x%02x is not UTF-8", c), "save the file as UTF-8"}
		case c == '\r' && strings.HasPrefix(text[i:], "\r\n"), c >= utf8.RuneSelf:
			i += size
		default:
			return i, &mistake{fmt.Sprintf("control character 0x%02x", c), "remove it"}
		}
	}
	return 0, nil
}

// span is a stretch of the text, in byte offsets.
type span struct{ from, to int }

// blank overwrites spans with spaces; newlines stay, so nothing moves.
func blank(text string, spans ...span) string {
	buf := []byte(text)
	for _, s := range spans {
		for i := s.from; i < s.to; i++ {
			if buf[i] != '\n' && buf[i] != '\r' {
				buf[i] = ' '
			}
		}
	}
	return string(buf)
}

// cursor places offsets that only grow, so that many mistakes in one long line
// do not take quadratic time.
type cursor struct {
	lines
	offset int
	column int // of offset
}

// move goes to offset and returns its line and column.
func (c *cursor) move(offset int) (line, column int) {
	if n := strings.LastIndexByte(c.text[c.offset:offset], '\n'); n >= 0 {
		c.offset, c.column = c.offset+n+1, 1
	}
	c.column += utf8.RuneCountInString(c.text[c.offset:offset])
	c.offset = offset
	return c.line(offset), c.column
}
