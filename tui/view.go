package tui

// view is one picture of the fleet: what fills the screen between header and
// footer. Views keep no facts, only where their cursor is: facts are the
// board's.
type view interface {
	// name is what :view and the footer call it.
	name() string
	// refresh follows a new snapshot, filter, order, cursor or size, and comes
	// also when the view is shown after others. width and height are those of
	// the canvas to come.
	refresh(m *model, width, height int)
	// draw fills the canvas, all of it ([canvas.fill]).
	draw(m *model, c *canvas)
	// move moves the cursor.
	move(m *model, to motion)
	// click puts the cursor on what is at that cell of the body, and tells
	// whether anything is.
	click(m *model, x, y int) bool
	// target is the position in the report of the tunnel under the cursor, -1:
	// none.
	target(m *model) int
	// visible calls yield for each tunnel whose state is on the screen.
	visible(m *model, yield func(position int))
}

// placer is a view that says itself where in its list the cursor is; of the
// others it is that of the tunnel among those shown.
type placer interface {
	// place is the cursor's line, from 0, and how many lines there are.
	place() (line, size int)
}

// seeker is a view that has problems of its own to go to; in the others they are
// the tunnels'.
type seeker interface {
	// seek goes to the next problem in that direction, and tells whether there
	// is one.
	seek(m *model, by int) bool
}
