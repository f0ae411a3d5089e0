package ios

import "net/netip"

// target is a prefix in the table of a VRF.
type target struct {
	vrf    string
	prefix netip.Prefix
}

// ways are what leads to a target: interfaces in that subnet, and static routes.
type ways struct {
	connected []*iface
	routes    []route
}

// waysTo is what leads to just that target, nil where nothing does.
func (d *device) waysTo(t target) *ways {
	x := d.index()
	if x.ways == nil {
		x.ways = d.allWays()
	}
	return x.ways[t]
}

func (d *device) allWays() map[target]*ways {
	all := make(map[target]*ways, len(d.interfaces)+len(d.routes))
	at := func(t target) *ways {
		if all[t] == nil {
			all[t] = new(ways)
		}
		return all[t]
	}
	for _, i := range d.inOrder() {
		if p := i.addresses.primary; p.IsValid() {
			w := at(target{i.vrf, p.Masked()})
			w.connected = append(w.connected, i)
		}
	}
	for _, rt := range d.routes {
		w := at(target{rt.vrf, rt.prefix})
		w.routes = append(w.routes, rt)
	}
	return all
}

// leadsElsewhere tells whether e's destination has a way that is more specific than
// p, or as specific and of another interface.
func (d *device) leadsElsewhere(e *endpoint, p netip.Prefix) bool {
	for length := range 33 {
		w := d.waysTo(target{e.iface.tunnel.vrf, netip.PrefixFrom(e.destination, length).Masked()})
		if w != nil && (w.connectedElsewhere(e) || length >= p.Bits() && w.routedElsewhere(e)) {
			return true
		}
	}
	return false
}

func (w *ways) connectedElsewhere(e *endpoint) bool {
	for _, i := range w.connected {
		if i != e.iface {
			return true
		}
	}
	return false
}

func (w *ways) routedElsewhere(e *endpoint) bool {
	subnet := e.iface.addresses.primary
	for _, rt := range w.routes {
		if rt.device != e.iface.name && !(rt.via.IsValid() && subnet.IsValid() && subnet.Contains(rt.via)) {
			return true
		}
	}
	return false
}
