package tui

import (
	"slices"

	"greylag/fleet"
	"greylag/tui/query"
)

// column is a column of the table.
type column struct {
	name  string // as in the settings; an order of [query.Orders] where it is one
	title string
	help  string
	// least is its width where there is little room, and wish where there is
	// more; a wish of 0 takes what is left.
	least, wish int
	// importance is 1 for the last to give way.
	importance int
	right      bool // its title is at the right
	draw       func(d *drawing, w int)
}

// drawing is one row of the table being drawn.
type drawing struct {
	m *model
	c *canvas
	*query.Row
	report   *fleet.TunnelReport
	position int
	spoke    *fleet.SpokeReport // where the row is a spoke's; the tunnel is then its target, or nil
}

// columns are the table's, from left to right. What changes with each keepalive
// stands together at the right: the terminal is sent a line from its first
// changed cell to its last.
var columns = []column{
	{"state", "state", "state, as a word", 8, 8, 14, false, drawState},
	{"name", "name", "name", 12, 28, 1, false, drawName},
	{viewsColumn, "views", "how each vantage point sees it", 5, 5, 2, false, drawViews},
	{"hub", "hub", "hub", 6, 12, 13, false, drawHub},
	{"spoke", "spoke", "spoke", 8, 16, 10, false, drawSpoke},
	{"path", "path", "path of the spoke; dim where another tunnel carries the traffic", 10, 10, 8, false, drawPath},
	{"last", "keepalives", "the last keepalives: height is round trip time, x a miss", 10, 20, 9, false, drawStrip},
	{"flaps", "flaps", "times it went down, or since the mark", 5, 5, 11, true, drawFlaps},
	{"p99", "p99", "99 % of round trip times are shorter", 6, 6, 12, true, drawP99},
	{"loss", "loss", "lost of the last 100, or since the mark", 5, 5, 6, true, drawLoss},
	{"counter", "miss", "keepalive counter of retries (one in flight is no miss)", 5, 7, 3, true, drawCounter},
	{"rtt", "rtt", "last round trip time", 6, 6, 7, true, drawRTT},
	{"since", "since", "how long it is in this state", 6, 6, 4, true, drawSince},
	{"reason", "why", "why it is down or degraded", 9, 0, 5, false, drawReason},
}

// placed is a column and the width that it has.
type placed struct {
	*column
	width int
}

// leadWidth is what comes before the columns: mark, state's sign, space.
const leadWidth = 3

// placeColumns chooses the columns that fit and gives them their widths. The
// least important give way; then those that stay grow towards their wishes.
// wishes are smaller where the fleet has only short names.
func placeColumns(width int, hidden []string, wish func(*column) int) []placed {
	return placeOf(columns, width, hidden, wish)
}

// placeOf is placeColumns for any list of columns.
func placeOf(of []column, width int, hidden []string, wish func(*column) int) []placed {
	free := width - leadWidth
	var list []placed
	for _, i := range byImportance(of) {
		c := &of[i]
		if slices.Contains(hidden, c.name) || c.wish > 0 && wish(c) == 0 {
			continue
		}
		least := neededWidth(c, width, wish)
		need := least + boolInt(len(list) > 0)
		if need > free {
			break
		}
		free -= need
		list = append(list, placed{c, least})
	}
	grow(list, free, wish)
	slices.SortFunc(list, func(a, b placed) int { return columnIn(of, a.name) - columnIn(of, b.name) })
	return list
}

// neededWidth is what a column needs to be of use. Names, and why, are worth a
// sixth of the screen each before other columns are.
func neededWidth(c *column, width int, wish func(*column) int) int {
	switch {
	case c.wish == 0:
		return min(max(c.least, width/6), 40)
	case c.name == viewsColumn:
		return max(wish(c), c.least)
	case c.name == "name":
		return min(max(c.least, width/6), max(wish(c), len(c.title)))
	}
	return min(c.least, max(wish(c), len(c.title)))
}

// grow gives what is free to the columns, by importance; the rest goes to the
// one whose wish has no end.
func grow(list []placed, free int, wish func(*column) int) {
	for i := range list {
		more := min(max(wish(list[i].column)-list[i].width, 0), free)
		list[i].width += more
		free -= more
	}
	for i := range list {
		if list[i].wish == 0 {
			list[i].width += free
			free = 0
		}
	}
}

// byImportance are the columns' places, the last to give way first.
func byImportance(of []column) []int {
	list := make([]int, len(of))
	for i := range list {
		list[i] = i
	}
	slices.SortFunc(list, func(a, b int) int { return of[a].importance - of[b].importance })
	return list
}

func columnAt(name string) int { return columnIn(columns, name) }

func columnIn(of []column, name string) int {
	return slices.IndexFunc(of, func(c column) bool { return c.name == name })
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
