package chart

import (
	"math"

	"greylag/tui/text"
)

// AppendSparkline appends the newest values, oldest first and one cell each, in
// exactly width cells, blanks in front. The lowest height is 0, or the least
// value if that is negative; the highest is ceiling, or the greatest value where
// ceiling is not above that. A value that is infinite or no number is a blank.
func (l *Line) AppendSparkline(c text.Charset, values []float64, width int, ceiling float64) {
	shown := values[max(0, len(values)-max(width, 0)):]
	low, high := 0.0, 0.0
	if isFinite(ceiling) {
		high = max(0, ceiling)
	}
	for _, v := range shown {
		if isFinite(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	g := glyphsOf(c)
	l.repeat(KindBlank, " ", width-len(shown))
	for _, v := range shown {
		if !isFinite(v) {
			l.add(KindBlank, " ")
			continue
		}
		l.add(KindFill, g.heights[step(v, low, high, len(g.heights))])
	}
}

// Sparkline is [Line.AppendSparkline] on a line of its own.
func Sparkline(c text.Charset, values []float64, width int, ceiling float64) Line {
	var l Line
	l.AppendSparkline(c, values, width, ceiling)
	return l
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// step is where v stands between low and high, from 0 to steps-1.
func step(v, low, high float64, steps int) int {
	if !(high > low) {
		return 0
	}
	share := (v/2 - low/2) / (high/2 - low/2) // halves: the difference may be too large
	return min(max(int(share*float64(steps)), 0), steps-1)
}
