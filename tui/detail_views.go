package tui

import (
	"strconv"
	"time"

	"greylag/fleet"
	"greylag/tui/text"
)

// seenFrom is how one vantage point sees the tunnel.
type seenFrom struct {
	point   *Point
	isStand bool
	report  *fleet.TunnelReport // nil: it does not know it
	present time.Time           // by the point's clock
}

// views writes how each vantage point sees the tunnel: in a table where there is room
// to look from one to the other.
func (d *detail) views() {
	b := &d.m.board
	if !b.hasViews() || d.m.puller.vantages == nil {
		return
	}
	title := "Seen from"
	if d.report.Differ() {
		title += ": " + d.glyphs.disagree + " they disagree"
	}
	d.section(title)
	cells := 0
	for _, host := range b.hosts() {
		cells = max(cells, d.charset.Width(host))
	}
	for i := range b.points {
		v := seenFrom{point: &b.points[i], isStand: i == b.stand}
		report := &fleet.TunnelReport{}
		if present, known := d.m.puller.vantages.View(i, d.position, report); known {
			v.report, v.present = report, present
		}
		if d.width >= viewsTable {
			d.viewLine(&v, min(cells, hostCells))
		} else {
			d.viewWords(&v)
		}
	}
}

// viewsTable is the width from which on views stand below each other in columns.
const viewsTable = 76

// viewLine writes a view as a line of a table.
func (d *detail) viewLine(v *seenFrom, cells int) {
	d.viewHost(v)
	d.cellName(plain, v.point.Host, cells)
	d.space(2)
	s, word := v.verdict()
	d.cell(s, word, 8)
	since, counter, loss, rtt := "-", "-", "-", "-"
	if t := v.report; t != nil {
		since, counter, loss, rtt = v.since(), v.counter(), v.loss(), v.rtt(d)
	}
	d.space(1)
	d.cellRight(plain, since, 6)
	d.space(2)
	d.put(dim, "miss ")
	d.cell(plain, counter, 5)
	d.put(dim, "loss ")
	d.cellRight(plain, loss, 5)
	d.put(dim, "  rtt ")
	d.cellRight(plain, rtt, 6)
	d.space(2)
	d.put(v.point.style(), v.point.word())
	d.close()
	if why := v.why(); why != "" {
		d.space(viewIndent)
		d.hang, d.begun = viewIndent, false
		d.words(plain, why)
		d.close()
	}
}

// viewIndent is where it is told why, below a view's line.
const viewIndent = 3

// viewWords writes a view as a paragraph.
func (d *detail) viewWords(v *seenFrom) {
	d.viewHost(v)
	d.hang, d.begun = 3, false
	d.words(strong, v.point.Host)
	s, word := v.verdict()
	d.words(s, word)
	if v.report != nil {
		d.words(plain, v.since())
		d.pair("miss", plain, v.counter())
		d.pair("loss", plain, v.loss())
		d.pair("rtt", plain, v.rtt(d))
		d.words(plain, v.why())
	}
	d.word(v.point.style(), "("+v.point.word()+")")
	d.close()
}

// viewHost writes what a view begins with: whether the screen stands there, and the
// state's sign.
func (d *detail) viewHost(v *seenFrom) {
	mark := " "
	if v.isStand {
		mark = d.glyphs.plays
	}
	d.put(strong, mark)
	state := fleet.Unseen
	if v.report != nil {
		state = v.report.State
	}
	s, _ := v.verdict()
	d.put(s, d.glyphs.state(state)+" ")
}

// verdict is the state as a word, and how it looks: what is old is dim.
func (v *seenFrom) verdict() (style, string) {
	switch {
	case v.report == nil:
		return dim, string(fleet.Unseen)
	case v.point.Trouble != "":
		return dim, string(v.report.State)
	}
	return stateStyle(v.report.State), string(v.report.State)
}

func (v *seenFrom) since() string {
	if v.report.Since.IsZero() {
		return "-"
	}
	return text.Span(v.present.Sub(v.report.Since))
}

func (v *seenFrom) counter() string {
	return text.Count(uint64(missed(v.report))) + "/" + strconv.Itoa(v.report.Tunnel.Retries)
}

func (v *seenFrom) loss() string {
	if v.report.Received+v.report.Lost == 0 {
		return "-"
	}
	return text.Percent(v.report.Loss)
}

func (v *seenFrom) rtt(d *detail) string {
	if v.report.RTT.Samples == 0 || v.report.RTT.Last == 0 {
		return "-"
	}
	return d.charset.Duration(v.report.RTT.Last)
}

// why is why it is down there, or why nothing is heard from there.
func (v *seenFrom) why() string {
	switch {
	case v.point.Trouble != "" && v.point.Problem != "":
		return v.point.Problem
	case v.report == nil || v.report.State != fleet.Down:
		return ""
	case v.report.Detail != "":
		return string(v.report.Reason) + ": " + v.report.Detail
	}
	return string(v.report.Reason)
}
