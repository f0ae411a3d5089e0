package tui

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
)

// TestGlance: what the sign of each tunnel tells.
func TestGlance(t *testing.T) {
	m := openScene(broken(), 80, 24)
	for name, want := range map[string]glance{
		"fra1-seoul-1":            seenCut,
		"ams2-seoul-1":            seenCut,
		"fra1-tokyo-1":            seenDown,
		"ams2-tokyo-1":            seenBackup,
		"fra1-hanoi-1":            seenLone,
		"ams2-hanoi-1":            seenDown,
		"fra1-jakarta-1":          seenHole,
		"ams2-jakarta-1":          seenBackup,
		"fra1-ho-chi-minh-city-1": seenUp,
		"ams2-ho-chi-minh-city-1": seenUp,
		"fra1-lima-1":             seenLone,
		"ams2-lima-1":             seenOff,
		"fra1-manila-1":           seenDegraded,
		"lone-1":                  seenDown,
		"lone-2":                  seenUp,
	} {
		if got := m.board.glance(m.board.position(name)); got != want {
			t.Errorf("%s: %s, want %s", name, glanceWords[got], glanceWords[want])
		}
	}
	s := newScene(2) // nothing has been heard yet
	if got := openScene(s, 80, 24).board.glance(0); got != seenPending {
		t.Errorf("before the first answer: %s", glanceWords[got])
	}
}

// TestGlanceSigns: each has a sign of its own, one cell wide, with and without
// Unicode, and a word.
func TestGlanceSigns(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		c := newCanvas(newTheme(ColorNone, true, ascii), 10, 1)
		known := map[string]bool{}
		for g, sign := range c.glyphs.glanceSigns(c.glyphs.quiet) {
			if known[sign] || c.charset.Width(sign) != 1 || len([]rune(sign)) != 1 || glanceWords[g] == "" {
				t.Errorf("ascii %v: %q for %q", ascii, sign, glanceWords[g])
			}
			if ascii && sign[0] > 0x7e {
				t.Errorf("%q is no ASCII", sign)
			}
			known[sign] = true
		}
	}
}

// TestLegend: only what is on the screen, the worst first.
func TestLegend(t *testing.T) {
	var seen glanceSet
	for _, g := range []glance{seenUp, seenCut, seenLone, seenUp} {
		seen.add(g)
	}
	signs := asciiGlyphs.glanceSigns(".")
	text := ""
	for _, r := range seen.legend(&signs) {
		text += r.text
	}
	if want := "0 cut off  ! unprotected  . up  "; text != want {
		t.Errorf("%q, want %q", text, want)
	}
}

// TestVerdict: what matters most comes first.
func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		spoke fleet.SpokeReport
		want  verdict
		sign  string
		text  string
	}{
		{fleet.SpokeReport{Path: fleet.PathNone, BlackHole: true, Ranked: true}, cutOff, "∅", "cut off"},
		{fleet.SpokeReport{Path: fleet.PathBackup, BlackHole: true, Active: "b"}, blackHole, "⊗", "BLACK HOLE"},
		{fleet.SpokeReport{Path: fleet.PathPrimary, BlackHole: true, Active: "a"}, blackHole, "⊗", "BLACK HOLE"},
		{fleet.SpokeReport{Path: fleet.PathBackup, Active: "b", Ranked: true}, onBackup, "↷", "on backup"},
		{fleet.SpokeReport{Path: fleet.PathPrimary, Active: "a", Ranked: true}, unprotected, "!", "on primary"},
		{fleet.SpokeReport{Path: fleet.PathPrimary, Active: "a", Ranked: true, Protected: true}, onPrimary, "✓", "on primary"},
		{fleet.SpokeReport{Path: fleet.PathPrimary, Active: "a"}, onPrimary, "✓", "on primary"}, // no backup is declared
		{fleet.SpokeReport{Path: fleet.PathPending}, undecided, "?", "pending"},
	} {
		v := verdictOf(&c.spoke)
		if v != c.want || unicodeGlyphs.verdict(v) != c.sign || verdictText(&c.spoke) != c.text {
			t.Errorf("%+v: %d %s %q, want %d %s %q", c.spoke, v, unicodeGlyphs.verdict(v), verdictText(&c.spoke), c.want, c.sign, c.text)
		}
		if want := c.want != onPrimary && c.want != undecided; v.isWrong() != want {
			t.Errorf("%+v: wrong %v", c.spoke, v.isWrong())
		}
	}
}

