package main

import (
	"net/netip"
	"time"

	"greylag/fleet"
	"greylag/probe/simnet"
)

// The demo's addresses. The far ends' exist nowhere but in the demo's network.
var (
	demoHubs = []fleet.Hub{
		{Name: "fra1", Source: netip.MustParseAddr("192.0.2.10"), IPsec: fleet.IPsecNone},
		{Name: "iad1", Source: netip.MustParseAddr("192.0.2.11"), IPsec: fleet.IPsecNone},
	}
	demoOwnSource = netip.MustParseAddr("192.0.2.12") // of one tunnel
	demoFarEnds   = netip.MustParsePrefix("10.64.0.0/10")
)

// demoSources are all addresses of this end.
func demoSources() []netip.Addr {
	return []netip.Addr{demoHubs[0].Source, demoHubs[1].Source, demoOwnSource}
}

const (
	demoInterval = time.Second
	demoRetries  = 3
	// lossyRetries keep the lossy tunnel degraded instead of down.
	lossyRetries = 6
	// backupDetour is how much longer each backup's round trip is than that of
	// the path before it.
	backupDetour = 20 * time.Millisecond
)

// farSide is what is at the other end of one tunnel, and on the way to it.
type farSide struct {
	conduct simnet.Scenario
	rtt     time.Duration
	loss    float64       // ratio, on the way there
	speaks  time.Duration // between its own keepalives; 0: none
}

// demoFleet is the demo's inventory, and the far side of each of its tunnels.
type demoFleet struct {
	inv      *fleet.Inventory
	farSides []farSide // as inv.Tunnels
}

// newDemoFleet makes a fleet of n tunnels. The same n gives the same fleet.
func newDemoFleet(n int) *demoFleet {
	f := &demoFleet{inv: &fleet.Inventory{
		Engine: fleet.EngineOptions{Reflect: true, MaxRate: 50_000},
		Hubs:   demoHubs,
	}}
	for place := 0; len(f.inv.Tunnels) < n; place++ {
		s := siteAt(place)
		f.inv.Spokes = append(f.inv.Spokes, fleet.Spoke{Name: s.city})
		for rank := 1; rank <= s.paths && len(f.inv.Tunnels) < n; rank++ {
			f.inv.Tunnels = append(f.inv.Tunnels, s.tunnel(place, rank))
			f.farSides = append(f.farSides, s.farSide(rank))
		}
	}
	return f
}

// find returns the position of the tunnel with that name, or -1.
func (f *demoFleet) find(name string) int {
	for i := range f.inv.Tunnels {
		if f.inv.Tunnels[i].Name == name {
			return i
		}
	}
	return -1
}

// tunnel is the site's tunnel of that rank. Each provider, one a rank, has a
// /16 for its far ends.
func (s *site) tunnel(place, rank int) fleet.Tunnel {
	hub := demoHubs[(place+rank-1)%len(demoHubs)]
	number := place + 1
	t := fleet.Tunnel{
		Name: hub.Name + "-" + s.city, Hub: hub.Name, Spoke: s.city, Rank: rank,
		Tags: []string{s.region}, Enabled: true,
		Source:      hub.Source,
		Destination: netip.AddrFrom4([4]byte{10, byte(63 + rank), byte(number >> 8), byte(number)}),
		TTL:         255, TOS: 192,
		Probe: fleet.Keepalive, Interval: demoInterval, Retries: demoRetries, UpAfter: 1,
		Payload: fleet.Bare, Match: fleet.MatchID,
		DegradedLoss: 0.05, DegradedRTT: 250 * time.Millisecond,
	}
	switch rank {
	case 1:
		s.primary(&t)
	case 3:
		// Another provider's line, with no tunnel through it (R20).
		t.Name, t.Hub, t.Probe = "lte-"+s.city, "", fleet.Echo
		t.Tags = append(t.Tags, "lte")
		t.Enabled = !s.spare
		return t
	}
	dress(&t, place)
	return t
}

// primary adds what only a site's first tunnel has.
func (s *site) primary(t *fleet.Tunnel) {
	if s.loss > 0 {
		t.Retries, t.DegradedLoss = lossyRetries, 0.02
	}
	if s.ownSource {
		t.Source = demoOwnSource
	}
	switch {
	case s.conduct == simnet.URPF:
		t.Peer = &fleet.Peer{URPF: "strict", IPsec: fleet.IPsecNone, ACLPermitsGRE: true}
	case s.speaks > 0:
		t.Peer = &fleet.Peer{URPF: "off", IPsec: fleet.IPsecNone, ACLPermitsGRE: true,
			KeepaliveInterval: s.speaks, KeepaliveRetries: demoRetries}
	}
}

// dress gives some tunnels options: a key, a checksum, a sequence number
// (RFC 2784, RFC 2890), a signed payload.
func dress(t *fleet.Tunnel, place int) {
	switch place % 8 {
	case 1:
		t.HasKey = true
	case 2:
		t.Checksum = true
	case 4:
		t.Sequence = true
	case 6:
		t.Payload = fleet.Signed
	case 7:
		t.HasKey, t.Checksum = true, true
	}
	if t.HasKey {
		t.Key = uint32(1000 + place + 1)
	}
}

func (s *site) farSide(rank int) farSide {
	f := farSide{conduct: simnet.Plain, rtt: s.rtt + time.Duration(rank-1)*backupDetour}
	if rank > 1 {
		return f
	}
	if s.conduct != "" {
		f.conduct = s.conduct
	}
	f.loss, f.speaks = s.loss, s.speaks
	return f
}
