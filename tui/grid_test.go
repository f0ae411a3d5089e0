package tui

import (
	"math/rand"
	"slices"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestGridPicturesGolden: each picture of a fleet in which everything is that can
// go wrong, filtered, and in ASCII.
func TestGridPicturesGolden(t *testing.T) {
	for _, picture := range pictureNames {
		m := openScene(broken(), 80, 24)
		gridOf(m)
		typed(m, ":picture "+picture, "enter")
		press(m, "n")
		golden(t, "grid-broken-"+picture, m)
	}
	m := openScene(broken(), 80, 24, func(o *Options) { o.ASCII = true })
	gridOf(m)
	golden(t, "grid-broken-ascii", m)
	typed(m, ":picture map", "enter")
	golden(t, "grid-broken-map-ascii", m)
	typed(m, "/state:down", "enter")
	golden(t, "grid-broken-map-filtered", m)
	typed(m, ":picture hub", "enter")
	golden(t, "grid-broken-filtered", m)
}

// TestGridStyledGolden: colours, and none; the cell under the cursor is reversed.
func TestGridStyledGolden(t *testing.T) {
	for _, color := range []Color{Color16, Color256, ColorNone} {
		m := openScene(broken(), 80, 24, func(o *Options) { o.Color = color })
		gridOf(m)
		goldenStyled(t, "grid-"+string(color), m)
		typed(m, ":picture map", "enter")
		goldenStyled(t, "grid-map-"+string(color), m)
	}
}

// TestSignsAreWhereTheyAre: at each tunnel's place on the picture is its sign, at
// every size, in every picture, with a filter and without.
func TestSignsAreWhereTheyAre(t *testing.T) {
	for _, n := range []int{1, 16, 60, 500} {
		s := night(n)
		if n == 16 {
			s = broken()
		}
		for _, size := range sizes {
			for _, picture := range pictureNames {
				for _, filter := range []string{"", "state:down,degraded"} {
					m := openScene(s, size.width, size.height)
					v := gridOf(m)
					typed(m, ":picture "+picture, "enter")
					m.setFilter(filter)
					checkSigns(t, m, v)
				}
			}
		}
	}
}

func checkSigns(t *testing.T, m *model, v *gridView) {
	t.Helper()
	up, mark := m.theme.glyphs.up, 1
	if v.isMap() {
		up, mark = m.theme.glyphs.quiet, 0
	}
	signs := m.theme.glyphs.glanceSigns(up)
	body := bodyCells(m)
	first, end := v.window.bounds()
	for line := first; line < end; line++ {
		for _, at := range v.plane.line(line) {
			position := int(at.position)
			want := signs[m.board.glance(position)]
			if v.isMap() && m.board.lineOf[position] < 0 {
				want = " "
			}
			got := string(body[line-first+v.above()][int(at.x)+mark])
			if got != want {
				t.Fatalf("%dx%d %s, filter %q: %s is %q, want %q\n%s", m.width, m.height, pictureNames[v.picture],
					m.board.filter.text, m.board.rows[position].Tunnel.Tunnel.Name, got, want, screenOf(m))
			}
		}
	}
}

// TestGridWalk: wherever keys lead, in every picture and at every size, the
// cursor is on a tunnel that passes the filter and is on the screen, and what
// acts acts on that.
func TestGridWalk(t *testing.T) {
	if raceEnabled {
		t.Skip("long, and for one goroutine: -race has nothing to find")
	}
	random := rand.New(rand.NewSource(8))
	keys := []string{"h", "j", "k", "l", "g", "G", "pgup", "pgdown", "ctrl+u", "ctrl+d", "n", "N", "o"}
	for _, n := range []int{1, 60, 500, 5_000} {
		s := night(n)
		for _, size := range sizes {
			for _, filter := range []string{"", "seoul", "state:down"} {
				m := openScene(s, size.width, size.height)
				v := gridOf(m)
				m.setFilter(filter)
				for range 150 {
					key := keys[random.Intn(len(keys))]
					press(m, key)
					checkCursor(t, m, v, key)
				}
				wellFormed(t, m)
			}
		}
	}
}

func checkCursor(t *testing.T, m *model, v *gridView, key string) {
	t.Helper()
	if len(m.board.shown) == 0 {
		if got := v.target(m); got != -1 {
			t.Fatalf("the target is %d, and nothing is shown", got)
		}
		return
	}
	var seen []int
	v.visible(m, func(position int) { seen = append(seen, position) })
	if m.board.line() < 0 || v.target(m) != m.board.cursor || !slices.Contains(seen, m.board.cursor) {
		t.Fatalf("%dx%d %s, filter %q, after %s: cursor on %d, line %d, target %d", m.width, m.height,
			pictureNames[v.picture], m.board.filter.text, key, m.board.cursor, m.board.line(), v.target(m))
	}
	if at, size := v.place(); at < 0 || at >= size {
		t.Fatalf("place %d of %d", at, size)
	}
	if first, end := v.window.bounds(); v.window.cursor < first || v.window.cursor >= end {
		t.Fatalf("line %d is not on the screen: %d to %d", v.window.cursor, first, end)
	}
}

// TestGridEverySize: each picture through all sizes, with keys at each.
func TestGridEverySize(t *testing.T) {
	for _, n := range []int{0, 16, 500} {
		s := night(n)
		if n == 16 {
			s = broken()
		}
		m := openScene(s, 120, 40)
		v := gridOf(m)
		for height := 1; height <= 80; height += 1 + height/12 {
			for width := 1; width <= 250; width += 1 + width/12 {
				m.Update(tea.WindowSizeMsg{Width: width, Height: height})
				press(m, "o", "l", "j")
				if width%3 == 0 || m.tooSmall() {
					wellFormed(t, m)
				}
				if !m.tooSmall() && n > 0 {
					checkSigns(t, m, v)
					checkCursor(t, m, v, "resize")
				}
			}
		}
	}
}

// TestGridMoves: the cursor goes where the eye goes, and is the same tunnel in
// the other views.
func TestGridMoves(t *testing.T) {
	m := openScene(broken(), 80, 24)
	gridOf(m)
	for _, c := range []struct{ key, want string }{
		{"g", "fra1-seoul-1"}, {"l", "ams2-seoul-1"}, {"l", "fra1-tokyo-1"}, {"h", "ams2-seoul-1"},
		{"j", "ams2-tokyo-1"}, {"j", "ams2-hanoi-1"}, {"k", "ams2-tokyo-1"},
		{"G", "lone-2"}, {"k", "lone-1"}, {"k", "ams2-manila-1"}, {"k", "ams2-lima-1"},
		{"1", "ams2-lima-1"}, {"2", "ams2-lima-1"}, {"h", "fra1-lima-1"},
	} {
		press(m, c.key)
		if got := m.board.cursorName(); got != c.want {
			t.Fatalf("after %s the cursor is on %s, want %s\n%s", c.key, got, c.want, screenOf(m))
		}
	}
}

// TestGridClick: a click chooses the tunnel whose cell it hits, and nothing else.
func TestGridClick(t *testing.T) {
	for _, picture := range pictureNames {
		m := openScene(broken(), 80, 24)
		v := gridOf(m)
		typed(m, ":picture "+picture, "enter")
		for _, at := range v.plane.cells {
			if !v.click(m, int(at.x), int(at.line)+v.above()) || m.board.cursor != int(at.position) {
				t.Errorf("%s: a click at %d,%d chose %s", picture, at.x, at.line, m.board.cursorName())
			}
		}
		for _, at := range [][2]int{{0, 0}, {79, 20}, {0, v.above()}, {5, 100}, {5, -3}} {
			if v.click(m, at[0], at[1]) {
				t.Errorf("%s: a click at %v chose %s", picture, at, m.board.cursorName())
			}
		}
	}
}

// TestPictures: o goes through the pictures that fit, and the choice is kept as
// long as it fits.
func TestPictures(t *testing.T) {
	m := openScene(night(60), 120, 40)
	v := gridOf(m)
	for _, want := range []string{"by hub", "by rank", "map by hub", "map by tag", "by hub"} {
		if got := pictureTitles[v.picture]; got != want {
			t.Errorf("the grid is %s, want %s", got, want)
		}
		if lineWith(m, want) == "" {
			t.Errorf("%q is not on the screen", want)
		}
		press(m, "o")
	}
	if got := pictureTitles[v.picture]; got != "by rank" { // where the last o led
		t.Errorf("the grid is %s", got)
	}
	m.Update(tea.WindowSizeMsg{Width: 40, Height: 12})
	if v.picture != hubMap {
		t.Errorf("60 tunnels on 40x12 are %s", pictureTitles[v.picture])
	}
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	if v.picture != rankMatrix || m.settings.Grid != "rank" {
		t.Errorf("the choice is forgotten: %s", pictureTitles[v.picture])
	}
	typed(m, ":picture circle", "enter")
	if lineWith(m, `no picture is called "circle": there are hub, rank, map, tags`) == "" {
		t.Errorf("screen:\n%s", screenOf(m))
	}
	m = openScene(newScene(0), 80, 24)
	press(m, "o", "o", "o")
	if lineWith(m, "The inventory has no tunnels.") == "" {
		t.Errorf("screen:\n%s", screenOf(m))
	}
}

// TestGridNothingShown: the screen says why it is empty.
func TestGridNothingShown(t *testing.T) {
	m := openScene(night(60), 80, 24)
	gridOf(m)
	typed(m, "/nowhere", "enter")
	if lineWith(m, "Nothing matches the filter.") == "" {
		t.Errorf("screen:\n%s", screenOf(m))
	}
	press(m, "j", "l", "enter")
	wellFormed(t, m)
}
