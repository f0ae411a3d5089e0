package tui

import (
	"strconv"
	"strings"
	"time"

	"greylag/fleet"
	"greylag/tui/chart"
	"greylag/tui/text"
)

func drawState(d *drawing, w int) { d.c.cell(d.style(), string(d.report.State), w) }

// style is that of the row's state; what is muted is dim.
func (d *drawing) style() style {
	if d.Muted {
		return dim
	}
	return stateStyle(d.report.State)
}

func drawName(d *drawing, w int) {
	s := plain
	if isProblem(d.Row) {
		s = strong
	} else if d.Muted || d.report.State == fleet.Disabled {
		s = dim
	}
	d.c.cellName(s, d.report.Tunnel.Name, w)
}

func drawHub(d *drawing, w int)   { d.c.cellName(dim, d.report.Tunnel.Hub, w) }
func drawSpoke(d *drawing, w int) { d.c.cellName(plain, d.report.Tunnel.Spoke, w) }

// drawPath writes how the spoke is reached. It is dim where this tunnel is not
// the one that carries its traffic. A route into a dead tunnel is said in its
// place: then none carries it (R2).
func drawPath(d *drawing, w int) {
	spoke := d.m.board.spoke(d.position)
	if spoke == nil {
		d.c.space(w)
		return
	}
	if v := verdictOf(spoke); v == blackHole {
		d.c.cell(v.style(), d.c.glyphs.verdict(v)+" hole", w)
		return
	}
	s := dim
	if spoke.Active == d.report.Tunnel.Name || spoke.Path == fleet.PathNone {
		s = pathStyle(spoke.Path)
	}
	word := d.c.glyphs.path(spoke.Path) + " " + string(spoke.Path)
	if spoke.Active != "" && spoke.Ranked && !spoke.Protected {
		word += d.c.glyphs.unprotected
	}
	d.c.cell(s, word, w)
}

// missed is the keepalive counter (R9). One that is on its way is no miss: every
// tunnel would flicker between 0 and 1.
func missed(t *fleet.TunnelReport) uint32 {
	if t.Counter == 1 && t.InFlight > 0 {
		return 0
	}
	return t.Counter
}

// drawCounter writes the keepalive counter against retries (R9, R10).
func drawCounter(d *drawing, w int) {
	t := d.report
	counter := missed(t)
	s := dim
	switch {
	case t.State == fleet.Disabled, t.State == fleet.Unseen:
		d.c.space(w)
		return
	case int64(counter) >= int64(t.Tunnel.Retries):
		s = down
	case counter > 0:
		s = degraded
	}
	d.c.cellRight(s, text.Count(uint64(counter))+"/"+strconv.Itoa(t.Tunnel.Retries), w)
}

func drawLoss(d *drawing, w int) {
	loss, limit := d.m.board.loss(d.position), d.report.Tunnel.DegradedLoss
	s := plain
	switch {
	case loss <= 0:
		s = dim
	case limit > 0 && loss >= limit:
		s = degraded
	}
	d.c.cellRight(s, text.Percent(loss), w)
}

func drawRTT(d *drawing, w int) { d.duration(d.report.RTT.Last, w) }
func drawP99(d *drawing, w int) { d.duration(d.report.RTT.P99, w) }

// duration writes a round trip time against the tunnel's limit.
func (d *drawing) duration(rtt time.Duration, w int) {
	limit := d.report.Tunnel.DegradedRTT
	switch {
	case d.report.RTT.Samples == 0 || rtt == 0:
		d.c.cellRight(dim, "-", w)
	case limit > 0 && rtt > limit:
		d.c.cellRight(degraded, d.c.charset.Duration(rtt), w)
	case d.report.State == fleet.Down:
		d.c.cellRight(dim, d.c.charset.Duration(rtt), w) // of before
	default:
		d.c.cellRight(plain, d.c.charset.Duration(rtt), w)
	}
}

