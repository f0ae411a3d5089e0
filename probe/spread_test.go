package probe_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe"
)

// runFor runs an engine over conn for a time, and returns what was sent, and when
// it began.
func runFor(t *testing.T, conn probe.Conn, tunnels []probe.Tunnel, o probe.Options, d time.Duration) (*tally, time.Time, probe.Stats) {
	t.Helper()
	sink, begin := newTally(len(tunnels)), time.Now()
	e := startInto(t, conn, sink, tunnels, o)
	time.Sleep(d)
	e.stop(t)
	return sink, begin, e.Stats()
}

// perSlot counts all sends after begin in slots of d.
func (t *tally) perSlot(begin time.Time, d, until time.Duration) []int {
	counts := make([]int, until/d)
	for _, times := range t.sent {
		for _, at := range times {
			if slot := at.Sub(begin) / d; int(slot) < len(counts) {
				counts[slot]++
			}
		}
	}
	return counts
}

// 10,000 tunnels at 1 s are 10 a millisecond: none may send over 30, from the
// first second on.
func TestSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const d = 4 * time.Second
		sent, begin, stats := runFor(t, newInstant(), fleet(10_000, time.Second), probe.Options{}, d+2*time.Millisecond)
		for ms, n := range sent.perSlot(begin, time.Millisecond, d) {
			if n > 30 {
				t.Errorf("%d sends in millisecond %d; want at most 30", n, ms)
			}
		}
		for i, times := range sent.sent {
			if n := len(times); n != 4 && (n != 5 || times[4].Sub(begin) < d) {
				t.Fatalf("tunnel %d sent %d times in 4 s; want 4", i, n)
			}
		}
		if stats.Sent < 40_000 || stats.LateSends != 0 || stats.Received != stats.Sent {
			t.Errorf("counters: %+v; want 40,000 sent, all answered, none late", stats)
		}
	})
}

// Smaller fleets send in turns that are worth a wake-up, but evenly: no tenth of
// a second has over twice its share.
func TestSpreadOfSmallFleets(t *testing.T) {
	for _, n := range []int{10, 100, 1000, 3000} {
		synctest.Test(t, func(t *testing.T) {
			const d = 3 * time.Second
			sent, begin, _ := runFor(t, newInstant(), fleet(n, time.Second), probe.Options{}, d)
			for slot, got := range sent.perSlot(begin, 100*time.Millisecond, d) {
				if share := n / 10; got > 2*share || got < share/2 {
					t.Errorf("%d tunnels: %d sends in tenth %d; want about %d", n, got, slot, share)
				}
			}
		})
	}
}

// A tunnel has the same place in its interval at each start, wherever it stands
// in the inventory.
func TestPhasesAreStable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tunnels := fleet(300, time.Second)
		phases := func() map[string]time.Duration {
			sent, begin, _ := runFor(t, newInstant(), tunnels, probe.Options{}, 2*time.Second)
			p := map[string]time.Duration{}
			for i := range tunnels {
				p[tunnels[i].Name] = sent.sent[i][0].Sub(begin)
			}
			return p
		}
		first := phases()
		time.Sleep(1234567 * time.Microsecond)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(tunnels), func(i, j int) { tunnels[i], tunnels[j] = tunnels[j], tunnels[i] })
		for name, p := range phases() {
			if p != first[name] {
				t.Errorf("tunnel %s: first sent after %v, then after %v", name, first[name], p)
			}
		}
	})
}

// First contact: every tunnel is tried within about a second, evenly, and its
// second keepalive is not sooner than an interval.
func TestFirstContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, interval = 2000, 10 * time.Second
		sent, begin, _ := runFor(t, newInstant(), fleet(n, interval), probe.Options{}, 31*time.Second)
		var firsts []time.Duration
		for i, times := range sent.sent {
			firsts = append(firsts, times[0].Sub(begin))
			if gap := times[1].Sub(times[0]); gap < interval || gap > 2*interval {
				t.Errorf("tunnel %d: second keepalive after %v; want %v or a little more", i, gap, interval)
			}
			if gap := times[2].Sub(times[1]) - interval; gap.Abs() > 10*time.Millisecond {
				t.Errorf("tunnel %d: third keepalive %v off", i, gap)
			}
		}
		for s, got := range sent.perSlot(begin, time.Second, 30*time.Second) {
			if s >= 10 && (got < n/10*9/10 || got > n/10*11/10) {
				t.Errorf("%d sends in second %d; want %d: the first contact's crowd must not stay", got, s, n/10)
			}
		}
		slices.Sort(firsts)
		if last := firsts[n-1]; last > 1050*time.Millisecond {
			t.Errorf("the last first contact was after %v; want about 1 s", last)
		}
		if median := firsts[n/2]; median < 400*time.Millisecond || median > 600*time.Millisecond {
			t.Errorf("half of the first contacts within %v; want about 0.5 s", median)
		}
	})
}

// Over a simulated hour the nth keepalive is sent n intervals after the first, to
// within a turn: without a grid a millisecond, else the grid's 10.
func TestNoDrift(t *testing.T) {
	for name, c := range map[string]struct {
		intervals []time.Duration
		turn      time.Duration
	}{
		"sparse":    {[]time.Duration{time.Second, 7 * time.Second, 777 * time.Millisecond, 10 * time.Second}, time.Millisecond},
		"on a grid": {slices.Repeat([]time.Duration{100 * time.Millisecond, 333 * time.Millisecond, 777 * time.Millisecond}, 12), 10 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tunnels := fleet(len(c.intervals), time.Second)
				for i := range tunnels {
					tunnels[i].Interval = c.intervals[i]
				}
				sent, _, stats := runFor(t, newInstant(), tunnels, probe.Options{}, time.Hour)
				if stats.LateSends != 0 {
					t.Errorf("%d late sends", stats.LateSends)
				}
				for i, times := range sent.sent {
					keepsTime(t, i, times[1:], c.intervals[i], c.turn)
				}
			})
		})
	}
}

// keepsTime checks that the times stand at intervals, none off by a turn or more.
func keepsTime(t *testing.T, tunnel int, times []time.Time, interval, turn time.Duration) {
	t.Helper()
	if want := int(time.Hour/interval) - 2; len(times) < want {
		t.Errorf("tunnel %d: %d sent; want %d", tunnel, len(times), want)
	}
	for n, at := range times {
		if off := at.Sub(times[0]) - time.Duration(n)*interval; off.Abs() > turn {
			t.Fatalf("tunnel %d: keepalive %d is %v off", tunnel, n, off)
		}
	}
}
