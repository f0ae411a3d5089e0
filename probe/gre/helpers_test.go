package gre_test

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"greylag/probe/gre"
)

// octets reads hexadecimal with blanks anywhere.
func octets(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// addr reads an address; "" is one that is not valid.
func addr(s string) netip.Addr {
	if s == "" {
		return netip.Addr{}
	}
	return netip.MustParseAddr(s)
}

// edit is p with other octets from at on.
func edit(p []byte, at int, with ...byte) []byte {
	return slices.Replace(slices.Clone(p), at, at+len(with), with...)
}

// plainChecksum is RFC 1071 word by word, as its section 1 tells it.
func plainChecksum(p []byte) uint16 {
	var s uint32
	for i := 0; i < len(p); i += 2 {
		word := uint32(p[i]) << 8
		if i+1 < len(p) {
			word |= uint32(p[i+1])
		}
		if s += word; s > 0xffff {
			s -= 0xffff // end-around carry
		}
	}
	return ^uint16(s)
}

// plainIPv4 writes a packet with options, or without.
func plainIPv4(tos, ttl, protocol byte, id uint16, source, destination [4]byte, options, body []byte) []byte {
	size := 20 + len(options)
	p := []byte{byte(0x40 | size/4), tos}
	p = binary.BigEndian.AppendUint16(p, uint16(size+len(body)))
	p = binary.BigEndian.AppendUint16(p, id)
	p = append(p, 0, 0, ttl, protocol, 0, 0)
	p = append(p, source[:]...)
	p = append(p, destination[:]...)
	p = append(p, options...)
	return append(resealIP(p), body...)
}

// resealIP writes the right checksum into the IPv4 header at the start of p.
func resealIP(p []byte) []byte {
	p[10], p[11] = 0, 0
	binary.BigEndian.PutUint16(p[10:], plainChecksum(p[:min(len(p), int(p[0]&15)*4)]))
	return p
}

// plainGRE writes a GRE packet without a checksum; nil is an absent field.
func plainGRE(protocol uint16, key, sequence *uint32, payload []byte) []byte {
	var flags uint16
	var fields []byte
	if key != nil {
		flags |= 0x2000
		fields = binary.BigEndian.AppendUint32(fields, *key)
	}
	if sequence != nil {
		flags |= 0x1000
		fields = binary.BigEndian.AppendUint32(fields, *sequence)
	}
	p := binary.BigEndian.AppendUint16(nil, flags)
	p = binary.BigEndian.AppendUint16(p, protocol)
	return append(append(p, fields...), payload...)
}

// optional is the value, or nil where it is not there.
func optional(v uint32, there bool) *uint32 {
	if !there {
		return nil
	}
	return &v
}

// combinations are all that a tunnel's options can be: key, checksum, sequence,
// signature, and NAT.
func combinations() []gre.Spec {
	var all []gre.Spec
	for n := range 32 {
		s := gre.Spec{
			Source: addr("192.0.2.10"), Destination: addr("198.51.100.17"),
			TTL: 255, TOS: 0xc0, Key: 0xfedcba98,
			HasKey: n&1 != 0, Checksum: n&2 != 0, Sequence: n&4 != 0,
		}
		if n&8 != 0 {
			s.Secret = &gre.Secret{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
		}
		if n&16 != 0 {
			s.ReplyTo = addr("203.0.113.9")
		}
		all = append(all, s)
	}
	return all
}