// usualHeight is where in a strip the median round trip time is: in the middle
// of the third of eight steps. A tunnel that varies by less than 20 % is a flat
// line, which also costs nothing to send to the terminal.
const usualHeight = 2.5 / 8

// drawStrip writes the last keepalives. What is unusual stands out.
func drawStrip(d *drawing, w int) {
	line := &d.m.strip
	line.Reset()
	scale := chart.Scale{
		Max:  time.Duration(float64(d.report.RTT.P50) / usualHeight),
		Slow: d.report.Tunnel.DegradedRTT,
	}
	line.AppendStrip(d.c.charset, d.m.board.newest(d.position), min(w, d.c.left()), scale)
	d.c.chart(line)
}

// chart writes a line of cells, and gives each kind its style.
func (c *canvas) chart(line *chart.Line) {
	if c.full() {
		return
	}
	for kind, cells := range line.Runs() {
		c.begin(kindStyle(kind))
		c.buf = append(c.buf, cells...)
	}
	c.used += c.charset.Width(line.String())
}

func kindStyle(k chart.Kind) style {
	switch k {
	case chart.KindMissing, chart.KindOver, chart.KindUnsent:
		return down
	case chart.KindSlow, chart.KindFill:
		return degraded
	case chart.KindAnswered:
		return up
	case chart.KindValue:
		return plain
	}
	return dim
}

func drawFlaps(d *drawing, w int) {
	n := d.m.board.counts(d.position).flaps
	s := dim
	if n > 0 {
		s = plain
	}
	d.c.cellRight(s, text.Count(n), w)
}

func drawSince(d *drawing, w int) {
	if d.report.State == fleet.Unseen {
		d.c.cellRight(dim, "-", w)
		return
	}
	d.c.cellRight(plain, text.Span(d.m.board.now().Sub(d.report.Since)), w)
}

// drawReason writes why the row is as it is, in few words.
func drawReason(d *drawing, w int) {
	s := plain
	if d.report.State != fleet.Down || d.Muted {
		s = dim
	}
	d.c.cell(s, d.why(), w)
}

func (d *drawing) why() string {
	t := d.report
	switch {
	case d.Muted:
		return "muted: " + d.m.settings.Mutes[t.Tunnel.Name].Note
	case t.State == fleet.Degraded:
		return degradedWhy(d.c.charset, t)
	case t.State == fleet.Pending:
		return "no answer yet"
	case t.State != fleet.Down:
		return d.elsewhere()
	case t.Reason != "" && t.Detail != "":
		// There is little room, and the address is the tunnel's own.
		return string(t.Reason) + ": " + strings.TrimPrefix(t.Detail, t.Tunnel.Destination.String()+" ")
	}
	return string(t.Reason) + t.Detail
}

// elsewhere says from where a tunnel is down that is up from here, or is known that is
// not known here.
func (d *drawing) elsewhere() string {
	t := d.report
	if t.State != fleet.Unseen && !t.Differ() || t.Views == nil {
		return ""
	}
	var words []string
	for i, v := range t.Views.List {
		if v.Verdict != "" && v.Verdict != t.State && !v.Stale {
			words = append(words, string(v.Verdict)+" from "+t.Views.Hosts[i])
		}
	}
	return strings.Join(words, ", ")
}

// degradedWhy says which limit is passed. A stream does not tell the limits: then
// loss and time are what there is to say.
func degradedWhy(c text.Charset, t *fleet.TunnelReport) string {
	loss, slow := t.Tunnel.DegradedLoss, t.Tunnel.DegradedRTT
	switch {
	case loss == 0 && slow == 0:
		return "loss " + text.Percent(t.Loss) + ", rtt " + c.Duration(t.RTT.Mean)
	case loss > 0 && t.Loss >= loss || slow == 0:
		return "loss " + text.Percent(t.Loss) + ", limit " + text.Percent(loss)
	}
	return "slow: limit " + c.Duration(slow)
}
