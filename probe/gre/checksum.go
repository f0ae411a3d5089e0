package gre

import "encoding/binary"

var be = binary.BigEndian

// sum adds the 16-bit words of p in ones' complement (RFC 1071), an odd last
// octet padded with zero. Over data that holds its own right checksum it is
// 0xffff.
func sum(p []byte) uint16 {
	var s uint64
	for len(p) >= 4 {
		s += uint64(be.Uint32(p)) // 2^16 = 1 modulo 0xffff, so folding sorts it out
		p = p[4:]
	}
	if len(p) >= 2 {
		s += uint64(be.Uint16(p))
		p = p[2:]
	}
	if len(p) == 1 {
		s += uint64(p[0]) << 8
	}
	return fold(uint32(s>>32) + uint32(fold(uint32(s))))
}

// fold brings a sum of 16-bit words back to 16 bits, end-around carry included.
func fold(s uint32) uint16 {
	s = s>>16 + s&0xffff
	s = s>>16 + s&0xffff
	return uint16(s)
}
