package tui

import (
	"net/netip"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"greylag/fleet"
)

// broken is a fleet of 7 spokes, each with a primary at fra1 and a backup at ams2,
// and two tunnels of no spoke, the second of no hub either. In it,
//
//	seoul-1             is cut off: both tunnels are down
//	tokyo-1             is on backup: the primary is down
//	hanoi-1             is unprotected: the backup is down
//	jakarta-1           is on backup, and the kernel's route points into its primary, which is down (R2)
//	ho-chi-minh-city-1  is as it should be
//	lima-1              is unprotected: the backup is disabled
//	manila-1            is on its slow primary
//	lone-1, lone-2      are tunnels without a spoke: down, and up
//	seoul-2             is a spoke without a tunnel
func broken() *scene {
	s := newScene(16, func(i int, t *fleet.Tunnel) {
		switch i {
		case 7:
			t.Name = "ams2-jakarta-1"
		case 11:
			t.Enabled = false
		case 14:
			t.Name, t.Spoke = "lone-1", ""
		case 15:
			t.Name, t.Spoke, t.Hub = "lone-2", "", ""
		}
	})
	s.inv.Spokes[3].Watch = netip.MustParsePrefix("10.17.0.0/16")
	s.lines[s.number("fra1-manila-1")].rtt = 300e6
	s.run(10)
	s.SetRoute(3, &fleet.Route{Prefix: "10.17.0.0/16", Device: "gre4", Tunnel: "fra1-jakarta-1"}, s.now)
	s.cut("fra1-seoul-1", "fra1-tokyo-1", "ams2-hanoi-1", "lone-1")
	s.run(20)
	s.cut("ams2-seoul-1", "fra1-jakarta-1")
	s.run(5)
	return s
}

// bodyCells is the screen below the header, as cells; all of them are one wide.
func bodyCells(m *model) (lines [][]rune) {
	for line := range strings.SplitSeq(screenOf(m), "\n") {
		lines = append(lines, []rune(line))
	}
	return lines[m.layout().header:]
}

// gridOf is the grid, after the key that shows it.
func gridOf(m *model, keys ...string) *gridView {
	press(m, append([]string{"2"}, keys...)...)
	v, _ := m.grid()
	return v
}

// textOn is what is on a canvas, without styles.
func textOn(c *canvas) string { return ansi.Strip(c.String()) }
