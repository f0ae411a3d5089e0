package ios

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"greylag/fleet"
)

// NearLines returns the configuration of a router that is this end of t: what
// greylag does from a host that is none. ipsec is this end's (R19). Lines that
// begin with ! are comments.
func NearLines(t *fleet.Tunnel, ipsec fleet.IPsec) []string {
	e := end{
		tunnel: t, source: t.Source, destination: t.Destination, answersTo: t.Destination, ipsec: ipsec,
		interval: t.Interval, retries: t.Retries,
	}
	if t.Probe == fleet.Echo {
		e.interval, e.retries = 0, 0
	}
	return e.lines()
}

// FarLines returns the configuration of a router at the far end of t, as far as
// t.Peer declares it.
func FarLines(t *fleet.Tunnel) []string {
	e := end{tunnel: t, source: t.Destination, destination: home(t), answersTo: home(t)}
	if p := t.Peer; p != nil {
		e.ipsec, e.multipoint = p.IPsec, p.Multipoint
		e.frontVRF, e.insideVRF = p.FrontVRF, p.InsideVRF
		e.interval, e.retries = p.KeepaliveInterval, p.KeepaliveRetries
	}
	return e.lines()
}

// home is where t's answers go, and what the far end knows this end by: behind NAT
// that is not t.Source.
func home(t *fleet.Tunnel) netip.Addr {
	if t.ReplyTo.IsValid() {
		return t.ReplyTo
	}
	return t.Source
}

// end is one end of a tunnel.
type end struct {
	tunnel              *fleet.Tunnel
	source, destination netip.Addr
	answersTo           netip.Addr // where it forwards the answers that it reveals
	ipsec               fleet.IPsec
	multipoint          bool
	frontVRF, insideVRF string
	interval            time.Duration // of its own keepalives; 0: none
	retries             int
}

// Numbers of the access lists that the lines need, out of those for extended ones.
const (
	keepaliveList = 118 // R18
	cryptoList    = 119 // R19
)

// lines are the end's configuration, in the order in which routers show it.
func (e *end) lines() []string {
	l := []string{"interface Tunnel0", " description " + e.tunnel.Name}
	l = appendIf(l, e.insideVRF != "", " vrf forwarding "+e.insideVRF)
	l = append(l,
		" ! or an address of the tunnel's own; Loopback0 stands for any interface with an address",
		" ip unnumbered Loopback0")
	l = append(l, e.keepalive()...)
	l = append(l, e.endpoints()...)
	l = append(l, e.options()...)
	l = appendIf(l, e.frontVRF != "", " tunnel vrf "+e.frontVRF)
	l = appendIf(l, e.ipsec == fleet.TunnelProtected,
		" ! with your own profile", " tunnel protection ipsec profile PROFILE")
	l = append(l, "!", "! Only if the tunnel has an inbound access list: before its deny (R18)",
		fmt.Sprintf("access-list %d permit gre host %v host %v", keepaliveList, e.source, e.answersTo))
	return append(l, e.cryptoMap()...)
}

// keepalive is the end's own, in whole seconds of 1 to 32767 (R8).
func (e *end) keepalive() []string {
	if e.interval <= 0 {
		return []string{" ! no keepalives of its own: it sends the other end's back without (R4)"}
	}
	seconds := min(max((e.interval+time.Second-1)/time.Second, 1), 32767)
	var l []string
	if seconds*time.Second != e.interval {
		l = append(l, fmt.Sprintf(" ! %v: a router counts in whole seconds (R8)", e.interval))
	}
	return append(l, fmt.Sprintf(" keepalive %d %d", seconds, e.retries))
}

// endpoints are source, destination and mode. A multipoint tunnel has no
// destination (R15).
func (e *end) endpoints() []string {
	l := []string{" tunnel source " + e.source.String()}
	if e.multipoint {
		return append(l, " tunnel mode gre multipoint")
	}
	return append(l, " tunnel destination "+e.destination.String(), " tunnel mode gre ip")
}

// options are those that both ends must have alike.
func (e *end) options() []string {
	t := e.tunnel
	var l []string
	l = appendIf(l, t.HasKey, " tunnel key "+strconv.FormatUint(uint64(t.Key), 10))
	l = appendIf(l, t.Checksum, " tunnel checksum")
	return appendIf(l, t.Sequence, " tunnel sequence-datagrams")
}

// cryptoMap is what IPsec needs on the physical interface, by which the forwarded
// answer leaves too (R19).
func (e *end) cryptoMap() []string {
	if e.ipsec != fleet.CryptoMap {
		return nil
	}
	return []string{
		"!", "! What the crypto map encrypts; it belongs on the physical interface, by which answers leave too (R19)",
		fmt.Sprintf("access-list %d permit gre host %v host %v", cryptoList, e.source, e.answersTo),
		"! with your own peer, transform set and interface:",
		"! crypto map MAP 10 ipsec-isakmp",
		fmt.Sprintf("!  match address %d", cryptoList),
		"! interface PHYSICAL",
		"!  crypto map MAP",
	}
}

func appendIf(l []string, is bool, more ...string) []string {
	if is {
		return append(l, more...)
	}
	return l
}
