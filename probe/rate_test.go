package probe_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe"
)

// max_rate holds in every window of 100 ms, but for what one turn may save up
// (two packets, or two milliseconds' worth): with a fleet that needs less, as
// much, and more; from the first contact on.
func TestMaxRate(t *testing.T) {
	for _, c := range []struct {
		tunnels, maxRate int
		interval         time.Duration
		late             bool
	}{
		{1000, 2000, time.Second, false},
		{500, 20, 50 * time.Second, false}, // the first contact takes 25 s
		{10, 3, 10 * time.Second, false},
		{1000, 500, time.Second, true},
		{10_000, 2000, time.Second, true},
		{100, 7, time.Second, true},
	} {
		t.Run(fmt.Sprintf("%d at %v, %d a second", c.tunnels, c.interval, c.maxRate), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := max(10*time.Second, c.interval*2)
				sent, begin, stats := runFor(t, newInstant(), fleet(c.tunnels, c.interval),
					probe.Options{MaxRate: c.maxRate}, d)
				staysUnder(t, sent.perSlot(begin, time.Millisecond, d), c.maxRate)
				total := min(c.maxRate, int(float64(c.tunnels)/c.interval.Seconds())) * int(d/time.Second)
				if int(stats.Sent) < total*9/10 {
					t.Errorf("%d sent in %v; want nearly %d", stats.Sent, d, total)
				}
				if (stats.LateSends > 0) != c.late {
					t.Errorf("%d late sends; want some: %v", stats.LateSends, c.late)
				}
			})
		})
	}
}

func staysUnder(t *testing.T, perMilli []int, maxRate int) {
	t.Helper()
	const window = 100
	limit := maxRate*window/1000 + 2 + maxRate*15/1000 // a grid of 10 ms and a half
	sum := 0
	for ms, n := range perMilli {
		sum += n
		if ms >= window {
			sum -= perMilli[ms-window]
		}
		if sum > limit {
			t.Fatalf("%d packets in the 100 ms before %d ms; want at most %d", sum, ms, limit)
		}
	}
}

// A fleet that asks for twice the rate gets half of its keepalives: each tunnel
// its share, none silence, and none is called down for it.
func TestOverloadIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const tunnels, d = 1000, time.Minute
		sent, _, stats := runFor(t, newInstant(), fleet(tunnels, time.Second), probe.Options{MaxRate: tunnels / 2}, d)
		for i, times := range sent.sent {
			if n := len(times); n < 20 || n > 40 {
				t.Errorf("tunnel %d sent %d times; want about 30", i, n)
			}
		}
		if len(sent.lines) != tunnels { // each came up
			t.Errorf("%d changes of line; want %d:\n%s", len(sent.lines), tunnels, sent.lines.tail(9))
		}
		if missed := uint64(tunnels*60) - stats.Sent; stats.LateSends < missed*9/10 {
			t.Errorf("%d late sends counted, %d were skipped", stats.LateSends, missed)
		}
	})
}

// Nothing to do is no reason to run.
func TestEmptyFleetSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := newInstant()
		e := startInto(t, conn, newTally(0), nil, probe.Options{})
		time.Sleep(time.Hour)
		e.stop(t)
		if conn.flushes != 0 || e.Stats() != (probe.Stats{}) {
			t.Errorf("%d flushes, %+v", conn.flushes, e.Stats())
		}
	})
}
