package decode

import (
	"slices"
	"time"
)

// rememberedSteps is how many of the newest intervals are kept; odd, for their
// median.
const rememberedSteps = 15

// pace is how often requests were captured.
type pace struct {
	steps  [rememberedSteps]time.Duration
	count  uint64
	absent uint64 // requests that pauses have no room for
}

// step takes the time since the request before; known is the interval, 0 where it
// is to be found out. A pause of one and a half intervals or more lacks requests.
func (p *pace) step(d, known time.Duration) {
	if d <= 0 {
		return
	}
	if known == 0 {
		known = p.median()
	}
	if known > 0 && d >= known*3/2 {
		p.absent += uint64((d+known/2)/known) - 1
	}
	p.steps[p.count%rememberedSteps] = d
	p.count++
}

// median is the interval as seen; 0 while it is not known.
func (p *pace) median() time.Duration {
	n := min(p.count, rememberedSteps)
	if n == 0 {
		return 0
	}
	steps := p.steps
	slices.Sort(steps[:n])
	return steps[n/2]
}

// interval is the median as it was meant: routers and greylag count in tenths of a
// second at the finest, and are a little late.
func (p *pace) interval() time.Duration {
	const tenth = 100 * time.Millisecond
	m := p.median()
	if near := m.Round(tenth); near > 0 && (near-m).Abs() <= m/50 {
		return near
	}
	return m.Round(time.Millisecond)
}
