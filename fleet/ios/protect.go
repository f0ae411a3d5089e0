package ios

import (
	"slices"

	"greylag/fleet"
)

// verdicts are what follows from an end's configuration for keepalives.
type verdicts struct {
	ipsec      fleet.IPsec // R19
	proposed   bool        // ipsec is a dynamic crypto map's: the far end decides
	urpf       string      // off, strict or loose, R17
	permitsGRE bool        // R18
	comments   []string    // how they came about, where that is not plain
}

// protectAll finds the verdicts of all ends. A dynamic crypto map without an access
// list protects what the far end proposes: nothing, if that has no protection.
func protectAll(ends []*endpoint, res *Result) {
	for _, e := range ends {
		e.verdicts = verdicts{ipsec: fleet.IPsecNone, urpf: "off", permitsGRE: true}
		e.ipsec(res)
		e.unicastRPF(res)
		e.inboundList(res)
	}
	for _, e := range ends {
		if e.verdicts.proposed && e.peer != nil && e.peer.verdicts.ipsec == fleet.IPsecNone {
			e.verdicts.ipsec = fleet.IPsecNone
			e.verdicts.comments = append(e.verdicts.comments, "its dynamic crypto map protects what the far end proposes, which is nothing")
		}
	}
}

func (e *endpoint) ipsec(res *Result) {
	if e.iface.tunnel.protection {
		e.verdicts.ipsec = fleet.TunnelProtected
		return
	}
	if e.multipoint {
		return // what it protects is decided by tunnel protection in practice
	}
	for _, i := range e.dev.index().bound {
		if m := e.dev.maps[i.crypto.name]; e.passes(i, m) {
			if m == nil {
				e.doubt(res, i.crypto, "crypto map %s is not in this file: taken as no protection")
				continue
			}
			if e.protectedBy(m, i.crypto, res) {
				e.verdicts.ipsec = fleet.CryptoMap
				return
			}
		}
	}
}

// doubt says what about e cannot be told.
func (e *endpoint) doubt(res *Result, n named, format string) {
	res.note(e.dev, n.line, "%s: "+format, e.iface.name, quoted(n.name))
}

// passes tells whether the tunnel's packets go by the crypto map m of interface i:
// of the one that has its source, of the tunnel itself, or of any where the source
// is on a loopback interface.
func (e *endpoint) passes(i *iface, m *cryptoMap) bool {
	if i == e.iface || i == e.outgoing || e.outgoing == nil && !isTunnel(i.name) {
		return true
	}
	return isLoopback(e.outgoing.name) && !isTunnel(i.name) || m != nil && m.local == e.outgoing.name
}

// protectedBy tells whether an entry of the crypto map is about the tunnel's GRE.
func (e *endpoint) protectedBy(m *cryptoMap, n named, res *Result) bool {
	if e.dev.hostPairs(m)[[2]uint32{word32(e.source), word32(e.destination)}] {
		return true
	}
	for _, entry := range m.entries {
		if list := e.dev.lists[entry.list]; list != nil && list.isHostPair() {
			continue
		}
		if entry.dynamic != "" {
			if d := e.dev.dynamic[entry.dynamic]; e.proposal(d, n, res) {
				return true
			}
			continue
		}
		if e.takes(entry, n, res) {
			return true
		}
	}
	return false
}

// proposal tells whether the dynamic crypto map d takes the tunnel's GRE.
func (e *endpoint) proposal(d *cryptoMap, n named, res *Result) bool {
	if d == nil {
		e.doubt(res, n, "the dynamic map of crypto map %s is not in this file: taken as protection by it")
		e.verdicts.proposed = true
		return true
	}
	for _, entry := range d.entries {
		if entry.list == "" {
			e.verdicts.proposed = true
			e.verdicts.comments = append(e.verdicts.comments, "protected by a dynamic crypto map, if the far end proposes it")
			return true
		}
		if e.takes(entry, n, res) {
			return true
		}
	}
	return false
}

// takes tells whether the entry's access list permits the tunnel's GRE. Where that
// cannot be told, a peer that is the tunnel's destination decides.
func (e *endpoint) takes(entry *mapEntry, n named, res *Result) bool {
	if entry.gdoi {
		e.doubt(res, n, "crypto map %s gets its access list from a key server: taken as no protection")
		return false
	}
	if entry.list == "" {
		return false // incomplete
	}
	permits, why := e.dev.permits(entry.list, e.source, e.destination)
	if permits != unsure {
		return permits == yes && e.dev.lists[entry.list].entries != nil
	}
	isPeer := slices.Contains(entry.peers, e.destination)
	if !isPeer && len(entry.peers) > 0 {
		return false // another tunnel's
	}
	taken := "no protection"
	if isPeer {
		taken = "protection, since its peer is the tunnel's destination"
	}
	e.doubt(res, named{entry.list, n.line}, "access list %s of its crypto map cannot be evaluated ("+why+"): taken as "+taken)
	return isPeer
}

// unicastRPF is R17. What fails the check is held against its access list.
func (e *endpoint) unicastRPF(res *Result) {
	u := e.iface.urpf
	if u.mode == "" {
		return
	}
	e.verdicts.urpf = u.mode
	if u.list == "" || e.multipoint {
		return
	}
	switch permits, why := e.dev.permits(u.list, e.source, e.destination); permits {
	case yes:
		e.verdicts.urpf = "off"
		e.verdicts.comments = append(e.verdicts.comments, "its unicast RPF spares keepalives, by access list "+quoted(u.list))
	case unsure:
		e.doubt(res, named{u.list, u.line}, "access list %s of its unicast RPF cannot be evaluated ("+why+"): taken to spare nothing")
	}
}

// inboundList is R18: the tunnel's inbound access list sees the answer with the
// addresses of this end's own configuration.
func (e *endpoint) inboundList(res *Result) {
	in := e.iface.inbound
	if in.name == "" || e.multipoint {
		return
	}
	switch permits, why := e.dev.permits(in.name, e.source, e.destination); permits {
	case no:
		e.verdicts.permitsGRE = false
	case unsure:
		e.doubt(res, in, "inbound access list %s cannot be evaluated ("+why+"): taken to permit keepalives")
	}
}
