package probe_test

import (
	"encoding/binary"
	"net/netip"
	"slices"
)

// keepalive describes a peer's request, octet by octet, apart from package gre.
type keepalive struct {
	source, destination           netip.Addr // of the outer header
	innerSource, innerDestination netip.Addr
	outer, inner                  header
	flags, protocol               uint16 // of the outer GRE header
	options                       []byte // that follow it: checksum, key, sequence, metadata
	innerFlags, innerProtocol     uint16 // of the inner GRE header
	trailing                      []byte // part of the inner packet
	padding                       []byte // not part of it
}

// header is what varies in an IPv4 header (RFC 791 section 3.1).
type header struct {
	tos, ttl, protocol uint8
	id, fragment       uint16 // fragment: flags and offset
	options            []byte
}

// request is a router's own keepalive from peer to us (R4).
func request(peer netip.Addr) keepalive {
	h := header{tos: 0xc0, ttl: 255, protocol: 47, id: 0x1234}
	k := keepalive{source: peer, destination: near, innerSource: near, innerDestination: peer,
		outer: h, inner: h, protocol: 0x0800}
	k.outer.id++
	return k
}

// with returns a changed copy.
func (k keepalive) with(edit func(*keepalive)) keepalive {
	edit(&k)
	return k
}

func (h header) packet(source, destination netip.Addr, payload []byte) []byte {
	size := 20 + len(h.options)
	p := make([]byte, 20, size+len(payload))
	p[0], p[1], p[8], p[9] = 0x40|byte(size/4), h.tos, h.ttl, h.protocol
	binary.BigEndian.PutUint16(p[2:], uint16(size+len(payload)))
	binary.BigEndian.PutUint16(p[4:], h.id)
	binary.BigEndian.PutUint16(p[6:], h.fragment)
	copy(p[12:], source.AsSlice())
	copy(p[16:], destination.AsSlice())
	p = append(append(p, h.options...), payload...)
	sealed(p)
	return p
}

// innerBytes is the answer before it is forwarded.
func (k keepalive) innerBytes() []byte {
	g := binary.BigEndian.AppendUint16(nil, k.innerFlags)
	g = binary.BigEndian.AppendUint16(g, k.innerProtocol)
	return k.inner.packet(k.innerSource, k.innerDestination, append(g, k.trailing...))
}

// bytes is the request.
func (k keepalive) bytes() []byte {
	g := binary.BigEndian.AppendUint16(nil, k.flags)
	g = binary.BigEndian.AppendUint16(g, k.protocol)
	g = slices.Concat(g, k.options, k.innerBytes(), k.padding)
	if k.flags&0x8000 != 0 {
		binary.BigEndian.PutUint16(g[4:], internetChecksum(g))
	}
	return k.outer.packet(k.source, k.destination, g)
}

// answer is what must come back: the inner packet, one hop older.
func (k keepalive) answer() []byte {
	k.inner.ttl--
	return k.innerBytes()
}

// internetChecksum is RFC 1071's over an even number of octets whose own checksum
// is 0.
func internetChecksum(p []byte) uint16 {
	sum := uint32(0)
	for ; len(p) > 1; p = p[2:] {
		sum += uint32(p[0])<<8 | uint32(p[1])
	}
	if len(p) == 1 {
		sum += uint32(p[0]) << 8
	}
	for sum>>16 != 0 {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
