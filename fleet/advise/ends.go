package advise

import (
	"net/netip"

	"greylag/fleet"
)

// ends is a tunnel seen from both of its ends.
type ends struct {
	*Judge
	index  int // among the inventory's tunnels
	tunnel *fleet.Tunnel
	peer   *fleet.Peer // nil: nothing is known
	near   fleet.IPsec // this end's
}

// ends is the i-th tunnel. Its near end's IPsec is the tunnel's own, or that of its
// hub. Where it has neither nothing is declared of this end, which is not the same as
// "none".
func (j *Judge) ends(i int) ends {
	t := &j.inv.Tunnels[i]
	e := ends{Judge: j, index: i, tunnel: t, peer: t.Peer}
	if e.near = t.IPsec; e.near == fleet.IPsecUndeclared && t.Hub != "" {
		e.near = j.ipsec[t.Hub]
	}
	return e
}

func (s scope) fits(e ends) bool {
	return (s&peered == 0 || e.peer != nil) && (s&alive == 0 || e.originates())
}

// originates tells whether this end sends keepalives.
func (e ends) originates() bool { return e.tunnel.Probe != fleet.Echo }

// farOriginates tells whether the far end sends keepalives of its own.
func (e ends) farOriginates() bool { return e.peer != nil && e.peer.KeepaliveInterval > 0 }

// finding is what a rule found of the tunnel.
func (e ends) finding(r rule, p *problem) Finding {
	f := r.finding(Subject{e.index, -1}, p)
	if !e.tunnel.Enabled {
		f.Severity, f.Message = Info, "once it is enabled: "+f.Message
	}
	return f
}

// home is the address to which answers go.
func (e ends) home() netip.Addr {
	if e.tunnel.ReplyTo.IsValid() {
		return e.tunnel.ReplyTo
	}
	return e.tunnel.Source
}
