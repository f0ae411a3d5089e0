package probe

import (
	"fmt"
	"testing"
	"time"
)

// On a grid of turns every tunnel has its place on a line, within its interval,
// and the lines share the tunnels as evenly as they can.
func TestPhasesOnTheGrid(t *testing.T) {
	const n, interval = 10_000, time.Second
	tunnels := make([]Tunnel, n)
	for i := range tunnels {
		tunnels[i] = Tunnel{Name: fmt.Sprint("tunnel ", i), Interval: interval}
	}
	gap := gapOf(n / interval.Seconds())
	on := map[time.Duration]int{}
	for i, p := range phases(tunnels, gap) {
		if p%gap != 0 || p < 0 || p >= interval {
			t.Errorf("tunnel %d at %v; want a multiple of %v below %v", i, p, gap, interval)
		}
		on[p]++
	}
	lines := int(interval / gap)
	for line := range lines {
		if c := on[time.Duration(line)*gap]; c < n/lines-1 || c > n/lines+1 {
			t.Errorf("%d tunnels on line %d; want %d", c, line, n/lines)
		}
	}
}
