package tui

import (
	"strings"
	"time"
)

// How many bytes a second a screen may send to the terminal by itself, in quiet
// times and while things change. A slow line has to carry key presses too.
const (
	quietRate = 4_000
	stormRate = 16_000
	stormTime = 3 * time.Second // things count as changing so long after the last
	// stormEvents are as many at once as make a storm: fewer are paid for as all else.
	stormEvents = 10
	longest     = 2 * time.Second // a screen is never older for thrift's sake
)

// thrift keeps account of what screens send to the terminal.
type thrift struct {
	cost    int       // of the newest screen, in bytes
	changed time.Time // when a storm was last seen
	debt    int       // bytes by which earlier screens went over the rate
	written uint64    // to the terminal, up to the screen before
	paid    time.Time // when that was looked at
	calm    int       // screens in a row that show little but what is measured
	parts   int       // into which such a screen is divided
}

// A line that is slow is kept free for keys by many small screens in place of few
// large ones.
const (
	partBytes = 2_000 // of a screen by itself
	mostParts = 4
	calmLooks = 3 // so many in a row tell what one costs
)

// divide finds into how many parts the rows are divided of which one is read for the
// next screen. calm tells that the newest screen shows little but what is measured,
// and was read in so many parts; a crowd of events, or somebody at the keys, sees all.
func (a *thrift) divide(calm bool, parts int) int {
	if !calm {
		a.calm = 0
		return 1
	}
	if a.calm++; a.calm >= calmLooks {
		a.parts = min(max((a.cost*max(parts, 1)+partBytes/2)/partBytes, 1), mostParts)
	}
	return max(a.parts, 1)
}

// pay takes in what has been written to the terminal so far. What moves the cursor
// and changes colours is not in a comparison of screens: it is made up for by a
// longer pause after the next one.
func (a *thrift) pay(written uint64, now time.Time) {
	rate := a.rate(now)
	allowed := min(now.Sub(a.paid), longest).Seconds() * float64(rate)
	a.debt += int(written-a.written) - int(allowed)
	a.debt = min(max(a.debt, 0), rate*int(longest/time.Second))
	a.written, a.paid = written, now
}

// account compares two screens, the newer one of a snapshot of a storm or not.
func (a *thrift) account(before, after string, storm bool, now time.Time) {
	a.cost = difference(before, after)
	if storm {
		a.changed = now
	}
}

// pause is how long the next screen should be waited for.
func (a *thrift) pause(now time.Time) time.Duration {
	return min(time.Duration(a.cost+a.debt)*time.Second/time.Duration(a.rate(now)), longest)
}

// rate is how many bytes a second may be sent now.
func (a *thrift) rate(now time.Time) int {
	if now.Sub(a.changed) < stormTime {
		return stormRate
	}
	return quietRate
}

// difference is about what it takes to turn one screen into another: of each line
// that differs, what is between its first and its last changed byte.
func difference(before, after string) int {
	sum := 0
	for before != "" || after != "" {
		var old, line string
		old, before, _ = strings.Cut(before, "\n")
		line, after, _ = strings.Cut(after, "\n")
		sum += between(old, line)
	}
	return sum
}

func between(old, line string) int {
	if old == line {
		return 0
	}
	shared := min(len(old), len(line))
	head := 0
	for head < shared && old[head] == line[head] {
		head++
	}
	tail := 0
	for tail < shared-head && old[len(old)-1-tail] == line[len(line)-1-tail] {
		tail++
	}
	return len(line) - head - tail
}
