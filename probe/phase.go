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
// stand at equal distances, in the order of a hash of their names, so that the
// tunnels of one hub or site do not stand together.
func phases(tunnels []Tunnel) []time.Duration {
	byInterval := map[time.Duration][]int{}
	for i := range tunnels {
		d := tunnels[i].Interval
		byInterval[d] = append(byInterval[d], i)
	}
	p := make([]time.Duration, len(tunnels))
	for interval, members := range byInterval {
		shuffle(members, tunnels)
		for rank, i := range members {
			p[i] = time.Duration((float64(rank) + 0.5) / float64(len(members)) * float64(interval))
		}
	}
	return p
}

// shuffle orders members by a hash of their names that is the same at each
// start; equal hashes keep the inventory's order.
func shuffle(members []int, tunnels []Tunnel) {
	hashes := make(map[int]uint64, len(members))
	for _, i := range members {
		hashes[i] = siphash.Hash(0, 0, []byte(tunnels[i].Name))
	}
	slices.SortStableFunc(members, func(a, b int) int { return cmp.Compare(hashes[a], hashes[b]) })
}

// sweep is the time that the first contact with all tunnels takes: so long that
// maxRate packets a second are not exceeded.
func sweep(tunnels int, maxRate int) time.Duration {
	if maxRate <= 0 {
		return firstContact
	}
	return max(firstContact, time.Duration(float64(tunnels)/float64(maxRate)*float64(time.Second)))
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
