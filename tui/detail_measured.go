package tui

import (
	"slices"
	"strconv"
	"time"

	"greylag/fleet"
	"greylag/tui/chart"
	"greylag/tui/text"
)

// unit is what is sent.
func (d *detail) unit() string {
	if d.tunnel.Probe == fleet.Echo {
		return "echo"
	}
	return "keepalive"
}

// counter writes the keepalive counter as a bar towards retries, and what comes
// next (R9, R10, R11).
func (d *detail) counter() {
	if d.report.State == fleet.Disabled || d.report.State == fleet.Unseen {
		return
	}
	d.para("counter")
	if d.tunnel.Retries < 1 {
		d.words(plain, text.Count(uint64(d.report.Counter))+", retries not known")
		d.close()
		return
	}
	d.drawBar()
	d.words(plain, d.nextStep())
	d.close()
}

// barCells is how long a bar may be.
const barCells = 20

func (d *detail) drawBar() {
	counter, retries := missed(d.report), d.tunnel.Retries
	numbers := len(strconv.FormatUint(uint64(counter), 10)) + 1 + len(strconv.Itoa(retries))
	cells := min(retries, barCells)
	if !d.isRoomy() {
		cells = min(retries, barCells/2)
	}
	d.space(boolInt(d.begun))
	d.v.bar.Reset()
	d.v.bar.AppendBar(d.charset, counter, retries, cells+1+numbers)
	d.chart(&d.v.bar)
	d.space(1)
	d.begun = true
}

// nextStep is what comes next if nothing else changes.
func (d *detail) nextStep() string {
	counter, retries := int64(d.report.Counter), int64(d.tunnel.Retries)
	switch left := retries - counter; {
	case d.report.State == fleet.Down:
		return d.wayUp()
	case missed(d.report) == 0:
		return "nothing is missing"
	case left <= 0:
		return "down as the next " + d.unit() + " falls due, unless one is answered before"
	default:
		due := left + 1
		return "down as the " + ordinal(due) + " " + d.unit() + " from now falls due, within " +
			text.Span(time.Duration(due)*d.tunnel.Interval) + ", if none is answered"
	}
}

// wayUp is what brings the line up again (R11).
func (d *detail) wayUp() string {
	switch n := int(d.tunnel.UpAfter); {
	case n == 1:
		return "one answer brings it up"
	case n > 1:
		return strconv.Itoa(n) + " answers in a row bring it up"
	}
	return "an answer brings it up, where up_after is 1"
}

func ordinal(n int64) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.FormatInt(n, 10) + suffix
}

// roundTrips writes round trip times and loss, as numbers and over time.
func (d *detail) roundTrips() {
	outcomes := d.m.board.newest(d.position)
	if len(outcomes) == 0 && d.report.RTT.Samples == 0 {
		return
	}
	d.section("Round trips and losses, the newest " + strconv.Itoa(len(outcomes)))
	d.drawRTT()
	d.drawLoss()
	d.drawPlot(outcomes)
}

// drawRTT writes the round trip times. Of a tunnel that is down they are those
// of before.
func (d *detail) drawRTT() {
	d.para("rtt")
	r, limit := &d.report.RTT, d.tunnel.DegradedRTT
	if r.Samples == 0 {
		d.words(dim, "not known: no answer yet")
		d.close()
		return
	}
	for _, v := range []struct {
		name string
		rtt  time.Duration
	}{{"last", r.Last}, {"min", r.Min}, {"mean", r.Mean}, {"p50", r.P50}, {"p99", r.P99}, {"max", r.Max}} {
		if v.rtt == 0 && (v.name == "p50" || v.name == "p99") {
			continue // none of the newest was answered
		}
		d.pair(v.name, d.rttStyle(v.rtt), d.charset.Duration(v.rtt))
	}
	if r.Samples > 1 {
		d.pair("jitter", plain, d.charset.Duration(r.Jitter))
	}
	if limit > 0 {
		d.pair("limit", plain, d.charset.Duration(limit))
	}
	d.close()
}

func (d *detail) rttStyle(rtt time.Duration) style {
	switch limit := d.tunnel.DegradedRTT; {
	case limit > 0 && rtt > limit:
		return degraded
	case d.report.State == fleet.Down:
		return dim
	}
	return plain
}

// drawLoss writes how much is lost, since the mark if there is one.
func (d *detail) drawLoss() {
	b := &d.m.board
	loss, limit := b.loss(d.position), d.tunnel.DegradedLoss
	s := plain
	if limit > 0 && loss >= limit {
		s = degraded
	}
	d.para("loss")
	if loss < 0 {
		d.words(dim, "not known")
	} else {
		d.words(s, text.Percent(loss))
		d.words(dim, d.lossOf())
	}
	if limit > 0 {
		d.pair("limit", plain, text.Percent(limit))
	}
	if t := d.report; t.Availability >= 0 {
		d.pair("availability", plain, text.Availability(t.Availability))
	}
	d.pair("flaps", plain, text.Count(b.counts(d.position).flaps))
	d.close()
}

// lossOf is what the loss is of.
func (d *detail) lossOf() string {
	if mark := d.m.board.mark; mark != nil {
		return "since " + d.clock(mark.time)
	}
	if c := d.m.board.counts(d.position); c.received+c.lost < lossWindow {
		return "of " + text.Count(c.received+c.lost)
	}
	return "of the last " + strconv.Itoa(lossWindow)
}

// lossWindow is how many keepalives a tunnel's loss looks back (CONTRACT).
const lossWindow = 100

// The measures of the plot.
const (
	plotWidth = 120 // at most
	plotSpan  = 30  // keepalives at least: a few are not stretched

	plotEmpty           = 4 // lines where nothing was answered
	plotLeast, plotMost = 5, 11
)

// plotHeight is how many lines the plot is worth on a screen of that height.
func plotHeight(outcomes []fleet.Outcome, height int) int {
	answered := func(o fleet.Outcome) bool { return o.Fate == fleet.FateAnswered }
	if !slices.ContainsFunc(outcomes, answered) {
		return plotEmpty
	}
	return min(max(height/4, plotLeast), plotMost)
}

func (d *detail) drawPlot(outcomes []fleet.Outcome) {
	if len(outcomes) == 0 || d.tunnel.Interval <= 0 {
		return
	}
	v := d.v
	v.points = chart.AppendPoints(v.points[:0], outcomes, d.tunnel.Interval)
	v.plot.Charset = d.charset
	v.plot.Span = time.Duration(max(len(outcomes), plotSpan)-1) * d.tunnel.Interval
	v.plot.Scale = chart.Scale{Slow: d.tunnel.DegradedRTT}
	lines := v.plot.Draw(v.points, min(d.width-2, plotWidth), plotHeight(outcomes, v.height))
	for i := range lines {
		d.space(1)
		d.chart(&lines[i])
		d.close()
	}
}
