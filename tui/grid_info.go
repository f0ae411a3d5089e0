package tui

import (
	"fmt"
	"strconv"

	"greylag/fleet"
	"greylag/tui/text"
)

// footLines is how many lines below the grid there are, of a body: two for the
// tunnel under the cursor, and the legend.
func footLines(height int) int { return max(min(3, height-2), 0) }

// drawFoot writes them.
func (v *gridView) drawFoot(m *model, c *canvas, seen glanceSet, signs *[glances]string) {
	if lines := footLines(c.height); lines > 0 && c.height-c.line() == lines {
		if lines > 1 {
			v.drawTunnel(m, c)
		}
		if lines > 2 {
			v.drawWay(m, c)
		}
		v.drawLegend(m, c, seen, signs)
	}
}

// drawLegend names the signs on the screen, and says which part of the fleet that
// is.
func (v *gridView) drawLegend(m *model, c *canvas, seen glanceSet, signs *[glances]string) {
	scope := []run{{dim, v.scope(m, c.width)}}
	room := c.width - c.runsWidth(scope) - 2
	c.space(1)
	list := seen.legend(signs)
	if v.isMap() && m.board.filter.active() {
		list = append(list, run{dim, "blank"}, run{dim, " not in the filter  "})
	}
	for i := 0; i+1 < len(list) && c.used+c.runsWidth(list[i:i+2]) <= room+1; i += 2 {
		c.runs(list[i : i+2])
	}
	m.drawRight(c, scope)
}

// scope is what is on the screen: which picture, and which tunnels of how many.
func (v *gridView) scope(m *model, width int) string {
	name := ""
	if width >= wideWidth {
		name = pictureTitles[v.picture]
	}
	first, end := v.window.bounds()
	if first == end || first == 0 && end >= v.plane.lines() {
		return name
	}
	if name != "" {
		name += "  "
	}
	return name + fmt.Sprintf("%d-%d of %d", v.plane.starts[first]+1, v.plane.end(end-1), len(v.plane.cells))
}

// drawTunnel spells out the tunnel under the cursor: how it is, and why.
func (v *gridView) drawTunnel(m *model, c *canvas) {
	row := m.board.read(m.board.cursor)
	if row == nil || m.board.line() < 0 {
		c.end()
		return
	}
	d := drawing{m: m, c: c, Row: row, report: row.Tunnel, position: m.board.cursor}
	t := d.report
	d.drawMark()
	c.put(d.style(), c.glyphs.state(t.State)+" ")
	c.cellName(strong, t.Tunnel.Name, min(c.charset.Width(t.Tunnel.Name), c.width/2))
	c.put(d.style(), "  "+string(t.State))
	if t.State != fleet.Unseen {
		c.put(plain, " "+text.Span(m.board.now().Sub(t.Since)))
	}
	if t.State != fleet.Disabled && t.State != fleet.Unseen {
		c.put(dim, "  "+text.Count(uint64(missed(t)))+"/"+strconv.Itoa(t.Tunnel.Retries))
	}
	if why := d.why(); why != "" {
		c.put(plain, "  "+why)
	}
	if t.RTT.Samples > 0 && t.State != fleet.Down {
		c.put(dim, "  rtt "+c.charset.Duration(t.RTT.Last)+"  loss "+text.Percent(m.board.loss(d.position)))
	}
	c.end()
}

// drawWay writes where the tunnel under the cursor belongs, and how its spoke is
// reached: the latter first where there is no room for both.
func (v *gridView) drawWay(m *model, c *canvas) {
	row := m.board.tunnel(m.board.cursor)
	if row == nil || m.board.line() < 0 {
		c.end()
		return
	}
	t := row.Tunnel.Tunnel
	var hub, rank, way []run
	if t.Hub != "" {
		hub = []run{{dim, "hub "}, {plain, t.Hub + "  "}}
	}
	if spoke := m.board.readSpokeOf(m.board.cursor); spoke != nil {
		rank = []run{{dim, "rank " + strconv.Itoa(t.Rank) + " of "}}
		way = append([]run{{plain, t.Spoke + "  "}}, wayRuns(c.glyphs, spoke, m)...)
	} else {
		way = []run{{dim, "no spoke"}}
	}
	c.space(3)
	room := c.left() - c.runsWidth(way)
	if c.runsWidth(hub)+c.runsWidth(rank) <= room {
		c.runs(hub)
	}
	if c.runsWidth(rank) <= room {
		c.runs(rank)
	}
	c.runs(way)
	c.end()
}

// wayRuns says how a spoke is reached, and what would be if that failed.
func wayRuns(g *glyphs, s *fleet.SpokeReport, m *model) []run {
	v := verdictOf(s)
	list := []run{{v.style(), g.verdict(v) + " " + verdictText(s)}, {dim, " " + text.Span(m.board.now().Sub(s.Since))}}
	if v == blackHole && s.Route != nil {
		return append(list, run{down, ": route into " + s.Route.Tunnel}, run{plain, ", not " + s.Active})
	}
	if s.Active == "" {
		return list
	}
	list = append(list, run{dim, " via "}, run{plain, s.Active})
	switch {
	case s.Next != "":
		list = append(list, run{dim, ", next "}, run{plain, s.Next})
	case s.Ranked:
		list = append(list, run{degraded, ", nothing behind it"})
	}
	return list
}

// verdictText is a verdict in words.
func verdictText(s *fleet.SpokeReport) string {
	switch v := verdictOf(s); {
	case v == cutOff:
		return "cut off"
	case v == blackHole:
		return "BLACK HOLE"
	case v == undecided:
		return "pending"
	}
	return "on " + string(s.Path)
}
