package fleet

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

// storm is the line changes of a fleet, each tunnel at its place in 10 s, with
// what the store knows before: answers up to a second before each failed.
func storm(b *testing.B, inv *Inventory, apart time.Duration) (*Store, []probe.Event) {
	b.Helper()
	s := NewStore(inv, epoch)
	var changes []probe.Event
	for i := range s.rows {
		failed := at(100).Add(time.Duration(i) * apart)
		last := failed.Add(-time.Duration(i%1000) * 10 * ms)
		s.Record([]probe.Event{
			{Kind: probe.Sent, Tunnel: int32(i), Seq: 1, Counter: 1, At: last},
			{Kind: probe.Line, Tunnel: int32(i), From: session.Pending, To: session.Up, At: last},
			{Kind: probe.Answered, Tunnel: int32(i), Seq: 1, At: last, RTT: ms},
			{Kind: probe.Sent, Tunnel: int32(i), Seq: 2, Counter: 3, At: last.Add(30 * time.Second)},
		})
		changes = append(changes, probe.Event{
			Kind: probe.Line, Tunnel: int32(i), From: session.Up, To: session.Down, Counter: 3, At: last.Add(40 * time.Second),
		})
	}
	slices.SortFunc(changes, func(a, b probe.Event) int { return a.At.Compare(b.At) })
	return s, changes
}

// BenchmarkStorm is what a line change costs in all as 10,000 tunnels go down,
// and the longest that the engine waits for one.
func BenchmarkStorm(b *testing.B) {
	hub := func(tunnels, hubs int) *Inventory {
		inv := fleetOf(slices.Repeat([]int{tunnels / hubs}, hubs)...)
		return paced(inv, 10*time.Second, 3)
	}
	for _, bb := range []struct {
		name  string
		inv   *Inventory
		apart time.Duration // how far apart the tunnels fail
	}{
		{"one hub", hub(10_000, 1), 0},
		{"all of 20 hubs", hub(10_000, 20), 0},
		{"all of 2000 hubs", hub(10_000, 2000), 0},
		{"alone, in 100 s", shuffled(hub(10_000, 20)), 10 * ms},
		{"alone, in 1000 s", shuffled(hub(10_000, 20)), 100 * ms},
		{"hub after hub", hub(10_000, 20), 10 * ms},
	} {
		b.Run(bb.name, func(b *testing.B) { benchStorm(b, bb.inv, bb.apart) })
	}
}

// shuffled mixes the tunnels, so that neighbours have nothing in common.
func shuffled(inv *Inventory) *Inventory {
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(inv.Tunnels), func(i, j int) {
		inv.Tunnels[i], inv.Tunnels[j] = inv.Tunnels[j], inv.Tunnels[i]
	})
	return inv
}

func benchStorm(b *testing.B, inv *Inventory, apart time.Duration) {
	var total, longest time.Duration
	rounds := 0
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		s, changes := storm(b, inv, apart)
		b.StartTimer()
		for i := range changes {
			start := time.Now()
			s.Record(changes[i : i+1])
			took := time.Since(start)
			total += took
			longest = max(longest, took)
		}
		rounds++
		b.ReportMetric(float64(s.incidents.last), "incidents")
	}
	b.ReportMetric(float64(total.Nanoseconds())/float64(rounds*len(inv.Tunnels)), "ns/change")
	b.ReportMetric(float64(longest.Microseconds()), "longest-us")
}
