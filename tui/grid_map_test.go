package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
)

// TestMapCapacity: 5,000 tunnels are on one screen of 200x50, whether they are at
// two hubs or at a hundred; of 10,000 the screen says which part is shown.
func TestMapCapacity(t *testing.T) {
	for _, hubs := range []int{2, 100} {
		s := newScene(5_000, func(i int, t *fleet.Tunnel) { t.Hub = fmt.Sprint("hub", i%hubs) })
		m := openScene(s, 200, 50)
		v := gridOf(m)
		seen := map[int]bool{}
		v.visible(m, func(position int) { seen[position] = true })
		if len(seen) != 5_000 || v.dense.packed != (hubs == 100) {
			t.Errorf("%d hubs: %d tunnels are on the screen, packed: %v", hubs, len(seen), v.dense.packed)
		}
		wellFormed(t, m)
	}
	// Of the body's 47 lines 44 are the map's. The first hub takes a heading and 26
	// lines of 199; of the second there is a heading and 16 lines: 5,000 + 3,184.
	m := openScene(newScene(10_000), 200, 50)
	gridOf(m)
	if lineWith(m, "1-8184 of 10000") == "" {
		t.Errorf("screen:\n%s", screenOf(m))
	}
	press(m, "G")
	// All in all there are 2 * 27 lines: the last 44 begin at the line 10, which is
	// the tenth of the first hub's.
	if lineWith(m, "1792-10000 of 10000") == "" {
		t.Errorf("screen:\n%s", screenOf(m))
	}
}

// TestPlacesAreStable: a tunnel's place depends on nothing that changes.
func TestPlacesAreStable(t *testing.T) {
	s := calm(500)
	m := openScene(s, 120, 40)
	v := gridOf(m)
	before := slices.Clone(v.plane.cells)
	s.cut("fra1-lima-4", "ams2-lima-4", "fra1-seoul-1")
	s.run(10)
	look(m)
	typed(m, "/state:down", "enter")
	press(m, "s", "S", "n", "!")
	if diff := cmp.Diff(before, v.plane.cells, cmp.AllowUnexported(cell{})); diff != "" {
		t.Errorf("places changed (-before +after):\n%s", diff)
	}
	if !v.isMap() {
		t.Error("this is no map")
	}
}

// TestMapOrder: groups are in the inventory's order, and in them are the spokes
// in theirs; what has no hub or tag, and no spoke, is last.
func TestMapOrder(t *testing.T) {
	m := openScene(broken(), 80, 24)
	v := gridOf(m)
	for picture, want := range map[string]string{
		"map": `fra1: fra1-seoul-1 fra1-tokyo-1 fra1-hanoi-1 fra1-jakarta-1 fra1-ho-chi-minh-city-1 fra1-lima-1 fra1-manila-1 lone-1
ams2: ams2-seoul-1 ams2-tokyo-1 ams2-hanoi-1 ams2-jakarta-1 ams2-ho-chi-minh-city-1 ams2-lima-1 ams2-manila-1
no hub: lone-2
`,
		"tags": `site0: fra1-seoul-1 ams2-seoul-1 fra1-ho-chi-minh-city-1 ams2-ho-chi-minh-city-1
site1: fra1-tokyo-1 ams2-tokyo-1 fra1-lima-1 ams2-lima-1
site2: fra1-hanoi-1 ams2-hanoi-1 fra1-manila-1 ams2-manila-1
site3: fra1-jakarta-1 ams2-jakarta-1 lone-1 lone-2
`,
	} {
		typed(m, ":picture "+picture, "enter")
		var b strings.Builder
		for _, g := range v.dense.groups {
			b.WriteString(g.name + ":")
			for _, position := range v.dense.order[g.start:g.end] {
				b.WriteString(" " + m.board.declared.Tunnels[position].Name)
			}
			b.WriteString("\n")
		}
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", picture, diff)
		}
	}
}

// TestHeadingStays: the heading of a group is on the screen with the group's first
// line, also where the cursor comes there from below.
func TestHeadingStays(t *testing.T) {
	m := openScene(night(5_000), 80, 24)
	gridOf(m, "G", "g")
	if lineWith(m, " fra1 ") == "" || lineWith(m, "down") == "" {
		t.Errorf("screen:\n%s", screenOf(m))
	}
}

// TestTally: what a heading counts.
func TestTally(t *testing.T) {
	s := broken()
	m := openScene(s, 80, 24)
	s.cut("fra1-ho-chi-minh-city-1")
	s.run(5)
	look(m)
	m.setFilter("state:down")
	all := m.board.members.positions
	got := m.board.tallyOf(all)
	// Down: both of seoul-1, one of tokyo-1, hanoi-1, jakarta-1, lone-1, and now one more.
	want := tally{states: [6]int{7, 1, 0, 7, 1}, total: 16, shown: 7, new: 1}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	text := ""
	for _, r := range got.runs(&asciiGlyphs, true) {
		text += r.text
	}
	if want := "  7 of 16 shown  7 down  1 degraded  7 up  1 disabled  * 1 worse"; text != want {
		t.Errorf("%q, want %q", text, want)
	}
	if got := got.worstText(&asciiGlyphs); got != "X7" {
		t.Errorf("the worst: %q", got)
	}
	if empty := m.board.tallyOf(nil); empty.worstText(&asciiGlyphs) != "-0" {
		t.Errorf("of nothing: %q", empty.worstText(&asciiGlyphs))
	}
}

// TestPackedGolden: a hundred hubs, of which the headings stand between the signs.
func TestPackedGolden(t *testing.T) {
	s := newScene(600, func(i int, t *fleet.Tunnel) { t.Hub = fmt.Sprint("hub", i%40) })
	for i := range s.lines {
		s.lines[i].cut = i%19 == 4
	}
	s.run(10)
	m := openScene(s, 120, 24)
	press(m, "2")
	wellFormed(t, m)
	golden(t, "grid-packed-120x24", m)
}
