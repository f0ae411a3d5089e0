package vantage

import (
	"fmt"
	"testing"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// BenchmarkLook is a second of a reader of 10,000 tunnels, all of which each host has
// reported anew: what a look costs with one host and with three.
func BenchmarkLook(b *testing.B) {
	const tunnels = 10_000
	for _, hosts := range []int{1, 3} {
		b.Run(fmt.Sprintf("hosts=%d", hosts), func(b *testing.B) {
			var list []*host
			for i := range hosts {
				list = append(list, newHost(fmt.Sprintf("jump%d", i+1)))
			}
			s := setOf(list...)
			var changes *fleet.Changes
			version, second := uint64(0), 0.0
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				second++
				for _, h := range list {
					report(h, second, tunnels)
				}
				b.StartTimer()
				changes = s.Changes(at(second), version, changes)
				version = changes.Version
			}
		})
	}
}

func report(h *host, second float64, tunnels int) {
	for i := range tunnels {
		h.Apply(stream.Record{Tunnel: told(second, fmt.Sprintf("t%d", i), fleet.Up)}, at(second))
	}
	h.tells(second, "")
	h.Apply(stream.Record{Summary: &fleet.Summary{Time: at(second), Tunnels: map[fleet.State]int{fleet.Up: tunnels}}}, at(second))
}
