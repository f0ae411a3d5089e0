package simnet

import (
	"net/netip"
	"time"
)

// Explicit congestion notification in the TOS octet (RFC 3168 section 5).
const (
	ecnMask = 3
	ecnCE   = 3
)

// gre does what the far end's conduct is with GRE, in the kernel's order: packet
// filter, protocol, tunnel, options, and then the inner packet.
func (f *FarEnd) gre(b []byte, ip ipv4, now time.Time) []byte {
	switch f.conduct {
	case drops:
		return b
	case prohibits:
		return f.complain(b, f.address, ip, adminProhibited, now)
	case ignorant:
		return f.complain(b, f.address, ip, protocolUnreachable, now)
	}
	h, ok := readGRE(ip.body)
	if !ok || len(ip.body) < greLeast {
		return b
	}
	t := f.find(ip.source(), h)
	if t == nil {
		return f.complain(b, f.address, ip, portUnreachable, now)
	}
	if !t.admits(h) || h.protocol != greIPv4 || f.conduct == swallows {
		return b
	}
	return f.forward(b, ip, h.payload)
}

// find returns the tunnel for what comes from remote: one with that remote is
// preferred to a multipoint one. A key that is missing, different, or too many
// leads to none.
func (f *FarEnd) find(remote addr, h greHeader) (found *tunnel) {
	if f.conduct == tunnelless {
		return nil
	}
	for i := range f.tunnels {
		t := &f.tunnels[i]
		if t.HasKey != h.has(greKey) || t.HasKey && t.Key != h.key {
			continue
		}
		if t.Remote == netip.AddrFrom4(remote) {
			return t
		}
		if !t.Remote.IsValid() {
			found = t
		}
	}
	return found
}

// admits says whether the tunnel takes a packet with these options: checksums on
// both sides or on neither, and a sequence number that is not an older one.
// Numbers on a tunnel that has none are ignored.
func (t *tunnel) admits(h greHeader) bool {
	if t.Checksum != h.has(greChecksum) {
		return false
	}
	if !t.Sequence {
		return true
	}
	if !h.has(greSequence) || t.next != 0 && int32(h.sequence-t.next) < 0 {
		return false
	}
	t.next = h.sequence + 1
	return true
}

// forward appends the inner packet as it leaves the far end (R4, R6): TTL minus
// 1, all else as it was. What comes after its total length is not part of it.
func (f *FarEnd) forward(b []byte, outer ipv4, payload []byte) []byte {
	inner, ok := readIPv4(payload)
	if !ok || inner.ttl() <= 1 || inner.destination() == f.address {
		return b
	}
	congested := outer.tos()&ecnMask == ecnCE
	if congested && inner.tos()&ecnMask == 0 {
		return b // RFC 6040 section 4.2
	}
	at := len(b)
	b = append(b, inner.whole...)
	header := b[at : at+len(inner.header)]
	if congested {
		header[1] |= ecnCE
	}
	header[8]--
	seal(header, 10)
	return b
}