// TestKeyTunnel: the tunnel by which to look into a spoke explains its trouble,
// and passes the filter.
func TestKeyTunnel(t *testing.T) {
	for _, c := range []struct {
		filter string
		want   map[string]string
	}{
		{"", map[string]string{
			"seoul-1":            "fra1-seoul-1",
			"tokyo-1":            "fra1-tokyo-1",
			"hanoi-1":            "ams2-hanoi-1",
			"jakarta-1":          "fra1-jakarta-1",
			"ho-chi-minh-city-1": "fra1-ho-chi-minh-city-1",
			"lima-1":             "ams2-lima-1",
			"manila-1":           "fra1-manila-1",
		}},
		{"hub:ams2", map[string]string{
			"seoul-1":   "ams2-seoul-1",
			"tokyo-1":   "ams2-tokyo-1",
			"hanoi-1":   "ams2-hanoi-1",
			"jakarta-1": "ams2-jakarta-1",
		}},
	} {
		m := openScene(broken(), 80, 24)
		m.setFilter(c.filter)
		got := map[string]string{}
		for name := range c.want {
			got[name] = m.board.tunnel(m.board.keyTunnel(m.board.spokes[name])).Tunnel.Tunnel.Name
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("filter %q (-want +got):\n%s", c.filter, diff)
		}
	}
}

// TestMembers: each spoke's tunnels in the inventory's order, and those of none.
func TestMembers(t *testing.T) {
	s := newMembers([]int32{1, -1, 0, 1, -1, 1}, 3)
	for place, want := range [][]int32{{2}, {0, 3, 5}, {}} {
		if diff := cmp.Diff(want, append([]int32{}, s.of(place)...)); diff != "" {
			t.Errorf("spoke %d (-want +got):\n%s", place, diff)
		}
	}
	if diff := cmp.Diff([]int32{1, 4}, s.strays()); diff != "" {
		t.Errorf("strays (-want +got):\n%s", diff)
	}
	var none members
	if got := none.strays(); len(got) != 0 {
		t.Errorf("strays of nothing: %v", got)
	}
}

// TestGridMarks: what got worse and what is muted can be seen in the grid and at
// the spokes, and a muted tunnel shouts no more.
func TestGridMarks(t *testing.T) {
	s := calm(16)
	m := openScene(s, 80, 24)
	gridOf(m)
	s.cut("fra1-tokyo-1", "fra1-lima-1")
	s.run(5)
	look(m)
	for _, c := range []struct {
		keys []string
		want string
	}{
		{[]string{"G"}, " tokyo-1            ↷!*✗ 2s"},
		{[]string{":", "g", "o", "t", "o", " ", "fra1-tokyo-1", "enter"}, " tokyo-1            ↷!>✗ 2s"},
		{nil, "*✗ fra1-tokyo-1  down 2s  5/3"},
		{[]string{"3"}, "*↷ backup!    tokyo-1"},
		{[]string{"2", "o", "o"}, "fra1  2 down  6 up  * 2 worse"},
		{[]string{"o", "o", "a", ":", "mute known", "enter", "G"}, " tokyo-1            ↷!m✗"},
		{[]string{":", "goto fra1-tokyo-1", "enter"}, "m✗ fra1-tokyo-1  down 2s  5/3  muted: known"},
		{[]string{"3", "j"}, "m↷ backup!    tokyo-1"},
	} {
		for _, key := range c.keys {
			if len([]rune(key)) > 1 && keyCodes[key] == 0 {
				typed(m, key)
			} else {
				press(m, key)
			}
		}
		if lineWith(m, c.want) == "" {
			t.Fatalf("after %q %q is not on the screen:\n%s", c.keys, c.want, screenOf(m))
		}
	}
}
