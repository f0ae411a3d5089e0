package main

import (
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/probe"
	"greylag/probe/gre"
	"greylag/probe/rawsock"
	"greylag/probe/simnet"
)

// simSoakIntervals are the fleet's, and how many tunnels there are of each; every other
// one is steady.
var simSoakIntervals = []struct {
	interval time.Duration
	tunnels  int
}{
	{100 * time.Millisecond, 2},
	{time.Second, 4},
	{1234567 * time.Microsecond, 2},
	{5 * time.Second, 6},
	{10 * time.Second, 10},
	{time.Minute, 8},
	{time.Hour, 4},
	{32767 * time.Second, 2},
}

const (
	// Round trip of a steady way.
	steadyOut, steadyBack = 10 * time.Millisecond, 15 * time.Millisecond
	// speaks is between keepalives of one far end's own.
	simSoakSpeaks = 10 * time.Second
)

// simSoakNet is the network of a simulated soak: it counts, for each tunnel, what
// it carried out and what it handed to this host.
type simSoakNet struct {
	simNetwork
	inv  *fleet.Inventory
	ways []simSoakWay // as inv.Tunnels
	conn *simnet.Conn // of the engine

	mu sync.Mutex // guards the counts
	of map[[4]byte]*simSoakCount
}

// simSoakWay is the way to one far end, and back.
type simSoakWay struct {
	out, back *simnet.Path
	steady    bool // its weather is always good
}

// simSoakCount is what the network counted of one tunnel.
type simSoakCount struct {
	echo         bool
	interval     time.Duration
	sent, handed uint64
	first, last  time.Time     // of those sent; the first is early
	least, most  time.Duration // of how far from a whole number of intervals after first
}

func newSimSoakNet(t *testing.T, c simSoakCase) *simSoakNet {
	t.Helper()
	net := simnet.New(6)
	source := netip.MustParseAddr("192.0.2.10")
	host, err := net.Host(source)
	soakDo(t, err)
	n := &simSoakNet{simNetwork: simNetwork{host}, of: map[[4]byte]*simSoakCount{}, inv: &fleet.Inventory{
		Engine: fleet.EngineOptions{Reflect: true, MaxRate: 50_000},
		Hubs:   []fleet.Hub{{Name: "hub0", Source: source}, {Name: "hub1", Source: source}},
	}}
	for _, kind := range simSoakIntervals {
		if kind.interval < c.fastest {
			continue
		}
		for i := range kind.tunnels * c.copies {
			n.lay(t, net, source, kind.interval, i%2 == 0)
		}
	}
	net.Tap(n.tap)
	o, err := simnet.NewOrigin(gre.Spec{Source: n.inv.Tunnels[0].Destination, Destination: source, TTL: 255, TOS: 192})
	soakDo(t, err)
	net.Originate(o, simSoakSpeaks)
	return n
}

// lay adds a tunnel, every sixth with other options.
func (n *simSoakNet) lay(t *testing.T, net *simnet.Net, source netip.Addr, interval time.Duration, steady bool) {
	t.Helper()
	i := len(n.inv.Tunnels)
	tunnel := fleet.Tunnel{
		Name: fmt.Sprintf("t%d", i), Hub: fmt.Sprintf("hub%d", i%2), Spoke: fmt.Sprintf("s%d", i/2), Rank: i%2 + 1, Enabled: true,
		Source: source, Destination: netip.AddrFrom4([4]byte{10, 64, byte(i >> 8), byte(i)}),
		TTL: 255, TOS: 192, Probe: fleet.Keepalive, Interval: interval, Retries: 3 + i%3, UpAfter: uint8(1 + i%2),
		Payload: fleet.Bare, Match: fleet.MatchID, DegradedLoss: 0.05, DegradedRTT: time.Second,
	}
	if i%2 == 0 {
		n.inv.Spokes = append(n.inv.Spokes, fleet.Spoke{Name: tunnel.Spoke})
	}
	switch i % 6 {
	case 1:
		tunnel.Payload = fleet.Signed
	case 2:
		tunnel.Probe = fleet.Echo
	case 3:
		tunnel.HasKey, tunnel.Key, tunnel.Checksum = true, uint32(i), true
	case 4:
		tunnel.Sequence = true
	}
	end, err := simnet.NewFarEnd(tunnel.Destination, simnet.Plain, simnet.Tunnel{
		Remote: source, Key: tunnel.Key, HasKey: tunnel.HasKey, Checksum: tunnel.Checksum, Sequence: tunnel.Sequence,
	})
	soakDo(t, err)
	soakDo(t, net.Add(end))
	out, err := net.Path(source, tunnel.Destination)
	soakDo(t, err)
	back, err := net.Path(tunnel.Destination, source)
	soakDo(t, err)
	out.Set(simnet.Impairment{Delay: steadyOut})
	back.Set(simnet.Impairment{Delay: steadyBack})
	n.ways = append(n.ways, simSoakWay{out, back, steady})
	n.of[tunnel.Destination.As4()] = &simSoakCount{echo: tunnel.Probe == fleet.Echo, interval: interval}
	n.inv.Tunnels = append(n.inv.Tunnels, tunnel)
}

// engineConn implements network: its Conn counts.
func (n *simSoakNet) engineConn(o rawsock.Options) (engineConn, error) {
	c, err := n.simNetwork.engineConn(o)
	if err != nil {
		return nil, err
	}
	n.conn = c.(simConn).Conn
	n.conn.SetReceiveBuffer(1 << 20)
	return &simSoakConn{c, n}, nil
}

type simSoakConn struct {
	engineConn
	net *simSoakNet
}

var _ probe.Conn = (*simSoakConn)(nil)

// Receive implements probe.Conn.
func (c *simSoakConn) Receive(handle func(packet []byte, at time.Time)) (more bool, err error) {
	return c.engineConn.Receive(func(packet []byte, at time.Time) {
		c.net.mu.Lock()
		c.net.of[[4]byte(packet[12:])].handed++
		c.net.mu.Unlock()
		handle(packet, at)
	})
}

// tap counts keepalives as they are sent, and where in its interval each is.
// Echoes that ask why answers are missing do not count.
func (n *simSoakNet) tap(packet []byte, at time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.of[[4]byte(packet[16:])]
	if c == nil || c.echo != (packet[9] == 1) || c.isAnswer(packet) {
		return
	}
	c.sent++
	c.note(at)
}

// isAnswer tells whether a GRE packet answers the far end's own keepalive.
func (c *simSoakCount) isAnswer(packet []byte) bool {
	return !c.echo && packet[22] == 0 && packet[23] == 0
}

// note compares with the second keepalive, the first at its place.
func (c *simSoakCount) note(at time.Time) {
	switch c.sent {
	case 1:
		return
	case 2:
		c.first = at
	}
	c.last = at
	since := at.Sub(c.first)
	off := since - since.Round(c.interval)
	c.least, c.most = min(c.least, off), max(c.most, off)
}

// strayed is how many more were sent than handed.
func (n *simSoakNet) strayed() (lost uint64) {
	for _, c := range n.of {
		lost += c.sent - min(c.handed, c.sent)
	}
	return lost
}
