//go:build linux

package hostcheck

import (
	"fmt"
	"net/netip"

	"greylag/probe"
	"greylag/probe/gre"
	"greylag/probe/hostcheck/netfilter"
)

const greModuleName = "ip_gre"

// greModule: who else on this host answers GRE. With ip_gre the kernel gives a
// packet to the tunnel device that it matches, beside us. Where there is none it
// tells the sender, by ICMP port unreachable, that there is no such tunnel, if
// the packet has at least [answeredFrom] octets behind its IP header (measured
// on Linux 6.1): every keepalive of a peer, but no bare answer.
func greModule(f *facts) []Finding {
	if !f.module {
		return one(OK, "not loaded: nothing but greylag answers GRE here", "", "")
	}
	var twice, contradicted []string
	for i := range f.Tunnels {
		t := &f.Tunnels[i]
		switch g := f.deviceOf(t); {
		case t.Echo:
		case g == nil && (f.Reflect || answerLen(t) >= answeredFrom):
			contradicted = append(contradicted, t.Name)
		case g != nil && g.answers && f.Reflect:
			twice = append(twice, t.Name)
		}
	}
	var list []Finding
	if len(f.Tunnels) == 0 || contradicted != nil {
		list = append(list, f.contradiction(contradicted))
	}
	if twice != nil {
		list = append(list, Finding{Level: Note, Found: "loaded, and the kernel's own tunnels answer keepalives: " + some(twice),
			Means: "the peer gets each answer twice", Do: "in the inventory's [engine] write: reflect = false"})
	}
	switch names := f.own(); {
	case list != nil:
		return list
	case names != nil:
		return one(OK, "loaded, and the kernel's tunnels take their packets too: "+some(names), "", "")
	}
	return one(OK, "loaded, and concerns no packet of this fleet", "", "")
}

// answeredFrom is the least length of a GRE packet, its header included, about
// which the kernel says that it has no such tunnel.
const answeredFrom = 12

// answerLen is the length of a tunnel's answers behind the IP header.
func answerLen(t *probe.Tunnel) int {
	n := gre.HeaderLen
	for _, has := range []bool{t.HasKey, t.Checksum, t.Sequence} {
		if has {
			n += gre.OptionLen
		}
	}
	if t.Signed {
		n += gre.SignedLen
	}
	return n
}

// deviceOf is the kernel's tunnel that takes this tunnel's packets; nil: none.
func (f *facts) deviceOf(t *probe.Tunnel) *greDevice {
	for i := range f.tunnels {
		g := &f.tunnels[i]
		if g.up && matches(g.local, t.Source) && matches(g.remote, t.Destination) && g.hasKey == t.HasKey && g.key == t.Key {
			return g
		}
	}
	return nil
}

func matches(end, address netip.Addr) bool { return end == address || end.IsUnspecified() }

// contradiction is the finding for packets that match no device of the kernel's.
func (f *facts) contradiction(names []string) Finding {
	unreachable := netfilter.Packet{
		Out: true, Protocol: netfilter.ICMP, Type: netfilter.Unreachable, Code: netfilter.PortUnreachable,
		Quoted: netfilter.GRE, State: netfilter.Related,
	}
	if f.rules.Send(&unreachable).Sure {
		return Finding{Level: OK, Found: "loaded, and a firewall rule keeps it from contradicting greylag"}
	}
	whose := ""
	if names != nil {
		whose = " for " + some(names)
	}
	return Finding{
		Level: Warning,
		Found: "loaded, without a tunnel device" + whose,
		Means: fmt.Sprintf("the kernel answers GRE of %d octets and more, such as a peer's keepalive, with ICMP port unreachable beside greylag's answer", answeredFrom),
		Do:    f.silence(),
	}
}

// silence is what to do about the kernel's answers: unload a module that nobody
// uses, or drop what it says.
func (f *facts) silence() string {
	if f.own() == nil {
		return "sudo modprobe -r ip_gre, if nothing else on this host needs it; otherwise: " + dropContradiction
	}
	return dropContradiction
}

// dropContradiction drops port unreachable about GRE alone: the octet at 136 bits
// is the protocol of the packet that it is about.
const dropContradiction = "sudo nft 'add table ip greylag; " +
	"add chain ip greylag output { type filter hook output priority 0; }; " +
	"add rule ip greylag output icmp type destination-unreachable icmp code port-unreachable @th,136,8 47 drop'"

// own are the names of the kernel's tunnels, but for the one that the module
// makes for itself.
func (f *facts) own() (names []string) {
	for _, g := range f.tunnels {
		if g.name != "gre0" {
			names = append(names, g.name)
		}
	}
	return names
}
