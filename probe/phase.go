package probe

import (
	"cmp"
	"slices"
	"time"

	"github.com/dchest/siphash"
)

// firstContact is the time within which every tunnel's first keepalive is sent,
// however long its interval, unless the rate's limit stretches it.
const firstContact = time.Second

// phases spreads the tunnels evenly over their intervals: those of one interval
// stand at equal distances, in the order of a hash of their names that is the
// same at each start, so that the tunnels of one hub or site do not stand
// together. The hash also says where the first of them stands, so that those of
// different intervals do not stand together either.
//
// Their places are on the lines of the grid of turns, gap apart, if there is one:
// elsewhere each would wait for its turn, and its line go down late by as much.
func phases(tunnels []Tunnel, gap time.Duration) []time.Duration {
	order, hashes := shuffled(len(tunnels), byName(tunnels))
	p := make([]time.Duration, len(tunnels))
	for len(order) > 0 {
		interval := tunnels[order[0]].Interval
		n := 1
		for n < len(order) && tunnels[order[n]].Interval == interval {
			n++
		}
		offset := float64(hashes[order[0]]>>11) / (1 << 53) // 0 … 1
		for rank, i := range order[:n] {
			p[i] = time.Duration((float64(rank) + offset) / float64(n) * float64(interval)).Truncate(gap)
		}
		order = order[n:]
	}
	return p
}

// Order returns the numbers 0 … n-1 of tunnels in the order in which they are
// probed, those of one interval together. Given to [New] in this order, what is due
// together lies together in memory, which counts with many tunnels (fleet's
// BenchmarkRecord).
func Order(n int, tunnel func(i int) (name string, interval time.Duration)) []int32 {
	order, _ := shuffled(n, tunnel)
	return order
}

func byName(tunnels []Tunnel) func(int) (string, time.Duration) {
	return func(i int) (string, time.Duration) { return tunnels[i].Name, tunnels[i].Interval }
}

// shuffled returns the tunnels' places by interval, then by the hash of the
// name, and the hashes; equal ones keep the order in which they were given.
func shuffled(n int, tunnel func(i int) (string, time.Duration)) (order []int32, hashes []uint64) {
	hashes, order = make([]uint64, n), make([]int32, n)
	intervals := make([]time.Duration, n)
	for i := range order {
		var name string
		name, intervals[i] = tunnel(i)
		hashes[i] = siphash.Hash(0, 0, []byte(name))
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(intervals[a], intervals[b]), cmp.Compare(hashes[a], hashes[b]))
	})
	return order, hashes
}

// longestSweep is the longest interval (R8): a first contact at which nothing is
// early.
const longestSweep = 32767 * time.Second

// sweep is the time that the first contact with so many tunnels takes: so long that
// maxRate packets a second are not exceeded, of which others need some.
func sweep(tunnels int, maxRate int, others float64) time.Duration {
	if maxRate <= 0 {
		return firstContact
	}
	left := max(float64(maxRate)-others, 0)
	seconds := min(float64(tunnels)/left, longestSweep.Seconds()) // NaN: none of none
	if !(seconds > firstContact.Seconds()) {
		return firstContact
	}
	return time.Duration(seconds * float64(time.Second))
}

// firstSend is when a tunnel with the given place in its interval is first
// probed: at that place in the sweep if its interval is longer than that. Its
// second keepalive follows at phase + interval: not sooner than an interval.
func firstSend(phase, interval, sweep time.Duration) time.Duration {
	if interval <= sweep {
		return phase
	}
	return time.Duration(float64(phase) * float64(sweep) / float64(interval))
}
