package tui

import "testing"

// testPlane is, with its columns,
//
//	    1 3 5 7 9
//	0   a   b   c
//	1             (a heading)
//	2   d e
//	3       f
//
// Position 0 is a.
func testPlane() *plane {
	p := &plane{}
	p.reset(6)
	for _, line := range [][]int{{1, 5, 9}, {}, {1, 3}, {5}} {
		p.newLine()
		for _, x := range line {
			p.add(int32(len(p.cells)), x)
		}
	}
	return p
}

// TestMotions: from each place, where every motion leads.
func TestMotions(t *testing.T) {
	const page = 2
	for _, c := range []struct {
		from   rune
		to     motion
		x      int
		hidden string
		want   rune
	}{
		{'a', moveRight, 1, "", 'b'},
		{'a', moveRight, 1, "b", 'c'},
		{'c', moveRight, 9, "", 'd'}, // on with the next line
		{'d', moveLeft, 1, "", 'c'},
		{'a', moveLeft, 1, "", 'a'},
		{'f', moveRight, 5, "", 'f'},
		{'a', moveDown, 1, "", 'd'}, // over the heading
		{'b', moveDown, 5, "", 'e'},
		{'c', moveDown, 9, "", 'e'},
		{'c', moveDown, 9, "e", 'd'},
		{'c', moveDown, 9, "de", 'f'},
		{'c', moveDown, 9, "def", 'c'},
		{'e', moveDown, 9, "", 'f'},
		{'e', moveUp, 9, "", 'c'}, // the column is kept
		{'e', moveUp, 3, "", 'a'}, // as near as b: the first
		{'f', moveUp, 5, "", 'e'},
		{'a', moveUp, 1, "", 'a'},
		{'a', pageDown, 1, "", 'd'},
		{'a', pageDown, 1, "de", 'f'},
		{'d', pageDown, 1, "", 'f'}, // at most to the end
		{'f', pageDown, 5, "", 'f'},
		{'d', pageDown, 1, "f", 'd'}, // nothing there: back
		{'f', pageUp, 5, "", 'b'},
		{'f', halfUp, 5, "", 'e'},
		{'a', halfDown, 1, "", 'd'},
		{'d', toFirst, 1, "", 'a'},
		{'d', toFirst, 1, "ab", 'c'},
		{'a', toLast, 1, "", 'f'},
		{'a', toLast, 1, "ef", 'd'},
	} {
		p := testPlane()
		may := func(position int32) bool {
			for _, r := range c.hidden {
				if position == r-'a' {
					return false
				}
			}
			return true
		}
		got := 'a' + rune(p.cells[p.after(int(c.from-'a'), c.to, c.x, page, may)].position)
		if got != c.want {
			t.Errorf("from %c by %d towards column %d without %q: %c, want %c", c.from, c.to, c.x, c.hidden, got, c.want)
		}
	}
}

// TestCovering: which cell is at a place.
func TestCovering(t *testing.T) {
	p := testPlane()
	for _, c := range []struct{ line, x, w, want int }{
		{0, 1, 1, 0}, {0, 2, 1, -1}, {0, 2, 2, 0}, {0, 0, 4, -1}, {0, 10, 2, 2}, {1, 1, 1, -1}, {3, 5, 1, 5}, {4, 1, 1, -1}, {-1, 1, 1, -1},
	} {
		if got := p.covering(c.line, c.x, c.w); got != c.want {
			t.Errorf("line %d, column %d, %d wide: cell %d, want %d", c.line, c.x, c.w, got, c.want)
		}
	}
	if p.cellOf(3) != 3 || p.cellOf(6) != -1 || p.cellOf(-1) != -1 {
		t.Error("cellOf is wrong")
	}
}
