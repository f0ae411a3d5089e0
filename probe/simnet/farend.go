package simnet

import (
	"net/netip"
	"sync"
	"time"
)

// Tunnel is one GRE tunnel as a far end has it configured. What arrives must
// have exactly its options on the outer GRE header; the inner one does not
// matter.
type Tunnel struct {
	Remote             netip.Addr // invalid: any, as a multipoint tunnel
	Key                uint32     // RFC 2890, where HasKey
	HasKey             bool
	Checksum, Sequence bool
}

// FarEnd decides what one far end does with each packet. It behaves as the lab's
// Linux kernel was seen to (lab/README.md, "Measured on this kernel"), and needs
// no network: whoever has packets, from a [Net] or a raw socket, can ask it. Its
// methods may be called from any goroutine.
type FarEnd struct {
	address addr

	mu      sync.Mutex // guards the rest
	conduct conduct
	tunnels []tunnel
	router  addr // sends the errors about a host that is not there
	id      uint16
	errors  limiter
	settle  func() // lets happen what was to happen before a change; nil: nothing
}

// tunnel is a Tunnel and the state of its receiving side.
type tunnel struct {
	Tunnel
	next uint32 // least sequence number that is taken; 0: any
}

// Lab returns the far end of tunnel number (from 1) as lab/up sets it up for a
// scenario: a tunnel from local to remote with the scenario's options, whose key
// is 1000 plus number. It fails for an unknown scenario and for addresses that
// are not IPv4.
func Lab(s Scenario, number int, local, remote netip.Addr) (*FarEnd, error) {
	_, t, err := s.find()
	if err != nil {
		return nil, err
	}
	if t.HasKey {
		t.Key = 1000 + uint32(number)
	}
	if s != Multipoint {
		t.Remote = remote
	}
	return NewFarEnd(local, s, t)
}

// NewFarEnd returns a far end with the given address and tunnels, which does
// what the scenario says. It fails as [Lab] does.
func NewFarEnd(local netip.Addr, s Scenario, tunnels ...Tunnel) (*FarEnd, error) {
	address, err := toAddr(local)
	if err != nil {
		return nil, err
	}
	f := &FarEnd{address: address, router: address}
	if err := f.SetTunnels(tunnels...); err != nil {
		return nil, err
	}
	return f, f.SetScenario(s)
}

// Address returns the far end's address.
func (f *FarEnd) Address() netip.Addr { return netip.AddrFrom4(f.address) }

// SetScenario changes what the far end does from now on. Its tunnels stay. It
// fails for an unknown scenario.
func (f *FarEnd) SetScenario(s Scenario) error {
	c, _, err := s.find()
	if err == nil {
		f.change(func() { f.conduct = c })
	}
	return err
}

// SetTunnels replaces the tunnels; the new ones have seen no sequence number. It
// fails where a remote is an address other than IPv4.
func (f *FarEnd) SetTunnels(tunnels ...Tunnel) error {
	own := make([]tunnel, len(tunnels))
	for i, t := range tunnels {
		if t.Remote.IsValid() {
			remote, err := toAddr(t.Remote)
			if err != nil {
				return err
			}
			t.Remote = netip.AddrFrom4(remote)
		}
		own[i].Tunnel = t
	}
	f.change(func() { f.tunnels = own })
	return nil
}

// SetRouter names the router that speaks for the far end in scenario [NoHost].
// Without it, the errors have the far end's own address. It fails for an address
// that is not IPv4.
func (f *FarEnd) SetRouter(router netip.Addr) error {
	a, err := toAddr(router)
	if err == nil {
		f.change(func() { f.router = a })
	}
	return err
}

// change applies do once all that was due before has happened.
func (f *FarEnd) change(do func()) {
	f.mu.Lock()
	settle := f.settle
	f.mu.Unlock()
	if settle != nil {
		settle()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// Handle appends to b what the far end sends because of packet, which arrives at
// now: the answer revealed by decapsulation, an echo reply, an ICMP error, or
// nothing at all. It keeps no reference to packet.
func (f *FarEnd) Handle(b, packet []byte, now time.Time) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	ip, ok := readIPv4(packet)
	switch {
	case !ok || f.conduct == off || ip.destination() != f.address:
		return b
	case f.conduct == absent:
		return f.complain(b, f.router, ip, hostUnreachable, now)
	case ip.fragment():
		return b // Linux would wait for the rest
	case ip.protocol() == protocolICMP:
		return f.echo(b, ip)
	case ip.protocol() == protocolGRE:
		return f.gre(b, ip, now)
	}
	return f.complain(b, f.address, ip, protocolUnreachable, now)
}

// nextID is the identification of the next packet that the far end makes.
func (f *FarEnd) nextID() uint16 {
	f.id++
	return f.id
}
