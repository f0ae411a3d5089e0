package hostcheck

import (
	"context"
	"fmt"
	"net/netip"
	"testing"

	"greylag/probe/netlab/netlabtest"
)

// Of 10,000 tunnels to as many destinations.
func BenchmarkRun(b *testing.B) {
	lab := netlabtest.Lab(b)
	must(b, lab.FarPrefix(netip.MustParsePrefix("198.18.0.0/15")))
	fleet := Fleet{ReceiveBuffer: 10_000 * 876}
	destination := netip.MustParseAddr("198.18.0.1")
	for i := range 10_000 {
		fleet.Tunnels = append(fleet.Tunnels, tunnel(fmt.Sprint(i), "192.0.2.1", destination.String()))
		destination = destination.Next()
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Run(context.Background(), fleet); err != nil {
			b.Fatal(err)
		}
	}
}
