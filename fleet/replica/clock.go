package replica

import (
	"math"
	"time"
)

// clock is a recording's own time: while it runs it goes speed times as fast as
// ours, up to its horizon.
type clock struct {
	base    time.Time // what it showed
	from    time.Time // at this moment of ours
	speed   float64   // Unpaced: only set moves it
	paused  bool
	horizon time.Time // of the next record: before it has been applied, it is not later
}

// at is what it shows at now, which is ours.
func (c *clock) at(now time.Time) time.Time {
	shown := c.base
	if !c.paused && c.speed != Unpaced {
		shown = shown.Add(scaled(max(now.Sub(c.from), 0), c.speed))
	}
	if shown.After(c.horizon) {
		return c.horizon
	}
	return shown
}

// set makes it show t at now.
func (c *clock) set(t, now time.Time) { c.base, c.from = t, now }

// until is how long from now, by our time, until it shows t.
func (c *clock) until(t, now time.Time) time.Duration {
	return scaled(max(t.Sub(c.at(now)), 0), 1/c.speed)
}

// scaled is d·factor, as far as a duration goes.
func scaled(d time.Duration, factor float64) time.Duration {
	if product := math.Ceil(float64(d) * factor); product < math.MaxInt64 {
		return time.Duration(product)
	}
	return math.MaxInt64
}
