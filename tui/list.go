package tui

// motion is a movement of the cursor.
type motion uint8

// The motions. Lists know no left and right.
const (
	moveUp motion = iota
	moveDown
	moveLeft
	moveRight
	pageUp
	pageDown
	halfUp
	halfDown
	toFirst
	toLast
)

// list is a window on a list that is longer than the screen: where the cursor
// is, and which line is on top. The zero list shows the beginning.
type list struct {
	cursor, top int
	size, page  int // lines in all, and on the screen
}

// resize follows a change of the list or the screen. The cursor stays in.
func (l *list) resize(size, page int) {
	l.size, l.page = size, max(page, 0)
	l.cursor = min(max(l.cursor, 0), max(size-1, 0))
	l.scroll()
}

// move moves the cursor, and the window with it.
func (l *list) move(to motion) {
	switch to {
	case moveUp:
		l.cursor--
	case moveDown:
		l.cursor++
	case pageUp:
		l.cursor -= max(l.page, 1)
	case pageDown:
		l.cursor += max(l.page, 1)
	case halfUp:
		l.cursor -= max(l.page/2, 1)
	case halfDown:
		l.cursor += max(l.page/2, 1)
	case toFirst:
		l.cursor = 0
	case toLast:
		l.cursor = l.size - 1
	}
	l.resize(l.size, l.page)
}

// scroll brings the cursor onto the screen, and leaves no empty lines below the
// end where there are lines above.
func (l *list) scroll() {
	if l.cursor < l.top {
		l.top = l.cursor
	}
	if l.cursor >= l.top+l.page {
		l.top = l.cursor - l.page + 1
	}
	l.top = max(min(l.top, l.size-l.page), 0)
}

// follow puts the cursor on a line that has moved, and keeps it on its line of
// the screen. A window that shows the beginning goes on doing so while the
// cursor is in it: what is new comes at the top.
func (l *list) follow(cursor int) {
	onScreen := l.cursor - l.top
	l.cursor = cursor
	if l.top > 0 || cursor >= l.page {
		l.top = cursor - onScreen
	}
	l.resize(l.size, l.page)
}

// bounds are the first line on the screen and the one after the last.
func (l *list) bounds() (first, end int) { return l.top, min(l.top+l.page, l.size) }
