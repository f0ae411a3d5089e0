package main

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"greylag/fleet"
)

func TestDemoFleetIsValid(t *testing.T) {
	for _, n := range []int{1, 2, 3, 24, 100, 10_000, mostDemoTunnels} {
		inv := newDemoFleet(n).inv
		if len(inv.Tunnels) != n {
			t.Errorf("%d tunnels asked for, got %d", n, len(inv.Tunnels))
		}
		names, destinations, ranks := map[string]bool{}, map[netip.Addr]bool{}, map[[2]any]bool{}
		hubs, spokes := map[string]bool{"": true, "fra1": true, "iad1": true}, map[string]bool{}
		for _, s := range inv.Spokes {
			if spokes[s.Name] || s.Name == "" {
				t.Errorf("n=%d: spoke %q is there twice or has no name", n, s.Name)
			}
			spokes[s.Name] = true
		}
		for _, tun := range inv.Tunnels {
			rank := [2]any{tun.Spoke, tun.Rank}
			if names[tun.Name] || destinations[tun.Destination] || ranks[rank] {
				t.Errorf("n=%d: %s: name, destination or rank of its spoke is there twice", n, tun.Name)
			}
			names[tun.Name], destinations[tun.Destination], ranks[rank] = true, true, true
			if !hubs[tun.Hub] || !spokes[tun.Spoke] || !demoFarEnds.Contains(tun.Destination) ||
				!slices.Contains(demoSources(), tun.Source) || tun.Interval != time.Second || tun.TTL != 255 || tun.TOS != 192 {
				t.Errorf("n=%d: %+v", n, tun)
			}
		}
	}
}

// The engine and the network have their own opinion of what is valid.
func TestDemoFleetsCanBeProbed(t *testing.T) {
	for _, n := range []int{1, 24, 2000} {
		net, err := newDemoNet(newDemoFleet(n))
		if err != nil {
			t.Fatal(err)
		}
		s, err := openStation(net.fleet.inv, stationOptions{network: simStage(net).network, reflect: true})
		if err != nil {
			t.Fatalf("n=%d: %v", n, err)
		}
		if s.reflector == nil {
			t.Error("the far ends' keepalives are not answered")
		}
	}
}

func TestDemoFleetHasWhatIsPromised(t *testing.T) {
	f := newDemoFleet(24)
	if got := len(f.inv.Hubs); got != 2 {
		t.Errorf("%d hubs, want 2", got)
	}
	ranks := map[string][]int{}
	for _, tun := range f.inv.Tunnels {
		ranks[tun.Spoke] = append(ranks[tun.Spoke], tun.Rank)
	}
	for spoke, want := range map[string][]int{
		"seoul": {1, 2}, "tokyo": {1, 2, 3}, "lima": {1, 2}, "cairo": {1, 2}, "oslo": {1}, "delhi": {1, 2},
		"nairobi": {1, 2}, "boston": {1, 2}, "sydney": {1, 2, 3}, "quito": {1, 2, 3}, "dakar": {1, 2},
	} {
		if !slices.Equal(ranks[spoke], want) {
			t.Errorf("%s has ranks %v, want %v", spoke, ranks[spoke], want)
		}
	}
	if len(ranks) != 11 {
		t.Errorf("%d spokes, want 11", len(ranks))
	}
	tunnel := func(name string) fleet.Tunnel { return f.inv.Tunnels[f.find(name)] }
	side := func(name string) farSide { return f.farSides[f.find(name)] }
	for what, ok := range map[string]bool{
		"seoul's primary and backup start at different hubs": tunnel("fra1-seoul").Rank == 1 && tunnel("iad1-seoul").Rank == 2,
		"cairo's far end drops answers":                      side("iad1-cairo").conduct == "urpf" && tunnel("iad1-cairo").Peer.URPF == "strict",
		"delhi's path is lossy":                              side("iad1-delhi").loss == 0.15 && tunnel("iad1-delhi").DegradedLoss == 0.02,
		"nairobi sends keepalives of its own":                side("fra1-nairobi").speaks == 2*time.Second,
		"boston has a source of its own":                     tunnel("iad1-boston").Source == netip.MustParseAddr("192.0.2.12"),
		"a third path is probed by ICMP":                     tunnel("lte-tokyo").Probe == fleet.Echo && tunnel("lte-tokyo").Hub == "",
		"one is disabled":                                    !tunnel("lte-quito").Enabled && tunnel("lte-tokyo").Enabled,
		"there is a key":                                     tunnel("iad1-tokyo").HasKey && tunnel("iad1-tokyo").Key == 1002,
		"there is a checksum":                                tunnel("fra1-lima").Checksum,
		"there is a sequence":                                tunnel("fra1-oslo").Sequence,
		"there is a signed payload":                          tunnel("fra1-nairobi").Payload == fleet.Signed,
		"addresses tell spoke and path":                      tunnel("iad1-lima").Destination == netip.MustParseAddr("10.65.0.3"),
		"tags tell the region":                               slices.Equal(tunnel("lte-tokyo").Tags, []string{"apac", "lte"}),
	} {
		if !ok {
			t.Errorf("not so: %s", what)
		}
	}
}

func TestDemoRoundTrips(t *testing.T) {
	for i, side := range newDemoFleet(10_000).farSides {
		if side.rtt < 5*time.Millisecond || side.rtt > 180*time.Millisecond {
			t.Fatalf("tunnel %d has a round trip of %v, want 5 to 180 ms", i, side.rtt)
		}
	}
}

func TestDemoNamesSites(t *testing.T) {
	for place, want := range map[int]string{0: "seoul", 10: "dakar", 11: "madrid", 30: "jakarta", 31: "site-0032"} {
		if got := siteAt(place).city; got != want {
			t.Errorf("site %d is %q, want %q", place, got, want)
		}
	}
	if siteAt(11).paths != 2 || siteAt(15).paths != 3 {
		t.Error("every fifth site behind the cast has a third path")
	}
}
