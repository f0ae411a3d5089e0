package advise

import (
	"fmt"
	"net/netip"
)

// rule is one of the reference's rules over one tunnel. check tells whether the
// tunnel breaks it, what happens then, and what would be right.
type rule struct {
	name     string
	severity Severity
	check    func(ends) (message, fix string, hit bool)
}

// rules are in the order of their numbers. R15 is a warning: a Linux far end
// without a fixed remote address answers all the same (seen in the lab, "mgre").
var rules = []rule{
	{"R13", Info, oneSided},
	{"R15", Warning, multipoint},
	{"R16", Error, differentVRFs},
	{"R17", Error, unicastRPF},
	{"R18", Error, accessList},
	{"R19", Error, ipsecKinds},
}

// otherProbe is R20's second way out.
const otherProbe = `probe = "icmp" (R20)`

// oneSided is R13: no reason for this end to be down, since timers are independent (R12).
func oneSided(e ends) (message, fix string, hit bool) {
	return "the far end sends no keepalives of its own: only this end notices a failure, and the far end goes on sending into the black hole",
		"configure `keepalive` on the far end's tunnel interface too, unless its direction does not matter (R14)",
		e.peer.KeepaliveInterval == 0
}

// multipoint is R15.
func multipoint(e ends) (message, fix string, hit bool) {
	return "the far end is multipoint GRE, where keepalives have no effect: they are for point-to-point tunnels",
		"make the far end point-to-point (`tunnel mode gre ip` with a `tunnel destination`), or use " + otherProbe,
		e.peer.Multipoint
}

// differentVRFs is R16.
func differentVRFs(e ends) (message, fix string, hit bool) {
	front, inside := vrf(e.peer.FrontVRF), vrf(e.peer.InsideVRF)
	return fmt.Sprintf("the keepalive arrives at the far end in %s (`tunnel vrf`), its answer is forwarded in %s (`vrf forwarding`), and never leaves",
			front, inside),
		fmt.Sprintf("put both in one VRF there, or leak a route to %s into %s, or use %s", home(e), inside, otherProbe),
		e.peer.FrontVRF != e.peer.InsideVRF
}

func vrf(name string) string {
	if name == "" {
		return "the global table"
	}
	return fmt.Sprintf("VRF %q", name)
}

// unicastRPF is R17. Anything but off is a mode that drops.
func unicastRPF(e ends) (message, fix string, hit bool) {
	return fmt.Sprintf("unicast RPF (%s) on the far end's tunnel interface drops the answer: its source is the far end's own %v, and the route to that is not through the tunnel",
			e.peer.URPF, e.tunnel.Destination),
		"remove `ip verify unicast` from the far end's tunnel interface (on Linux: rp_filter = 0, both of that interface and of `all`)",
		e.peer.URPF != "" && e.peer.URPF != "off"
}

// accessList is R18. The list sees the answer as it comes out of the tunnel, so
// source and destination are those of the far end's own configuration.
func accessList(e ends) (message, fix string, hit bool) {
	return "the inbound access list of the far end's tunnel interface does not permit the answer",
		fmt.Sprintf("add there: `access-list <number> permit gre host %v host %v`", e.tunnel.Destination, home(e)),
		!e.peer.ACLPermitsGRE
}

// home is the address to which answers go.
func home(e ends) netip.Addr {
	if e.tunnel.ReplyTo.IsValid() {
		return e.tunnel.ReplyTo
	}
	return e.tunnel.Source
}
