package tui

import (
	"slices"

	"greylag/fleet"
	"greylag/tui/query"
	"greylag/tui/text"
)

// filter is which rows are shown.
type filter struct {
	text  string // as it was typed
	query query.Query
	only  bool // only what is wrong
}

// active tells whether the screen does not show everything.
func (f *filter) active() bool { return f.only || !f.query.Empty() }

// isProblem tells whether a row wants somebody's attention.
func isProblem(r *query.Row) bool {
	return !r.Muted && (r.Tunnel.State == fleet.Down || r.Tunnel.State == fleet.Degraded || r.Disputed || isDownElsewhere(r.Tunnel))
}

// isDownElsewhere tells whether who knows a tunnel that is not known here says that it
// is down.
func isDownElsewhere(t *fleet.TunnelReport) bool {
	return t.State == fleet.Unseen && t.Views != nil && slices.Contains(t.Views.List, fleet.View[fleet.State]{Verdict: fleet.Down})
}

// arrange finds out which rows are shown, and in which order. hold leaves them
// where they are: what is read while keys are pressed must not jump.
func (b *board) arrange(hold bool) {
	if !hold && b.index != nil {
		b.shown = b.index.Select(b.rows, &b.filter.query, b.order, b.shown[:0])
		if b.filter.only {
			b.shown = b.keepProblems(b.shown)
		}
		for i := range b.lineOf {
			b.lineOf[i] = -1
		}
		for line, position := range b.shown {
			b.lineOf[position] = int32(line)
		}
		b.moved = false
		b.edition++
	}
	b.settleCursor()
}

// rearrange arranges the rows where that may make a difference.
func (b *board) rearrange(hold bool) {
	if !hold && b.explains() {
		b.readReasons()
	}
	b.arrange(hold || !b.moved)
}

// fillAtOnce is how many tunnels can be read while a key is answered; of more, the
// next look tells what is measured.
const fillAtOnce = 20_000

// prepare reads what a filter or an order that somebody asked for needs.
func (b *board) prepare() {
	if b.measures() {
		if b.owed = len(b.rows) > fillAtOnce && !b.fresh.complete; !b.owed {
			b.fill()
		}
	}
	if b.explains() {
		b.readReasons()
	}
}

func (b *board) keepProblems(shown []int32) []int32 {
	kept := shown[:0]
	for _, position := range shown {
		if isProblem(&b.rows[position]) {
			kept = append(kept, position)
		}
	}
	return kept
}

// settleCursor keeps the cursor on its tunnel. While nobody has moved it, it is
// on the first one, and so it is when its tunnel is not shown any more.
func (b *board) settleCursor() {
	if len(b.shown) == 0 {
		return // the tunnel may come back
	}
	if b.loose || b.line() < 0 {
		b.cursor = int(b.shown[0])
	}
}

// line is the place of the cursor's tunnel among those shown, -1: none.
func (b *board) line() int {
	if b.cursor < 0 || b.cursor >= len(b.lineOf) {
		return -1
	}
	return int(b.lineOf[b.cursor])
}

// selectLine puts the cursor on the tunnel at that place of those shown.
func (b *board) selectLine(line int) {
	if line >= 0 && line < len(b.shown) {
		b.cursor, b.loose = int(b.shown[line]), false
	}
}

// selectTunnel puts the cursor on a tunnel, if it is shown.
func (b *board) selectTunnel(position int) bool {
	if position < 0 || position >= len(b.lineOf) || b.lineOf[position] < 0 {
		return false
	}
	b.cursor, b.loose = position, false
	return true
}

// cursorName is the name of the tunnel under the cursor.
func (b *board) cursorName() string {
	if row := b.tunnel(b.cursor); row != nil {
		return row.Tunnel.Tunnel.Name
	}
	return ""
}

// problemFrom is the place of the next problem after a line, in that direction
// and around the end; -1: there is none.
func (b *board) problemFrom(line, by int) int {
	n := len(b.shown)
	for i := 1; i <= n; i++ {
		at := ((line+by*i)%n + n) % n
		if isProblem(&b.rows[b.shown[at]]) {
			return at
		}
	}
	return -1
}

// wish is how wide a column would like to be: a name's no wider than the
// longest there is.
func (b *board) wish(c *column) int {
	if c.name == viewsColumn {
		return b.viewsWidth()
	}
	if longest, ok := b.longest[c.name]; ok {
		return min(c.wish, longest)
	}
	return c.wish
}

// names are the tunnels' names, in the inventory's order.
func (b *board) names() []string {
	list := make([]string, len(b.rows))
	for i := range list {
		list[i] = b.declared.Tunnels[i].Name
	}
	return list
}

// restore takes what was remembered.
func (b *board) restore(s *settings) {
	b.mutes = s.Mutes
	b.order, _ = query.ParseOrder(s.Sort) // an unknown one is problems first
	b.filter.text = s.Filter
	b.filter.query, _ = query.Parse(s.Filter)
}

// longestNames is how wide the columns of names need to be.
func longestNames(tunnels []fleet.Tunnel) map[string]int {
	longest := map[string]int{"name": 1, "hub": 0, "spoke": 0, "path": 0}
	for i := range tunnels {
		t := &tunnels[i]
		longest["name"] = max(longest["name"], text.UTF8.Width(t.Name))
		longest["hub"] = max(longest["hub"], text.UTF8.Width(t.Hub))
		if t.Spoke != "" {
			longest["spoke"] = max(longest["spoke"], text.UTF8.Width(t.Spoke))
			longest["path"] = columns[columnAt("path")].wish
		}
	}
	return longest
}
