package decode

import (
	"net/netip"

	"greylag/fleet"
)

// farEnd is what the name of a tunnel is followed by where the keepalives are the
// far end's own (R12).
const farEnd = " (far end)"

// declare takes the inventory's tunnels, by the flows of their answers; and where
// none is left, their far ends' own keepalives.
func (r *Replay) declare(tunnels []fleet.Tunnel) {
	for _, each := range []func(*fleet.Tunnel){r.declareOwn, r.declareFarEnd} {
		for i := range tunnels {
			if t := &tunnels[i]; t.Source.Is4() && t.Destination.Is4() {
				each(t)
			}
		}
	}
}

func (r *Replay) declareOwn(t *fleet.Tunnel) {
	if t.Probe == fleet.Echo {
		return
	}
	for _, home := range [...]netip.Addr{t.ReplyTo, t.Source} {
		if home.Is4() {
			r.take(t.Destination, home, t)
		}
	}
}

// declareFarEnd turns a tunnel round: its far end is who sends.
func (r *Replay) declareFarEnd(t *fleet.Tunnel) {
	turned := &fleet.Tunnel{
		Name: t.Name + farEnd, Enabled: true, Probe: fleet.Keepalive, UpAfter: 1,
		Source: t.Destination, Destination: t.Source, Key: t.Key, HasKey: t.HasKey,
	}
	if p := t.Peer; p != nil {
		turned.Interval, turned.Retries = p.KeepaliveInterval, p.KeepaliveRetries
	}
	r.take(t.Source, t.Destination, turned)
}

// take gives a flow of answers to a tunnel, unless it is taken.
func (r *Replay) take(source, destination netip.Addr, t *fleet.Tunnel) {
	f := flow{source: source.As4(), destination: destination.As4(), key: t.Key, keyed: t.HasKey}
	if _, taken := r.declared[f]; !taken {
		r.declared[f] = t
	}
}
