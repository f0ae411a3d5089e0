package probe

import "net/netip"

// egressKey tells ways out apart, so that tunnels share them.
type egressKey struct {
	protocol uint8
	source   netip.Addr
	device   string
	ttl, tos uint8
	evidence bool
}

// ways are the ways out that were asked of a Conn.
type ways map[egressKey]int

// of returns the handle of tunnel t's way out.
func (w ways) of(conn Conn, t *Tunnel) (int, error) {
	k := egressKey{protocol: ProtocolGRE, source: t.Source, device: t.Device, ttl: t.TTL, tos: t.TOS}
	if t.Echo {
		k.protocol = ProtocolICMP
	}
	return w.get(conn, k)
}

// ofEcho returns the handle of the way out of tunnel t's diagnostic echoes.
func (w ways) ofEcho(conn Conn, t *Tunnel) (int, error) {
	return w.get(conn, egressKey{protocol: ProtocolICMP, source: t.Source, device: t.Device, ttl: 255, tos: t.TOS, evidence: true})
}

func (w ways) get(conn Conn, k egressKey) (handle int, err error) {
	if handle, ok := w[k]; ok {
		return handle, nil
	}
	if k.evidence {
		handle, err = conn.EvidenceEgress(k.source, k.device, k.ttl, k.tos)
	} else {
		handle, err = conn.Egress(k.protocol, k.source, k.device, k.ttl, k.tos)
	}
	if err == nil {
		w[k] = handle
	}
	return handle, err
}
