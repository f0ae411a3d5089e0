package tui

import (
	"slices"
	"strings"
	"testing"

	"greylag/tui/text"
)

// wishAll is a fleet with the longest names, seen from one point.
func wishAll(c *column) int {
	if c.name == viewsColumn {
		return 0
	}
	return c.wish
}

// namesOf are the columns' names.
func namesOf(list []placed) string {
	var names []string
	for _, p := range list {
		names = append(names, p.name)
	}
	return strings.Join(names, " ")
}

// TestColumnsGiveWay: the least important ones, one after the other; what tells
// most stays.
func TestColumnsGiveWay(t *testing.T) {
	for width, want := range map[int]string{
		40:  "name counter since reason",
		60:  "name loss counter rtt since reason",
		80:  "name path last loss counter rtt since reason",
		120: "name spoke path last flaps p99 loss counter rtt since reason",
		200: "state name hub spoke path last flaps p99 loss counter rtt since reason",
	} {
		if got := namesOf(placeColumns(width, nil, wishAll)); got != want {
			t.Errorf("%d: %s\nwant %s", width, got, want)
		}
	}
}

// TestColumnsFit: at every width, hidden or not, they fill the line and no more,
// and a column that is shown is of use.
func TestColumnsFit(t *testing.T) {
	for width := leastWidth; width <= 250; width++ {
		for hide := range 1 << 4 {
			var hidden []string
			for i := range 4 {
				if hide>>i&1 == 1 {
					hidden = append(hidden, columns[(i*3+width)%len(columns)].name)
				}
			}
			list := placeColumns(width, hidden, wishAll)
			used := leadWidth + len(list) - 1
			for _, p := range list {
				used += p.width
				if slices.Contains(hidden, p.name) || p.width < p.least {
					t.Fatalf("%d: %s is %d wide, hidden %v", width, p.name, p.width, hidden)
				}
			}
			if used > width || used < width && slices.ContainsFunc(list, func(p placed) bool { return p.wish == 0 }) {
				t.Fatalf("%d without %v: %d cells are used by %s", width, hidden, used, namesOf(list))
			}
		}
	}
}

// TestColumnsOfPoorFleets: a column without any name in it is not shown.
func TestColumnsOfPoorFleets(t *testing.T) {
	none := func(c *column) int {
		if slices.Contains([]string{"hub", "spoke", "path", viewsColumn}, c.name) {
			return 0
		}
		return c.wish
	}
	if got, want := namesOf(placeColumns(200, nil, none)), "state name last flaps p99 loss counter rtt since reason"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestColumnsTable: the table itself is sound.
func TestColumnsTable(t *testing.T) {
	seen := map[int]string{}
	for _, c := range columns {
		if other := seen[c.importance]; other != "" {
			t.Errorf("%s and %s are equally important", c.name, other)
		}
		seen[c.importance] = c.name
		if text.UTF8.Width(c.title) > c.least {
			t.Errorf("%s: the title %q does not fit into %d cells", c.name, c.title, c.least)
		}
		if c.wish != 0 && c.wish < c.least {
			t.Errorf("%s: wish %d is below least %d", c.name, c.wish, c.least)
		}
	}
}

// TestHideEveryColumn: with nothing to show, states and cursor are still there.
func TestHideEveryColumn(t *testing.T) {
	m := openScene(night(60), 80, 24)
	for _, c := range columns {
		m.toggleColumn(c.name)
	}
	wellFormed(t, m)
	press(m, "j", "s", "S")
	wellFormed(t, m)
	if !strings.Contains(screenOf(m), "\n>✗ ") && !strings.Contains(screenOf(m), "\n>") {
		t.Errorf("screen:\n%s", screenOf(m))
	}
}
