package gre

import "net/netip"

// Where the fields of an IPv4 header are (RFC 791 section 3.1).
const (
	atTOS         = 1
	atTotalLength = 2
	atID          = 4
	atFragment    = 6 // flags and fragment offset
	atTTL         = 8
	atProtocol    = 9
	atChecksum    = 10
	atSource      = 12
	atDestination = 16
)

// fragmented is the More Fragments flag and the fragment offset; Don't Fragment
// and the reserved flag are of no concern.
const fragmented = 0x3fff

// appendIPv4 appends the IPv4 header of a GRE packet whose length is total,
// header included. DF is clear, as routers send it.
func (s *Spec) appendIPv4(b []byte, total int, id uint16, source, destination netip.Addr) []byte {
	at := len(b)
	b = append(b, 4<<4|IPv4HeaderLen/4, s.TOS)
	b = be.AppendUint16(b, uint16(total))
	b = be.AppendUint16(b, id)
	b = append(b, 0, 0, s.TTL, IPProtocol, 0, 0)
	b = appendAddr(b, source)
	b = appendAddr(b, destination)
	be.PutUint16(b[at+atChecksum:], ^sum(b[at:]))
	return b
}

func appendAddr(b []byte, a netip.Addr) []byte {
	o := octets(a)
	return append(b, o[:]...)
}

// octets are those of an IPv4 address, 0.0.0.0 where it is none: As4 would panic.
func octets(a netip.Addr) (o [4]byte) {
	if a = a.Unmap(); a.Is4() {
		o = a.As4()
	}
	return o
}

// splitIPv4 returns the header, options included, and the body, cut at the
// total length: frames are padded. It does not look at the header checksum.
func splitIPv4(p []byte) (header, body []byte, err error) {
	if len(p) == 0 {
		return nil, nil, ErrTruncated
	}
	if p[0]>>4 != 4 {
		return nil, nil, ErrVersion
	}
	if len(p) < IPv4HeaderLen {
		return nil, nil, ErrTruncated
	}
	size, total := int(p[0]&0xf)*4, int(be.Uint16(p[atTotalLength:]))
	switch {
	case size < IPv4HeaderLen || total < size:
		return nil, nil, ErrLength
	case total > len(p):
		return nil, nil, ErrTruncated
	case be.Uint16(p[atFragment:])&fragmented != 0:
		return nil, nil, ErrFragment
	}
	return p[:size:size], p[size:total:total], nil
}

// Options that matter here (RFC 791 section 3.1).
const (
	optionEnd         = 0
	optionNop         = 1
	optionLooseRoute  = 131
	optionStrictRoute = 137
)

// plainOptions says whether IPv4 options can be read to their end and hold no
// source route.
func plainOptions(p []byte) bool {
	for len(p) > 0 && p[0] != optionEnd {
		if p[0] == optionNop {
			p = p[1:]
			continue
		}
		if p[0] == optionLooseRoute || p[0] == optionStrictRoute {
			return false
		}
		if len(p) < 2 || p[1] < 2 || int(p[1]) > len(p) {
			return false
		}
		p = p[p[1]:]
	}
	return true
}

// DecrementTTL takes 1 off the TTL of the IPv4 packet in place, as whoever
// forwards it does (RFC 1812 section 5.3.1), and updates the header checksum by
// RFC 1624 equation 3, which leaves a wrong checksum wrong. The caller has
// checked that the TTL is over 1. What is too short for a header is left alone.
func DecrementTTL(ip []byte) {
	if len(ip) < IPv4HeaderLen {
		return
	}
	old := be.Uint16(ip[atTTL:]) // TTL and protocol are one word
	ip[atTTL]--
	changed := uint32(^old) + uint32(be.Uint16(ip[atTTL:]))
	hc := be.Uint16(ip[atChecksum:])
	be.PutUint16(ip[atChecksum:], ^fold(uint32(^hc)+changed))
}
