package tui

import (
	"strconv"

	"greylag/fleet"
)

// total is how many tunnels are in a state, or spokes on a path.
type total struct {
	style       style
	glyph, word string
	n           int
	importance  int // 1 for the last to give way
	spokes      bool
}

type totals []total

// totals are the counts, the worst first. None that is 0 is there.
func (m *model) totals() (list totals) {
	sum, g := &m.board.report.Summary, m.theme.glyphs
	add := func(t total) {
		if t.n > 0 {
			list = append(list, t)
		}
	}
	states := func(importance int, s fleet.State) {
		add(total{stateStyle(s), g.state(s), string(s), sum.Tunnels[s], importance, false})
	}
	states(1, fleet.Down)
	add(total{degraded, g.disagree, "disagree", m.board.disputes, 2, false})
	states(7, fleet.Degraded)
	states(9, fleet.Pending)
	states(6, fleet.Up)
	states(11, fleet.Disabled)
	states(13, fleet.Unseen)
	add(total{down, g.none, "cut off", sum.Spokes[fleet.PathNone], 3, true})
	add(total{down, g.hole, "black hole", m.board.blackHoles(), 4, true})
	add(total{backup, g.backup, "on backup", sum.Spokes[fleet.PathBackup], 5, true})
	add(total{degraded, g.unprotected, "unprotected", sum.Unprotected, 8, true})
	add(total{pending, g.pending, "pending", sum.Spokes[fleet.PathPending], 10, true})
	add(total{up, g.primary, "primary", sum.Spokes[fleet.PathPrimary], 12, true})
	return list
}

// blackHoles is how many spokes' routes point into a dead tunnel while another is
// up (R2).
func (b *board) blackHoles() (n int) {
	for i := range b.report.Spokes {
		n += boolInt(verdictOf(&b.report.Spokes[i]) == blackHole)
	}
	return n
}

// withoutLeast is the list without the least important.
func (list totals) withoutLeast() (kept totals) {
	least := 0
	for _, t := range list {
		least = max(least, t.importance)
	}
	for _, t := range list {
		if t.importance != least {
			kept = append(kept, t)
		}
	}
	return kept
}

// runs writes the counts; of an empty fleet, that it is empty.
func (list totals) runs(words bool) (runs []run) {
	if len(list) == 0 {
		return []run{{plain, "no tunnels"}}
	}
	spokes := false
	for _, t := range list {
		if t.spokes && !spokes {
			runs, spokes = append(runs, run{dim, " spokes "}), true
		}
		count := strconv.Itoa(t.n)
		if words {
			runs = append(runs, run{t.style, t.glyph + " " + count}, run{plain, " " + t.word + "  "})
		} else {
			runs = append(runs, run{t.style, t.glyph + count}, run{plain, " "})
		}
	}
	return runs
}
