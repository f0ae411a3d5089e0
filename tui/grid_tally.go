package tui

import (
	"strconv"

	"greylag/fleet"
)

// tally is what there is in a group.
type tally struct {
	states            [len(tallied)]int // as in tallied
	total, shown, new int
}

// tallied are the states, the worst first.
var tallied = [...]fleet.State{fleet.Down, fleet.Degraded, fleet.Pending, fleet.Up, fleet.Disabled, fleet.Unseen}

// tallyOf counts the tunnels at those positions.
func (b *board) tallyOf(positions []int32) (t tally) {
	t.total = len(positions)
	for _, position := range positions {
		row := &b.rows[position]
		t.states[row.Tunnel.State.Severity()]++
		t.shown += boolInt(b.lineOf[position] >= 0)
		t.new += boolInt(row.New)
	}
	return t
}

// runs are the counts in words, the worst state first.
func (t *tally) runs(g *glyphs, filtered bool) []run {
	list := []run{{plain, "  "}}
	if filtered {
		list = append(list, run{dim, strconv.Itoa(t.shown) + " of " + strconv.Itoa(t.total) + " shown  "})
	}
	for i, n := range t.states {
		if n > 0 {
			list = append(list, run{stateStyle(tallied[i]), strconv.Itoa(n) + " " + string(tallied[i])}, run{plain, "  "})
		}
	}
	if t.new > 0 {
		list = append(list, run{fresh, g.fresh + " " + strconv.Itoa(t.new) + " worse"})
	}
	return list
}

// worst is the worst state there is, and how many tunnels are in it.
func (t *tally) worst() (fleet.State, int) {
	for i, n := range t.states {
		if n > 0 {
			return tallied[i], n
		}
	}
	return fleet.Disabled, 0
}

func (t *tally) worstStyle() style {
	s, _ := t.worst()
	return stateStyle(s)
}

// worstText is the worst state's sign and count.
func (t *tally) worstText(g *glyphs) string {
	s, n := t.worst()
	return g.state(s) + strconv.Itoa(n)
}
