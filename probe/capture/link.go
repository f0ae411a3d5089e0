package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Link types (tcpdump.org's registry) whose frames are read.
const (
	LinkNull     = 0   // BSD loopback, the host's byte order
	LinkEthernet = 1   // with VLAN tags, QinQ, Cisco metadata, MPLS, PPPoE
	LinkPPP      = 9   //
	LinkRawBSD   = 12  // raw IP, as some systems number it
	LinkRawOpen  = 14  // raw IP, as OpenBSD does
	LinkPPPHDLC  = 50  //
	LinkRaw      = 101 // raw IP
	LinkHDLC     = 104 // Cisco HDLC
	LinkLoop     = 108 // OpenBSD loopback
	LinkSLL      = 113 // Linux cooked
	LinkIPv4     = 228 // raw IPv4
	LinkSLL2     = 276 // Linux cooked, version 2
)

// Why there is no IPv4 packet in a frame. They are returned as they are.
var (
	ErrLink    = errors.New("capture: link type that is not read")
	ErrNotIPv4 = errors.New("capture: not IPv4")
	ErrShort   = errors.New("capture: the frame ends in its link header")
)

// Reads says whether frames of that link type are read.
func Reads(link uint16) bool { return links[link] != nil }

// UnreadLink is what to say of a link type that is not read.
func UnreadLink(link uint16) string {
	return fmt.Sprintf("link type %d is not read (want Ethernet, raw IP, Linux cooked, PPP, Cisco HDLC or loopback)", link)
}

// IPv4 returns the IPv4 packet in a frame, padding and all; or [ErrLink],
// [ErrNotIPv4] or [ErrShort].
func (f *Frame) IPv4() ([]byte, error) {
	find := links[f.Link]
	if find == nil {
		return nil, ErrLink
	}
	return find(f.Data)
}

// links finds the IPv4 packet in a frame, by link type.
var links = map[uint16]func([]byte) ([]byte, error){
	LinkNull:     null,
	LinkEthernet: ethernet,
	LinkPPP:      ppp,
	LinkRawBSD:   raw,
	LinkRawOpen:  raw,
	LinkPPPHDLC:  ppp,
	LinkRaw:      raw,
	LinkHDLC:     hdlc,
	LinkLoop:     null,
	LinkSLL:      func(b []byte) ([]byte, error) { return typed(b, 14, 16) },
	LinkIPv4:     raw,
	LinkSLL2:     func(b []byte) ([]byte, error) { return typed(b, 0, 20) },
}

func raw(b []byte) ([]byte, error) {
	switch {
	case len(b) == 0:
		return nil, ErrShort
	case b[0]>>4 != 4:
		return nil, ErrNotIPv4
	}
	return b, nil
}

// null has the address family before the packet: 2 in one byte order or the other.
func null(b []byte) ([]byte, error) {
	if len(b) < 4 {
		return nil, ErrShort
	}
	if family := binary.BigEndian.Uint32(b); family != 2 && family != 2<<24 {
		return nil, ErrNotIPv4
	}
	return raw(b[4:])
}

// typed is a frame with an Ethernet type at one place and its payload at another.
func typed(b []byte, at, payload int) ([]byte, error) {
	if len(b) < payload {
		return nil, ErrShort
	}
	return ethertype(binary.BigEndian.Uint16(b[at:]), b[payload:])
}

// hdlc is Cisco's: address, control, Ethernet type.
func hdlc(b []byte) ([]byte, error) { return typed(b, 2, 4) }

// ppp may leave out address and control (RFC 1661 section 6.6).
func ppp(b []byte) ([]byte, error) {
	if len(b) >= 2 && b[0] == 0xff && b[1] == 0x03 {
		b = b[2:]
	}
	if len(b) < 2 {
		return nil, ErrShort
	}
	const ip = 0x0021 // RFC 1332
	if binary.BigEndian.Uint16(b) != ip {
		return nil, ErrNotIPv4
	}
	return raw(b[2:])
}
