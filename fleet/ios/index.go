package ios

import (
	"net/netip"
	"slices"
)

// index answers questions about a device that has been read to the end, in a time
// that does not grow with its size.
type index struct {
	ordered []*iface // in the order of the file
	owners  map[owned]*iface
	bound   []*iface // interfaces with a crypto map
	routes  map[*iface][]route
	ways    map[target]*ways
	exact   map[*cryptoMap]map[[2]uint32]bool // the GRE that a map's entries permit from host to host
}

// owned is an address in a VRF: another VRF may have the same one.
type owned struct {
	vrf  string
	addr netip.Addr
}

// owner is the interface that has the address a in that VRF, else in any, nil where
// none has.
func (d *device) owner(vrf string, a netip.Addr) *iface {
	if i := d.index().owners[owned{vrf, a}]; i != nil {
		return i
	}
	return d.index().owners[owned{anyVRF, a}]
}

// anyVRF stands for all VRFs. No VRF has such a name.
const anyVRF = " "

func (d *device) index() *index {
	if d.indexed == nil {
		d.indexed = &index{ordered: d.sorted(), exact: make(map[*cryptoMap]map[[2]uint32]bool)}
		d.indexed.owners, d.indexed.bound, d.indexed.routes = d.allOwners(), d.allBound(), d.routesByInterface()
	}
	return d.indexed
}

func (d *device) allOwners() map[owned]*iface {
	owners := make(map[owned]*iface)
	own := func(p netip.Prefix, i *iface) {
		for _, vrf := range []string{i.vrf, anyVRF} {
			if o := (owned{vrf, p.Addr()}); p.IsValid() && owners[o] == nil {
				owners[o] = i
			}
		}
	}
	for _, i := range d.inOrder() {
		own(i.addresses.primary, i)
		for _, p := range i.addresses.secondary {
			own(p, i)
		}
	}
	return owners
}

func (d *device) allBound() []*iface {
	return slices.DeleteFunc(slices.Clone(d.inOrder()), func(i *iface) bool { return i.crypto.name == "" })
}

// routesByInterface are the static routes whose way is a tunnel interface: they name
// it, or a next hop in its subnet.
func (d *device) routesByInterface() map[*iface][]route {
	subnets := make(map[netip.Prefix]*iface)
	lengths := make(map[int]bool)
	for _, i := range d.inOrder() {
		if p := i.addresses.primary; p.IsValid() && isTunnel(i.name) {
			subnets[p.Masked()] = i
			lengths[p.Bits()] = true
		}
	}
	routes := make(map[*iface][]route)
	for _, rt := range d.routes {
		i := d.interfaces[rt.device]
		for length := 0; rt.device == "" && i == nil && rt.via.Is4() && length <= 32; length++ {
			if lengths[length] {
				i = subnets[netip.PrefixFrom(rt.via, length).Masked()]
			}
		}
		own := i != nil && rt.via.IsValid() && rt.via == i.addresses.primary.Addr()
		if i != nil && i.vrf == rt.vrf && !own {
			routes[i] = append(routes[i], rt)
		}
	}
	return routes
}

// hostPairs is what the crypto map's entries permit from host to host, so that a map
// of thousands of entries need not be walked for each tunnel.
func (d *device) hostPairs(m *cryptoMap) map[[2]uint32]bool {
	x := d.index()
	if x.exact[m] == nil {
		x.exact[m] = make(map[[2]uint32]bool)
		for _, e := range m.entries {
			if list := d.lists[e.list]; list != nil && list.isHostPair() {
				x.exact[m][[2]uint32{list.entries[0].source.base, list.entries[0].destination.base}] = true
			}
		}
	}
	return x.exact[m]
}

// isHostPair tells a list that permits GRE from one host to another, and no more.
func (l *accessList) isHostPair() bool {
	if len(l.entries) != 1 {
		return false
	}
	e := l.entries[0]
	return e.permit && e.protocol == gre && e.doubt == "" && e.source.isHost() && e.destination.isHost()
}

func (w where) isHost() bool { return w.wildcard == 0 && w.group == "" && !w.unknown }

// routes are the prefixes that static routes send into e's tunnel. One with the
// tunnel's own destination in it is left out where another route leads there: what
// is more specific, connected, or in another table.
func (e *endpoint) routes() (prefixes []netip.Prefix) {
	for _, rt := range e.dev.index().routes[e.iface] {
		if rt.prefix.Contains(e.destination) && (e.iface.vrf != e.iface.tunnel.vrf || e.dev.leadsElsewhere(e, rt.prefix)) {
			continue
		}
		prefixes = append(prefixes, rt.prefix)
	}
	slices.SortFunc(prefixes, netip.Prefix.Compare)
	return slices.Compact(prefixes)
}
