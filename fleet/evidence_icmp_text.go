package fleet

import (
	"fmt"
	"net/netip"
)

// refusalText says what an ICMP error of that kind from that sender means for
// the tunnel, and what to do.
func (t *Tunnel) refusalText(kind int, e icmpError, from netip.Addr) (text, fix string) {
	switch kind {
	case prohibited:
		return t.prohibitedText(e, from)
	case noTunnel:
		return t.noTunnelText(e)
	}
	text, fix = t.notReachedText(e, from)
	return e.String() + t.by(from) + ": " + text, fix
}

// by names the sender of an error.
func (t *Tunnel) by(from netip.Addr) string {
	switch {
	case !from.IsValid():
		return ""
	case from == t.Destination:
		return fmt.Sprintf(" by %s, the far end itself", from)
	case from == t.Source:
		return fmt.Sprintf(" by %s, this host itself", from)
	}
	return fmt.Sprintf(" by %s", from)
}

// probed is what the tunnel's packets are, as access lists call it.
func (t *Tunnel) probed() string {
	if t.Probe == Echo {
		return "ICMP echo"
	}
	return "GRE"
}

// prohibitedText is R18, wherever the list is.
func (t *Tunnel) prohibitedText(e icmpError, from netip.Addr) (text, fix string) {
	where := "an access list on the way or at the far end"
	switch from {
	case t.Destination:
		where = "an access list there"
	case t.Source:
		where = "a firewall rule here"
	}
	text = fmt.Sprintf("%s%s: %s does not permit %s", e, t.by(from), where, t.probed())
	switch {
	case e.code == 14 || e.code == 15:
		return text + fmt.Sprintf(" with TOS %d", t.TOS), "set tos = 0 for the tunnel"
	case t.Probe == Echo:
		return text, fmt.Sprintf("permit there: `permit icmp host %s host %s echo`", t.Source, t.Destination)
	}
	return text + " (R18)", fmt.Sprintf("permit there: `permit gre host %s host %s`", t.Source, t.Destination)
}

// noTunnelText tells the two ways apart in which the destination refuses.
func (t *Tunnel) noTunnelText(e icmpError) (text, fix string) {
	if e.code == 2 {
		return fmt.Sprintf("the far end has no GRE at all (ICMP %d/%d, protocol unreachable)", e.typ, e.code),
			"configure the tunnel there (on Linux `modprobe ip_gre` too), or look whether the destination is the right machine"
	}
	return fmt.Sprintf("the far end has GRE, but no tunnel for us: not configured, its interface down, or another key (ICMP %d/%d)", e.typ, e.code),
		fmt.Sprintf("look there: tunnel source %s, destination %s, %s, interface up (on Linux `ip -d link show type gre`); or a firewall's REJECT",
			t.Destination, t.Source, t.keyText())
}

func (t *Tunnel) keyText() string {
	if t.HasKey {
		return fmt.Sprintf("key %d", t.Key)
	}
	return "no key"
}

// notReachedText is for all that [ReasonUnreachable] stands for.
func (t *Tunnel) notReachedText(e icmpError, from netip.Addr) (text, fix string) {
	switch {
	case e.typ == timeExceeded && e.code == 0:
		return fmt.Sprintf("a routing loop on the way, or ttl = %d is too small", t.TTL),
			fmt.Sprintf("`traceroute %s`", t.Destination)
	case e.typ == timeExceeded:
		return "fragments got lost, and keepalives are too small to need any", t.wayThere()
	case e.typ == parameterProblem:
		return "it does not understand a header that any router sends; perhaps a device on the way changed it", t.wayThere()
	}
	return t.unreachableText(e.code, from)
}

// unreachableText is for type 3.
func (t *Tunnel) unreachableText(code uint8, from netip.Addr) (text, fix string) {
	switch code {
	case 4:
		return "keepalives are small and may be fragmented, so a hardly usable path, or no true error", t.wayThere()
	}
	if from == t.Source {
		return t.unreachableHereText(code)
	}
	switch code {
	case 2, 3:
		return t.refusedText()
	}
	if from == t.Destination {
		return "it forwards to somewhere that has no way on, as a NAT or a VRF there", "look at its translations and routes"
	}
	switch code {
	case 0, 6, 11:
		return fmt.Sprintf("no route to %s there", t.Destination), t.wayThere()
	case 1, 7, 12:
		return fmt.Sprintf("no route to %s there, or no ARP answer from it", t.Destination), t.wayThere()
	}
	return "it does not forward to " + t.Destination.String(), t.wayThere()
}

// unreachableHereText is for what this host's own kernel says.
func (t *Tunnel) unreachableHereText(code uint8) (text, fix string) {
	fix = fmt.Sprintf("look at `ip route get %s` and `ip neigh`", t.Destination)
	switch code {
	case 1, 7:
		return "its kernel gets no ARP answer from the next hop", fix
	case 2, 3:
		return "a firewall rule here rejects it", "look at `nft list ruleset`"
	}
	return "its kernel has no way to " + t.Destination.String(), fix
}

// refusedText is for the refusals of which nobody knows whether they are the
// destination's, and for its refusals of ICMP echo.
func (t *Tunnel) refusedText() (text, fix string) {
	if t.Probe == Echo {
		return "it refuses ICMP echo, as a firewall's REJECT does", "permit ICMP echo there"
	}
	return fmt.Sprintf("another address of %s, which then has no such tunnel, or a firewall on the way", t.Destination),
		fmt.Sprintf("look whose address it is: `traceroute %s`", t.Destination)
}

func (t *Tunnel) wayThere() string {
	return fmt.Sprintf("look at the route to %s there; `traceroute %s`", t.Destination, t.Destination)
}
