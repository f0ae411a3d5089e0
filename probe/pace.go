package probe

import (
	"cmp"
	"math"
	"time"
)

// pace decides how often the loop turns and how much one turn may send.
//
// Wake-ups cost more than packets, so with many packets a second a turn waits
// for several to be due: turns come on a grid of gap. The grid divides the usual
// intervals, and tunnels have their places in the interval on its lines (phases),
// so that none waits for its turn. With few packets a second there is no grid and
// each is sent when it is due.
type pace struct {
	gap    time.Duration // 0: no grid
	limit  int           // packets in one turn
	owed   float64       // packets that turns may send now: their share, and what late ones have left
	turned time.Duration // when the last one was
	room   int           // packets that it might send
	full   bool          // and it sent as many: more may be due

	lines    time.Duration // distance of the lines on which the tunnels have their places, where another rate's may be among them; else 0
	steady   float64       // packets a second that the intervals ask for
	sweeping bool          // the first contact, with more of them, is not over

	maxRate float64 // packets a second, all together
	allowed float64 // packets that maxRate allows now
	asOf    time.Duration

	rate      float64 // packets a second that the keepalives ask for now
	saved     float64 // diagnostic echoes that are allowed now
	savedAsOf time.Duration
}

// grids are the distances that turns may have while one has so many packets at most:
// a wake-up costs what a dozen cost, but more than a hundred at once are late by their
// own sending. With more packets a second turns are finest apart.
var grids = []struct {
	gap  time.Duration
	most float64
}{
	{10 * time.Millisecond, 1.5 * perTurn},
	{5 * time.Millisecond, 1.5 * perTurn},
	{2 * time.Millisecond, 7 * perTurn},
}

const finest = time.Millisecond

const (
	perTurn = 16  // packets that make a turn worth its wake-up
	sparse  = 100 // packets a second under which there is no grid
)

// newPace begins with the rate of the first contact, until settle.
func newPace(steady, first float64, maxRate int) pace {
	p := pace{steady: steady, sweeping: true, maxRate: float64(maxRate)}
	if maxRate <= 0 {
		p.maxRate = math.Inf(1)
	}
	p.allowed = p.maxRate // the first turn has its worth, or all would be late by it
	p.retime(first)
	return p
}

// change is for other tunnels, of which some have their places already; first is the
// rate while those that begin are contacted first. sweeping: those before have not
// all been.
func (p *pace) change(steady, first float64, maxRate int, sweeping bool) {
	p.lines = common(gapOf(steady), cmp.Or(p.lines, gapOf(p.steady)))
	if sweeping {
		first = max(first, p.rate)
	}
	limited := newPace(steady, first, maxRate)
	p.allowed = min(p.allowed, limited.maxRate)
	if math.IsInf(limited.maxRate, 1) {
		p.allowed = limited.maxRate
	}
	p.steady, p.maxRate, p.sweeping = steady, limited.maxRate, true
	p.retime(first)
}

// common is the distance of lines among which those of two grids are: that of a
// grid alone where the other has none.
func common(grid, other time.Duration) time.Duration {
	if grid == 0 || other == 0 {
		return grid
	}
	for other != 0 {
		grid, other = other, grid%other
	}
	return grid
}

// settle ends the first contact.
func (p *pace) settle() {
	p.sweeping = false
	p.retime(p.steady)
}

// retime sets grid and limit for a rate. A turn sends at most three milliseconds'
// share, so that answers are read and times are kept between one and the next.
func (p *pace) retime(rate float64) {
	p.gap, p.rate = common(gapOf(rate), p.lines), rate
	p.limit = max(int(2.9*rate/1000), int(1.5*rate*p.gap.Seconds()), perTurn)
	p.owed = float64(p.limit)
}

// gapOf is the distance of turns for a rate; 0: there is no grid.
func gapOf(rate float64) time.Duration {
	if rate < sparse {
		return 0
	}
	for _, g := range grids {
		if rate*g.gap.Seconds() <= g.most {
			return g.gap
		}
	}
	return finest
}

// longestShare is how much of a delay is made good by turns at once, beside a gap.
const longestShare = 10 * time.Millisecond

// budget begins a turn: it returns how many packets that at now may send. Where turns
// come late, there are several at once, or the loop falls behind for ever.
func (p *pace) budget(now time.Duration) int {
	since := now - p.turned
	p.turned = now
	p.owe(since)
	p.allow(now, since)
	p.room = int(min(float64(p.limit), p.owed, p.allowed))
	p.full = p.room == 0
	return p.room
}

// owe adds the share of the time since the last turn.
func (p *pace) owe(since time.Duration) {
	if p.gap == 0 {
		p.owed = float64(p.limit)
		return
	}
	p.owed += since.Seconds() * float64(p.limit) / p.gap.Seconds()
	p.owed = min(p.owed, max(float64(p.limit), p.worth(p.rate, longestShare+p.gap)))
}

// allow adds what maxRate allows. What was not used is lost, but for a turn's worth,
// or what came since the last; or for what could not be used yet.
func (p *pace) allow(now, since time.Duration) {
	if math.IsInf(p.maxRate, 1) { // no time, times infinity, is not a number
		return
	}
	longest := longestShare + p.gap
	if p.full {
		since = longest
	}
	p.allowed += (now - p.asOf).Seconds() * p.maxRate
	p.asOf = now
	p.allowed = min(p.allowed, max(1, p.worth(p.maxRate, max(min(since, longest), p.gap, time.Millisecond))))
}

// worth is half as much again as a rate has in a time.
func (p *pace) worth(rate float64, in time.Duration) float64 { return 1.5 * rate * in.Seconds() }

// spend says that the turn sends n packets.
func (p *pace) spend(n int) {
	p.full = n >= p.room
	p.owed -= float64(n)
	if !math.IsInf(p.maxRate, 1) {
		p.allowed -= float64(n)
	}
}

// hurried tells whether the next turn is at once: keepalives are due that this one might
// not send.
func (p *pace) hurried() bool { return p.gap > 0 && p.full && p.owed >= 1 && p.allowed >= 1 }

// spare returns how many diagnostic echoes the turn at now may send beside its
// keepalives: what these leave of maxRate, and no more than a turn's packets. The
// keepalives' own budget is not touched, so that none is delayed.
func (p *pace) spare(now time.Duration) int {
	if math.IsInf(p.maxRate, 1) {
		return p.limit
	}
	rate := max(0, p.maxRate-p.rate)
	p.saved += (now - p.savedAsOf).Seconds() * rate
	p.savedAsOf = now
	p.saved = min(p.saved, max(1, rate*max(p.gap, time.Millisecond).Seconds()))
	return int(min(float64(p.limit), p.saved))
}

// spendSpare takes n diagnostic echoes off what is allowed.
func (p *pace) spendSpare(n int) { p.saved -= float64(n) }

// turn returns when the loop should turn again, with the next tunnel due at due.
// One that fell due during the turn before is not kept waiting for the next line
// of the grid; what is more than the turns' share is, or it would be a burst.
func (p *pace) turn(now, due time.Duration) time.Duration {
	if due <= now && p.allowed < 1 {
		due = now + time.Duration((1-p.allowed)/p.maxRate*float64(time.Second))
	}
	switch {
	case p.gap == 0:
		return max(due, now+grainLength)
	case due <= now && (!p.full || p.owed >= 1):
		return now
	}
	t := max(due, now+1)
	return (t + p.gap - 1) / p.gap * p.gap
}
