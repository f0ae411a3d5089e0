package tui

import (
	"slices"
	"strconv"
	"strings"

	"greylag/fleet"
	"greylag/tui/text"
)

// spokeColumns are those of the spokes, from left to right.
var spokeColumns = []column{
	{"path", "path", "path; ! nothing is up behind it", 10, 10, 2, false, drawVerdict},
	{viewsColumn, "views", "the path from each vantage point", 5, 5, 3, false, drawPathViews},
	{"spoke", "spoke", "name", 12, 20, 1, false, drawSpokeOnly},
	{"via", "via", "the tunnel that carries the traffic", 14, 26, 6, false, drawVia},
	{"next", "next", "what takes over when that goes down", 12, 26, 8, false, drawNext},
	{"dead", "dead backup", "backups that are down while another carries the traffic", 12, 26, 7, false, drawDead},
	{"since", "since", "how long it is so", 6, 6, 4, true, drawSpokeSince},
	{"onbackup", "on backup", "time on a backup in all", 9, 9, 10, true, drawOnBackup},
	{"alone", "unprotected", "time with nothing behind the active tunnel in all", 11, 11, 11, true, drawUnprotected},
	{"route", "route", "the kernel's own route for the watched prefix, and the tunnel it means", 12, 32, 9, false, drawRoute},
	{"why", "why", "the tunnel that explains it", 26, 0, 5, false, drawSpokeWhy},
}

// spokeWish is how wide a column would like to be: a name no wider than the
// longest there is, and no route where none is watched.
func (b *board) spokeWish(c *column) int {
	switch c.name {
	case viewsColumn:
		return b.viewsWidth()
	case "spoke":
		return min(c.wish, max(b.longest["spoke"], 1))
	case "via", "next", "dead":
		return min(c.wish, max(b.longest["name"], 1))
	case "route":
		if !b.watches() {
			return 0
		}
	}
	return c.wish
}

// watches tells whether any spoke's route is watched.
func (b *board) watches() bool {
	if b.routed.edition != b.edition {
		b.routed = routed{b.edition, slices.ContainsFunc(b.report.Spokes, func(s fleet.SpokeReport) bool {
			return s.Route != nil || s.Spoke.Watch.IsValid()
		})}
	}
	return b.routed.any
}

// routed is whether any spoke's route was watched in an edition of the board.
type routed struct {
	edition uint64
	any     bool
}

// drawVerdict writes the path, in the words of [fleet.Path]; what is worse than
// it says, in place of it.
func drawVerdict(d *drawing, w int) {
	v := verdictOf(d.spoke)
	word := string(d.spoke.Path)
	switch {
	case v == blackHole:
		word = "BLACK HOLE"
	case isUnprotected(d.spoke):
		word += d.c.glyphs.unprotected
	}
	d.c.cell(v.style(), word, w)
}

func drawSpokeOnly(d *drawing, w int) {
	s := plain
	if verdictOf(d.spoke).isWrong() {
		s = strong
	}
	d.c.cellName(s, d.spoke.Spoke.Name, w)
}

func drawVia(d *drawing, w int) {
	if d.spoke.Active == "" {
		d.c.cell(down, "-", w)
		return
	}
	d.c.cellName(plain, d.spoke.Active, w)
}

func drawNext(d *drawing, w int) {
	switch s := d.spoke; {
	case s.Next != "":
		d.c.cellName(dim, s.Next, w)
	case s.Active == "":
		d.c.space(w)
	case s.Ranked:
		d.c.cell(degraded, "nothing", w)
	default:
		d.c.cell(dim, "no backup", w)
	}
}

// drawDead writes the backups that a primary hides while it is up.
func drawDead(d *drawing, w int) {
	names := d.spoke.DeadBackups
	switch len(names) {
	case 0:
		d.c.space(w)
	case 1:
		d.c.cellName(down, names[0], w)
	default:
		more := " +" + strconv.Itoa(len(names)-1)
		name := max(min(d.c.charset.Width(names[0]), w-len(more)), 0)
		d.c.cellName(down, names[0], name)
		d.c.cell(down, more, w-name)
	}
}

func drawSpokeSince(d *drawing, w int) {
	if d.spoke.Path == fleet.PathUnseen {
		d.c.cellRight(dim, "-", w)
		return
	}
	since := d.spoke.Since
	if d.spoke.BlackHole {
		since = d.spoke.BlackHoleSince
	}
	d.c.cellRight(plain, text.Span(d.m.board.now().Sub(since)), w)
}

func drawOnBackup(d *drawing, w int) {
	drawSpent(d, w, text.Span(d.spoke.OnBackup), d.spoke.OnBackup > 0)
}

func drawUnprotected(d *drawing, w int) {
	drawSpent(d, w, text.Span(d.spoke.Unprotected), d.spoke.Unprotected > 0)
}

func drawSpent(d *drawing, w int, span string, any bool) {
	if !any {
		d.c.cellRight(dim, "-", w)
		return
	}
	d.c.cellRight(plain, span, w)
}

// drawRoute writes where the kernel sends the spoke's traffic.
func drawRoute(d *drawing, w int) {
	s := d.spoke
	switch {
	case s.Route != nil && s.BlackHole:
		d.c.cell(down, routeText(s.Route)+" (down)", w)
	case s.Route != nil:
		d.c.cell(plain, routeText(s.Route), w)
	case s.Spoke.Watch.IsValid():
		d.c.cell(degraded, "no route", w)
	default:
		d.c.space(w)
	}
}

// routeText is a route: device, and the tunnel that it means or the gateway.
func routeText(r *fleet.Route) string {
	var parts []string
	for _, part := range []string{r.Type, r.Device} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	switch {
	case r.Tunnel != "":
		parts = append(parts, "> "+r.Tunnel)
	case r.Gateway != "":
		parts = append(parts, "via "+r.Gateway)
	}
	if r.NextHops > 1 {
		parts = append(parts, "+"+strconv.Itoa(r.NextHops-1))
	}
	return strings.Join(parts, " ")
}

// drawSpokeWhy writes which tunnel explains the verdict, and why it is so.
func drawSpokeWhy(d *drawing, w int) {
	if d.report == nil {
		d.c.cell(dim, "it has no tunnel", w)
		return
	}
	s := plain
	if d.Muted || !verdictOf(d.spoke).isWrong() {
		s = dim
	}
	d.c.cell(s, d.spokeWhy(), w)
}

// spokeWhy says what is wrong with the tunnel that explains a spoke's verdict; the
// reason first, as there is little room.
func (d *drawing) spokeWhy() string {
	t, why := d.report, d.why()
	name, span := t.Tunnel.Name, text.Span(d.m.board.now().Sub(t.Since))
	switch {
	case t.State == fleet.Up:
		return d.elsewhere()
	case t.State == fleet.Unseen:
		return strings.TrimSuffix(name+": "+why, ": ")
	case t.State == fleet.Down && t.Reason != "" && !d.Muted:
		reason, detail, _ := strings.Cut(why, ": ")
		return strings.TrimSuffix(reason+": "+name+" "+span+": "+detail, ": ")
	}
	return strings.TrimSuffix(name+" "+string(t.State)+" "+span+": "+why, ": ")
}
