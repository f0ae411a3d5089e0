package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// What answers a key on a slow line, if it is more than a portion, is sketched: of
// each line its beginning, where glyph and name are, and nothing behind it that is of
// another tunnel. So the whole page is there at once; the rest comes in portions.
const (
	sketchBytes = 1_500
	sketchExtra = 14 // of a line's bytes, to move the cursor, to style and to erase
	leastSketch = 8  // columns
)

// sketch shows the beginning of each line that is another one, and all of one that
// takes little.
func (p *portions) sketch() {
	lines := strings.Split(p.wanted, "\n")
	if len(p.lines) != len(lines) {
		p.whole()
		return
	}
	share := p.share(lines)
	for i, line := range lines {
		if between(p.lines[i], line) > share {
			line = ansi.Truncate(line, columnsOf(line, share-sketchExtra), "")
		}
		p.lines[i] = line
	}
	p.join()
}

// columnsOf is how many of a line's columns about so many bytes show.
func columnsOf(line string, bytes int) int {
	text := ansi.Strip(line)
	return max(bytes*ansi.StringWidth(text)/max(len(text), 1), leastSketch)
}

// share is how many bytes a line may take, so that all take no more than a sketch:
// what short ones leave is the others'.
func (p *portions) share(lines []string) int {
	var costs []int
	for i, line := range lines {
		if cost := between(p.lines[i], line); cost > 0 {
			costs = append(costs, cost)
		}
	}
	share := 0
	for left, rest := sketchBytes, costs; len(rest) > 0; {
		share = left / len(rest)
		var dear []int
		for _, cost := range rest {
			if cost > share {
				dear = append(dear, cost)
			} else {
				left -= cost
			}
		}
		if len(dear) == len(rest) {
			break
		}
		rest = dear
	}
	return share
}
