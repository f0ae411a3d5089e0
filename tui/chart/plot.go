package chart

import (
	"slices"
	"time"

	"greylag/fleet"
	"greylag/tui/text"
)

// Point is one keepalive of a plot.
type Point struct {
	Age  time.Duration // how long ago it was sent
	Fate fleet.Fate
	RTT  time.Duration // of an answered one
}

// AppendPoints appends the outcomes, oldest first, as points one interval apart,
// the newest now.
func AppendPoints(into []Point, outcomes []fleet.Outcome, interval time.Duration) []Point {
	for i, o := range outcomes {
		into = append(into, Point{time.Duration(len(outcomes)-1-i) * interval, o.Fate, o.RTT})
	}
	return into
}

// Plot draws round trip times over time. The zero Plot draws UTF-8, as far back
// as the oldest point, between the least and the greatest time. It keeps its
// memory, so that drawing again allocates nothing.
type Plot struct {
	Charset text.Charset
	Span    time.Duration // from the left edge to now; 0: the oldest point's age
	Scale   Scale

	lines  []Line
	canvas canvas
	foot   []fleet.Fate // by column: the worst that is no answer
}

// Draw returns height lines of width cells. The points are in order, oldest
// first; what is older than Span is left out. Answers that follow one another
// are joined by a line. Below the plot is a line of marks: a miss, or what else
// became of a keepalive, under the time at which it was sent (the worst where
// several share a column); below that the time axis. Small sizes drop first the
// labels, then the line of marks. The lines are valid until the next call.
func (p *Plot) Draw(points []Point, width, height int) []Line {
	if width < 1 || height < 1 {
		return nil
	}
	f := p.frame(points, width, height)
	p.canvas.reset(p.Charset, f.columns, f.rows)
	p.foot = zeroed(p.foot, f.columns)
	p.draw(points, f)
	p.lines = slices.Grow(p.lines[:0], height)[:height]
	for i := range p.lines {
		p.lines[i].Reset()
		switch {
		case i < f.rows:
			p.appendRow(&p.lines[i], f, i)
		case i == f.rows:
			p.appendFoot(&p.lines[i], f)
		default:
			p.appendTimes(&p.lines[i], f)
		}
	}
	return p.lines
}

// draw puts the points on the canvas and at its foot.
func (p *Plot) draw(points []Point, f frame) {
	joined, lastX, lastY := false, 0, 0
	for i, o := range points {
		if o.Age > f.span {
			continue
		}
		x := p.at(o, f)
		if o.Fate != fleet.FateAnswered {
			joined = false
			end := x
			if i+1 < len(points) {
				end = p.at(points[i+1], f)
			}
			p.mark(o.Fate, x/p.canvas.perX, end/p.canvas.perX)
			continue
		}
		y := p.canvas.height - 1 - part(o.RTT-f.scale.Min, f.scale.Max-f.scale.Min, p.canvas.height-1)
		if !joined || x < lastX {
			lastX, lastY = x, y
		}
		p.canvas.join(lastX, lastY, x, y)
		joined, lastX, lastY = true, x, y
	}
}

// at is the place of a point on the time axis.
func (p *Plot) at(o Point, f frame) int {
	return p.canvas.width - 1 - part(o.Age, f.span, p.canvas.width-1)
}

// mark writes a fate into a column and the following ones up to that of the next
// keepalive: an empty one between two misses would read as an answer.
func (p *Plot) mark(fate fleet.Fate, column, next int) {
	for ; ; column++ {
		p.foot[column] = worse(p.foot[column], fate)
		if column+1 >= next {
			return
		}
	}
}

// part is what of steps corresponds to value of whole, rounded; from 0 to steps.
func part(value, whole time.Duration, steps int) int {
	if whole <= 0 {
		return 0
	}
	return min(max(int(float64(value)/float64(whole)*float64(steps)+0.5), 0), steps)
}

// worse is the one of two fates that says more about the tunnel.
func worse(a, b fleet.Fate) fleet.Fate {
	for _, fate := range [...]fleet.Fate{fleet.FateMissing, fleet.FateUnsent, fleet.FateExcused, fleet.FatePending} {
		if a == fate || b == fate {
			return fate
		}
	}
	return a
}
