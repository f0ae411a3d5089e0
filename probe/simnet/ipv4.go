package simnet

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

var be = binary.BigEndian

const (
	protocolICMP = 1
	protocolGRE  = 47
	headerLen    = 20 // IPv4 without options (RFC 791 section 3.1)
	maxTotal     = 0xffff
)

// addr is an IPv4 address as packets carry it.
type addr [4]byte

func (a addr) String() string { return netip.AddrFrom4(a).String() }

func toAddr(a netip.Addr) (addr, error) {
	if a = a.Unmap(); !a.Is4() {
		return addr{}, fmt.Errorf("simnet: address %v is not IPv4", a)
	}
	return a.As4(), nil
}

// checksum is the Internet checksum (RFC 1071): 0 over what holds a right one.
func checksum(p []byte) uint16 {
	var s uint32
	for i, octet := range p {
		if i%2 == 0 {
			s += uint32(octet) << 8
		} else {
			s += uint32(octet)
		}
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return ^uint16(s)
}

// ipv4 is a packet as a kernel takes it in: whole is cut at the total length.
type ipv4 struct{ whole, header, body []byte }

// readIPv4 refuses what a kernel drops in silence on arrival (RFC 1122 section
// 3.2.1, RFC 1812 section 5.2.2).
func readIPv4(p []byte) (ip ipv4, ok bool) {
	if len(p) < headerLen || p[0]>>4 != 4 {
		return ipv4{}, false
	}
	size, total := int(p[0]&0xf)*4, int(be.Uint16(p[2:]))
	if size < headerLen || total < size || total > len(p) || checksum(p[:size]) != 0 {
		return ipv4{}, false
	}
	return ipv4{p[:total], p[:size], p[size:total]}, true
}

func (ip ipv4) tos() uint8        { return ip.header[1] }
func (ip ipv4) ttl() uint8        { return ip.header[8] }
func (ip ipv4) protocol() uint8   { return ip.header[9] }
func (ip ipv4) source() addr      { return addr(ip.header[12:]) }
func (ip ipv4) destination() addr { return addr(ip.header[16:]) }
func (ip ipv4) fragment() bool    { return be.Uint16(ip.header[6:])&0x3fff != 0 }

// outgoing is the header of a packet that a node makes itself; DF clear.
type outgoing struct {
	tos, ttl, protocol  uint8
	id                  uint16
	source, destination addr
}

// append appends the packet with the given body.
func (o outgoing) append(b, body []byte) []byte {
	at := len(b)
	b = append(b, 0x45, o.tos)
	b = be.AppendUint16(b, uint16(headerLen+len(body)))
	b = be.AppendUint16(b, o.id)
	b = append(b, 0, 0, o.ttl, o.protocol, 0, 0)
	b = append(b, o.source[:]...)
	b = append(b, o.destination[:]...)
	seal(b[at:], 10)
	return append(b, body...)
}

// seal writes the checksum over p at its place in p.
func seal(p []byte, place int) {
	p[place], p[place+1] = 0, 0
	be.PutUint16(p[place:], checksum(p))
}
