package icmp

import (
	"encoding/binary"
	"errors"
)

// The types of errors that say why a packet did not arrive (RFC 792).
const (
	TypeUnreachable      = 3
	TypeTimeExceeded     = 11
	TypeParameterProblem = 12
)

// quoteLeast is how much of the body an error quotes at the least: 64 bits
// (RFC 792). Routers quote as much as fits 576 octets (RFC 1812 section 4.3.2.3).
const quoteLeast = 8

// ErrNotError: the packet is not a whole ICMP error of type 3, 11 or 12 with a
// right checksum that quotes the beginning of an IPv4 packet.
var ErrNotError = errors.New("icmp: not an error that quotes a packet")

// Error is an ICMP error message, and what it quotes of the packet that it is
// about. Nothing in it can be trusted: whoever knows the addresses can forge it.
type Error struct {
	Sender     [4]byte // of the IP header: who says so
	Type, Code uint8
	// Source, Destination and Protocol are those of the quoted IP header.
	Source, Destination [4]byte
	Protocol            uint8
	// Quote is what follows the quoted IP header: at least 8 octets, no more
	// than the quoted packet had. It is part of the packet that was parsed.
	Quote []byte
}

// ParseError parses an IPv4 packet that is an ICMP error, or else fails with
// [ErrNotError]. Extensions behind the quote (RFC 4884) are left out.
func ParseError(packet []byte) (Error, error) {
	message, ok := payload(packet)
	if !ok || len(message) < 8 || !isError(message[0]) || checksum(message) != 0 {
		return Error{}, ErrNotError
	}
	quote := original(message)
	header, ok := quotedHeader(quote)
	if !ok {
		return Error{}, ErrNotError
	}
	return Error{
		Sender: [4]byte(packet[12:]), Type: message[0], Code: message[1],
		Source: [4]byte(quote[12:]), Destination: [4]byte(quote[16:]), Protocol: quote[9],
		Quote: body(quote, header),
	}, nil
}

func isError(kind uint8) bool {
	return kind == TypeUnreachable || kind == TypeTimeExceeded || kind == TypeParameterProblem
}

// original returns the original datagram of an error message. Where extensions
// follow it, its length is in the sixth octet, in words of 32 bits, and at least
// 128 octets (RFC 4884 section 3).
func original(message []byte) []byte {
	o := message[8:]
	if n := int(message[5]) * 4; n >= 128 && n < len(o) {
		return o[:n]
	}
	return o
}

// quotedHeader returns the length of the quoted IP header, if it is that of an
// unfragmented packet and enough follows it. Its checksum tells nothing: not
// every router restores what it had changed.
func quotedHeader(quoted []byte) (length int, ok bool) {
	if len(quoted) < 20+quoteLeast || quoted[0]>>4 != 4 {
		return 0, false
	}
	length = int(quoted[0]&0x0f) * 4
	const fragmentOffset = 0x1fff
	later := binary.BigEndian.Uint16(quoted[6:])&fragmentOffset != 0
	return length, length >= 20 && len(quoted) >= length+quoteLeast && !later
}

// body returns what follows the quoted header, cut at the quoted total length:
// the quote may be padded (RFC 4884 section 4.1). Some stacks spoil that field;
// one that would leave too little is not believed.
func body(quoted []byte, header int) []byte {
	b := quoted[header:]
	if n := int(binary.BigEndian.Uint16(quoted[2:])) - header; n >= quoteLeast && n < len(b) {
		b = b[:n]
	}
	return b[:len(b):len(b)]
}

// QuotedEcho returns identifier and sequence number of the echo message of which
// quote is the beginning; ok is false where it is another message.
func QuotedEcho(quote []byte) (id, sequence uint16, ok bool) {
	if len(quote) < quoteLeast || quote[0] != typeEcho || quote[1] != 0 {
		return 0, 0, false
	}
	return binary.BigEndian.Uint16(quote[4:]), binary.BigEndian.Uint16(quote[6:]), true
}
