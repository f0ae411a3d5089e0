package tui

import (
	"strings"
	"time"
)

// How many bytes a second a screen may send to the terminal by itself, in quiet
// times and while things change. A slow line has to carry key presses too.
const (
	quietRate = 4_500
	stormRate = 16_000
	stormTime = 3 * time.Second // things count as changing so long after an event
	longest   = 2 * time.Second // a screen is never older for thrift's sake
)

// thrift keeps account of what screens send to the terminal.
type thrift struct {
	cost    int       // of the newest screen, in bytes
	changed time.Time // when an event was last seen
}

// account compares two screens, the newer one of a snapshot with or without
// events.
func (a *thrift) account(before, after string, events bool, now time.Time) {
	a.cost = difference(before, after)
	if events {
		a.changed = now
	}
}

// pause is how long the next screen should be waited for.
func (a *thrift) pause(now time.Time) time.Duration {
	rate := quietRate
	if now.Sub(a.changed) < stormTime {
		rate = stormRate
	}
	return min(time.Duration(a.cost)*time.Second/time.Duration(rate), longest)
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
