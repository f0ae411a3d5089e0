package text

import "strings"

// Wrap returns s, cleaned, in lines of at most w cells, without padding. It
// breaks at spaces, which it drops there, and inside words that are longer than
// a line; a newline in s begins a line. No lines where w < 1 or s is blank.
func (c Charset) Wrap(s string, w int) []string {
	if w < 1 {
		return nil
	}
	var lines []string
	for paragraph := range strings.SplitSeq(strings.TrimRight(s, " \n"), "\n") {
		lines = c.wrapParagraph(lines, paragraph, w)
	}
	if len(lines) == 1 && lines[0] == "" {
		return nil
	}
	return lines
}

func (c Charset) wrapParagraph(lines []string, paragraph string, w int) []string {
	var line []byte
	used := 0
	for word := range strings.FieldsFuncSeq(paragraph, isSpace) {
		cells := c.Width(word)
		if used > 0 && used+1+cells > w {
			lines, line, used = append(lines, string(line)), line[:0], 0
		}
		if used > 0 {
			line, used = append(line, ' '), used+1
		}
		if cells > w { // the line is empty, since no other word fits beside it
			lines, word = c.breakWord(lines, word, w)
			cells = c.Width(word)
		}
		line, used = c.appendClean(line, word), used+cells
	}
	return append(lines, string(line))
}

// breakWord appends the full lines that a long word makes and returns what is
// left of it.
func (c Charset) breakWord(lines []string, word string, w int) (more []string, rest string) {
	for {
		head, cells, rest := c.appendHead(nil, word, w)
		switch {
		case rest == "":
			return lines, word
		case cells == 0: // one cluster of two cells, and there is one
			_, _, size := c.next(word)
			head, rest = []byte(c.Replacement()), word[size:]
		}
		lines, word = append(lines, string(head)), rest
	}
}

func isSpace(r rune) bool { return r == ' ' }
