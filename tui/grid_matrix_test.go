package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
	"greylag/tui/text"
)

// layoutOf writes which tunnel is in which column of which row.
func layoutOf(m *model, x *matrix) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q\n", x.titles)
	for i := range x.rows {
		fmt.Fprintf(&b, "%s", x.rows[i].name(&m.board))
		for column := range x.titles {
			name := "-"
			if position := x.at(&x.rows[i], column); position >= 0 {
				name = m.board.declared.Tunnels[position].Name
			}
			fmt.Fprintf(&b, " %s", name)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestMatrixColumns: a spoke may have several tunnels at a hub, or of a rank; the
// columns are as many as any has. Ranks are in the order of their numbers.
func TestMatrixColumns(t *testing.T) {
	s := newScene(6, func(i int, t *fleet.Tunnel) {
		t.Name = fmt.Sprint("t", i)
		t.Spoke = []string{"seoul-1", "seoul-1", "seoul-1", "tokyo-1", "tokyo-1", ""}[i]
		t.Hub = []string{"fra1", "ams2", "fra1", "ams2", "", "fra1"}[i]
		t.Rank = []int{10, 2, 10, 2, 9, 2}[i]
	})
	m := openScene(s, 80, 24)
	v := gridOf(m)
	want := `["fra1" "" "ams2" "no hub"]
seoul-1 t0 t2 t1 -
tokyo-1 - - t3 t4
no spoke: - - - -
t5 t5 - - -
`
	if diff := cmp.Diff(want, layoutOf(m, &v.matrices[hubMatrix])); diff != "" {
		t.Errorf("by hub (-want +got):\n%s", diff)
	}
	press(m, "o")
	want = `["2" "9" "10" ""]
seoul-1 t1 - t0 t2
tokyo-1 t3 t4 - -
no spoke: - - - -
t5 t5 - - -
`
	if diff := cmp.Diff(want, layoutOf(m, &v.matrices[rankMatrix])); diff != "" {
		t.Errorf("by rank (-want +got):\n%s", diff)
	}
}

// TestMatrixFit: the widest shape in which all rows have room.
func TestMatrixFit(t *testing.T) {
	x := &matrix{longest: 20, titles: []string{"fra1", "ams2"}}
	// A block is 1 + name + 1 + 2 + 2 cells of 9, or of 4; 2 are between blocks.
	for _, c := range []struct {
		rows, width, lines int
		want               matrixShape
		fits               bool
	}{
		{20, 42, 20, matrixShape{20, 6}, true}, // 20 + 4 + 18 = 42
		{20, 41, 20, matrixShape{16, 6}, true}, // 38
		{20, 37, 20, matrixShape{16, 2}, true}, // 28
		{20, 27, 20, matrixShape{12, 2}, true}, // 24
		{20, 23, 20, matrixShape{8, 2}, true},  // 20
		{20, 19, 20, matrixShape{}, false},     //
		{40, 86, 20, matrixShape{20, 6}, true}, // 2 * 42 + 2
		{40, 85, 20, matrixShape{16, 6}, true}, // 2 * 38 + 2 = 78
		{41, 85, 20, matrixShape{12, 2}, true}, // 3 * 24 + 4 = 76; 3 * 28 + 4 = 88
		{20, 200, 4, matrixShape{16, 6}, true}, // 5 * 38 + 8 = 198; 5 * 42 + 8 = 218
		{0, 0, 0, matrixShape{20, 6}, true},    // nothing needs no room
		{1, 200, 0, matrixShape{}, false},      //
		{1, 200, -1, matrixShape{}, false},     //
	} {
		got, fits := x.fit(c.rows, c.width, c.lines)
		if got != c.want || fits != c.fits {
			t.Errorf("%d rows on %dx%d: %+v, %v; want %+v, %v", c.rows, c.width, c.lines, got, fits, c.want, c.fits)
		}
	}
}

// TestMatrixFilter: spokes of which nothing passes are left out; the picture
// stays the same, however few pass.
func TestMatrixFilter(t *testing.T) {
	m := openScene(night(60), 80, 24)
	v := gridOf(m)
	whole := len(v.matrices[hubMatrix].rows)
	typed(m, "/lima", "enter")
	if rows := len(v.matrices[hubMatrix].rows); v.picture != hubMatrix || whole != 30 || rows != 4 {
		t.Errorf("%d of %d rows, %s", rows, whole, pictureTitles[v.picture])
	}
	m = openScene(night(5_000), 80, 24)
	v = gridOf(m)
	typed(m, "/lima-7", "enter")
	if !v.isMap() {
		t.Errorf("the picture changes while one types: %s", pictureTitles[v.picture])
	}
}

// TestFacts: the fact of a cell, in six cells and in two.
func TestFacts(t *testing.T) {
	m := openScene(newScene(2), 80, 24)
	at := m.board.now()
	declared := &fleet.Tunnel{Name: "t", Hub: "fra1", Retries: 3, DegradedLoss: 0.05, DegradedRTT: 250e6}
	rtt := fleet.RTT{Samples: 5, Last: 12_300_000}
	for _, c := range []struct {
		report              fleet.TunnelReport
		hub, rank, narrowed string
	}{
		{fleet.TunnelReport{State: fleet.Up, RTT: rtt}, "12.3ms", "fra1", ""},
		{fleet.TunnelReport{State: fleet.Up, RTT: rtt, Counter: 1, InFlight: 1}, "12.3ms", "fra1", ""},
		{fleet.TunnelReport{State: fleet.Up, RTT: rtt, Counter: 2, InFlight: 1}, "2/3", "2/3", "2"},
		{fleet.TunnelReport{State: fleet.Down, RTT: rtt, Counter: 150, Since: at.Add(-90e9)}, "1m30s", "1m30s", "99"},
		{fleet.TunnelReport{State: fleet.Degraded, RTT: fleet.RTT{Samples: 5, Last: 301e6}}, "301ms", "301ms", ""},
		{fleet.TunnelReport{State: fleet.Degraded, RTT: rtt, Loss: 0.12}, "12%", "12%", ""},
		{fleet.TunnelReport{State: fleet.Pending}, "", "", ""},
		{fleet.TunnelReport{State: fleet.Pending, Counter: 2}, "2/3", "2/3", "2"},
		{fleet.TunnelReport{State: fleet.Disabled, Counter: 2, RTT: rtt}, "", "", ""},
		{fleet.TunnelReport{State: fleet.Up}, "", "fra1", ""},
	} {
		c.report.Tunnel = declared
		d := &drawing{m: m, c: newCanvas(m.theme, 10, 1), report: &c.report}
		for want, x := range map[*string]matrix{
			&c.hub: {picture: hubMatrix, shape: matrixShape{16, 6}}, &c.rank: {picture: rankMatrix, shape: matrixShape{16, 6}},
			&c.narrowed: {picture: hubMatrix, shape: matrixShape{16, 2}},
		} {
			if _, got := x.fact(d); got != *want {
				t.Errorf("%s, counter %d, %s: %q, want %q", c.report.State, c.report.Counter, pictureTitles[x.picture], got, *want)
			}
		}
	}
}

// TestHostileGrid: whatever names contain, no line is broken and nothing but
// text reaches the terminal.
func TestHostileGrid(t *testing.T) {
	names := []string{"\x1b[2J\x1b[31mred", "한국어-서울-터널", "e\u0301\u0301\u0301\u0301", "\u202eevil", "a\nb\tc", "👩‍👩‍👧", ""}
	s := newScene(14, func(i int, t *fleet.Tunnel) {
		t.Name = names[i%7] + fmt.Sprint(i)
		t.Hub, t.Tags = names[i%7], []string{names[i%7]}
	})
	for i := range s.inv.Spokes {
		s.inv.Spokes[i].Name = names[i] + "s"
		s.inv.Tunnels[2*i].Spoke, s.inv.Tunnels[2*i+1].Spoke = names[i]+"s", names[i]+"s"
	}
	s.Store = fleet.NewStore(s.inv, dawn)
	s.run(3)
	for _, size := range sizes {
		m := openScene(s, size.width, size.height)
		gridOf(m)
		for range pictures {
			press(m, "o", "j", "l")
			wellFormed(t, m)
		}
		press(m, "3")
		wellFormed(t, m)
		if strings.Contains(m.View().Content, "\x1b[2J") {
			t.Error("an escape sequence reaches the terminal")
		}
	}
}

// TestTitlesTell: headings that are cut begin as the hubs do; where that makes two
// of them alike, they end as those do.
func TestTitlesTell(t *testing.T) {
	for _, c := range []struct {
		hubs, want []string
	}{
		{[]string{"fra1", "ams2", ""}, []string{"fra", "ams", "no "}},
		{[]string{"hub1", "hub2"}, []string{"h…1", "h…2"}},
		{[]string{"a", "名前"}, []string{"a", "名"}},
	} {
		s := newScene(2*len(c.hubs), func(i int, t *fleet.Tunnel) { t.Hub = c.hubs[i/2] })
		x := &gridOf(openScene(s, 80, 24)).matrices[hubMatrix]
		x.shape = matrixShape{name: 8, fact: 2}
		got := slices.DeleteFunc(x.cutTitles(text.UTF8), func(title string) bool { return title == "" })
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.hubs, diff)
		}
	}
}
