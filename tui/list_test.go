package tui

import "testing"

// TestListMoves: a list of 100 lines, 10 of them on the screen.
func TestListMoves(t *testing.T) {
	for _, c := range []struct {
		name        string
		cursor, top int
		to          motion
		wantCursor  int
		wantTop     int
	}{
		{"down", 3, 0, moveDown, 4, 0},
		{"down, off the screen", 9, 0, moveDown, 10, 1},
		{"down at the end", 99, 90, moveDown, 99, 90},
		{"up", 5, 3, moveUp, 4, 3},
		{"up, off the screen", 3, 3, moveUp, 2, 2},
		{"up at the beginning", 0, 0, moveUp, 0, 0},
		{"page down", 0, 0, pageDown, 10, 1},
		{"page down near the end", 95, 88, pageDown, 99, 90},
		{"page up", 50, 45, pageUp, 40, 40},
		{"half a page down", 0, 0, halfDown, 5, 0},
		{"half a page up", 50, 48, halfUp, 45, 45},
		{"first", 50, 48, toFirst, 0, 0},
		{"last", 50, 48, toLast, 99, 90},
		{"left", 50, 48, moveLeft, 50, 48},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := list{cursor: c.cursor, top: c.top, size: 100, page: 10}
			l.move(c.to)
			if l.cursor != c.wantCursor || l.top != c.wantTop {
				t.Errorf("cursor %d, top %d, want %d, %d", l.cursor, l.top, c.wantCursor, c.wantTop)
			}
		})
	}
}

// TestListFollows: the cursor's line has moved to another place.
func TestListFollows(t *testing.T) {
	for _, c := range []struct {
		name        string
		cursor, top int
		moved       int
		wantTop     int
	}{
		{"in the middle it keeps its line of the screen", 50, 45, 60, 55},
		{"and the other way", 50, 45, 30, 25},
		{"near the end no empty line shows", 50, 45, 98, 90},
		{"near the beginning the beginning shows", 50, 45, 2, 0},
		{"at the beginning what is new on top shows", 2, 0, 7, 0},
		{"until the cursor would leave", 2, 0, 12, 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := list{cursor: c.cursor, top: c.top, size: 100, page: 10}
			l.follow(c.moved)
			if l.cursor != c.moved || l.top != c.wantTop {
				t.Errorf("cursor %d, top %d, want %d, %d", l.cursor, l.top, c.moved, c.wantTop)
			}
		})
	}
}

// TestListResizes: whatever becomes of list and screen, the cursor is on both.
func TestListResizes(t *testing.T) {
	l := list{}
	for size := range 30 {
		for page := range 30 {
			for _, cursor := range []int{-5, 0, 7, 29, 100} {
				l.cursor = cursor
				l.resize(size, page)
				first, end := l.bounds()
				if first < 0 || end > size || end-first > page || end-first < min(size, page) {
					t.Fatalf("%d lines on %d: shows %d to %d", size, page, first, end)
				}
				if size > 0 && page > 0 && (l.cursor < first || l.cursor >= end) {
					t.Fatalf("%d lines on %d: cursor %d is not in %d to %d", size, page, l.cursor, first, end)
				}
			}
		}
	}
}
