package chart

import (
	"math"
	"time"

	"greylag/fleet"
	"greylag/tui/text"
)

// Scale says how round trip times become heights. Where Max is not above Min,
// both are those of what is drawn, or a little wider.
type Scale struct {
	Min, Max time.Duration // the lowest and the highest height
	Slow     time.Duration // what is longer is KindSlow; 0: nothing is
}

// AppendStrip appends the newest outcomes, oldest first and one cell each, in
// exactly width cells; blanks are in front, so that the newest is always at the
// right. The height of an answered one is its round trip time.
func (l *Line) AppendStrip(c text.Charset, outcomes []fleet.Outcome, width int, scale Scale) {
	shown := outcomes[max(0, len(outcomes)-max(width, 0)):]
	scale = scale.orOf(shown)
	g := glyphsOf(c)
	l.repeat(KindBlank, " ", width-len(shown))
	for _, o := range shown {
		if o.Fate == fleet.FateAnswered {
			l.add(scale.kind(o.RTT), g.heights[step(float64(o.RTT), float64(scale.Min), float64(scale.Max), len(g.heights))])
			continue
		}
		l.add(g.mark(o.Fate))
	}
}

// Strip is [Line.AppendStrip] on a line of its own.
func Strip(c text.Charset, outcomes []fleet.Outcome, width int, scale Scale) Line {
	var l Line
	l.AppendStrip(c, outcomes, width, scale)
	return l
}

// isSet tells whether the scale has a range.
func (s Scale) isSet() bool { return s.Max > s.Min }

// orOf is the scale itself or, where it has no range, that of the outcomes.
func (s Scale) orOf(outcomes []fleet.Outcome) Scale {
	if s.isSet() {
		return s
	}
	s.clear()
	for _, o := range outcomes {
		if o.Fate == fleet.FateAnswered {
			s.include(o.RTT)
		}
	}
	return s.widened()
}

// clear makes the range that of nothing yet.
func (s *Scale) clear() { s.Min, s.Max = math.MaxInt64, 0 }

func (s *Scale) include(rtt time.Duration) {
	s.Min, s.Max = min(s.Min, max(rtt, 0)), max(s.Max, rtt)
}

// widened is the scale with a range of at least a doubling: times from
// [fleet.Outcome] are within 6 %, and a steady tunnel is to be a flat line.
func (s Scale) widened() Scale {
	s.Min = min(s.Min, s.Max)
	if s.Max/2 < s.Min {
		s.Max = s.Min + min(s.Min, math.MaxInt64-s.Min)
	}
	return s
}

func (s Scale) kind(rtt time.Duration) Kind {
	if s.Slow > 0 && rtt > s.Slow {
		return KindSlow
	}
	return KindAnswered
}
