package ios

import "net/netip"

// path is what two ends of a tunnel have in common, as one of them sees it.
type path struct {
	source, destination netip.Addr
	key                 uint32
	hasKey              bool
}

func (e *endpoint) path() path {
	return path{e.source, e.destination, e.iface.tunnel.key, e.iface.tunnel.hasKey}
}

// mirrored is the path as the other end sees it.
func (p path) mirrored() path {
	p.source, p.destination = p.destination, p.source
	return p
}

// unkeyed is the path whatever its key.
func (p path) unkeyed() path {
	p.key, p.hasKey = 0, false
	return p
}

// toAny is the path whatever its destination, as multipoint GRE has it.
func (p path) toAny() path {
	p.destination = netip.Addr{}
	return p
}

// pairAll finds the two ends of each tunnel in each other: by mirrored addresses
// and key; then by the addresses alone, where nothing else can be meant, since keys
// that differ are a mistake to be found; then in a multipoint end.
func pairAll(ends []*endpoint) {
	pairBy(ends, path.mirrored, func(p path) path { return p })
	pairBy(ends, func(p path) path { return p.mirrored().unkeyed() }, path.unkeyed)
	pairMultipoint(ends)
}

// pairBy pairs ends where the far view of the one is the own view of just one other.
func pairBy(ends []*endpoint, far, own func(path) path) {
	byPath := make(map[path][]*endpoint, len(ends))
	for _, e := range ends {
		if e.peer == nil && !e.multipoint {
			byPath[own(e.path())] = append(byPath[own(e.path())], e)
		}
	}
	for _, e := range ends {
		if e.peer != nil || e.multipoint {
			continue
		}
		others := byPath[far(e.path())]
		if len(others) == 1 && len(byPath[own(e.path())]) == 1 && others[0].peer == nil && others[0] != e {
			e.peer, others[0].peer = others[0], e
		}
	}
}

// pairMultipoint gives point-to-point ends the multipoint one that they lead to as
// their peer. That has many, so it has none itself.
func pairMultipoint(ends []*endpoint) {
	byPath := make(map[path]*endpoint)
	for _, e := range ends {
		if e.multipoint {
			byPath[e.path().toAny()] = e
		}
	}
	for _, e := range ends {
		if e.peer == nil && !e.multipoint {
			e.peer = byPath[e.path().mirrored().toAny()]
		}
	}
}
