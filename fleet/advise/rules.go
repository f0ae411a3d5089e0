package advise

import (
	"fmt"
	"time"
)

// otherProbe is R20's second way out.
const otherProbe = `probe = "icmp" (R20)`

// subSecond is R8. What no router can have at all is no finding: the inventory
// does not take it.
func subSecond(e ends) *problem {
	if e.tunnel.Interval%time.Second == 0 {
		return nil
	}
	return &problem{
		message: fmt.Sprintf("an interval of %v is greylag's own: a router's `keepalive` takes whole seconds, 1 to 32767, and 1 to 255 retries", e.tunnel.Interval),
		fix:     fmt.Sprintf(`nothing, or interval = "%ds" to see the tunnel as a router would`, (e.tunnel.Interval+time.Second-1)/time.Second),
	}
}

// oneSided is R13: no reason for this end to be down, since timers are independent (R12).
func oneSided(e ends) *problem {
	if e.farOriginates() {
		return nil
	}
	fix := "configure `keepalive` on the far end's tunnel interface too, unless its direction does not matter (R14)"
	if !e.farCouldOriginate() {
		fix = "on the far end a routing protocol over the tunnel, or an SLA probe (R20): answers to its own keepalives could not come back"
	}
	return &problem{
		message: "the far end sends no keepalives of its own: only this end notices a failure, and the far end goes on sending into the black hole",
		fix:     fix,
	}
}

// farCouldOriginate tells whether answers to the far end's own keepalives could
// come back, as far as is declared.
func (e ends) farCouldOriginate() bool {
	_, fails := ipsecFailures[protection{reflects: e.near, originates: e.peer.IPsec}]
	return !fails && !e.peer.Multipoint
}

// multipoint is R15.
func multipoint(e ends) *problem {
	if !e.peer.Multipoint {
		return nil
	}
	return &problem{
		message: "the far end is multipoint GRE, where keepalives have no effect: they are for point-to-point tunnels",
		fix:     "make the far end point-to-point (`tunnel mode gre ip` with a `tunnel destination`), or use " + otherProbe,
	}
}

// differentVRFs is R16.
func differentVRFs(e ends) *problem {
	if e.peer.FrontVRF == e.peer.InsideVRF {
		return nil
	}
	front, inside := vrf(e.peer.FrontVRF), vrf(e.peer.InsideVRF)
	return &problem{
		message: fmt.Sprintf("the keepalive arrives at the far end in %s (`tunnel vrf`), its answer is forwarded in %s (`vrf forwarding`), and never leaves",
			front, inside),
		fix: fmt.Sprintf("put both in one VRF there, or leak a route to %s into %s, or use %s", e.home(), inside, otherProbe),
	}
}

func vrf(name string) string {
	if name == "" {
		return "the global table"
	}
	return fmt.Sprintf("VRF %q", name)
}

// unicastRPF is R17. Anything but off is a mode that drops.
func unicastRPF(e ends) *problem {
	if e.peer.URPF == "" || e.peer.URPF == "off" {
		return nil
	}
	return &problem{
		message: fmt.Sprintf("unicast RPF (%s) on the far end's tunnel interface drops the answer: its source is the far end's own %v, and the route to that is not through the tunnel",
			e.peer.URPF, e.tunnel.Destination),
		fix: "remove `ip verify unicast` from the far end's tunnel interface (on Linux: rp_filter = 0, both of that interface and of `all`)",
	}
}

// accessList is R18. The list sees the answer as it comes out of the tunnel, so
// source and destination are those of the far end's own configuration.
func accessList(e ends) *problem {
	if e.peer.ACLPermitsGRE {
		return nil
	}
	return &problem{
		message: "the inbound access list of the far end's tunnel interface does not permit the answer",
		fix:     fmt.Sprintf("add there: `access-list <number> permit gre host %v host %v`", e.tunnel.Destination, e.home()),
	}
}
