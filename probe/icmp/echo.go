// Package icmp is the wire format of ICMP echo and of the errors that quote a
// packet (RFC 792): append and parse, without allocation.
package icmp

import (
	"encoding/binary"
	"errors"
)

// EchoLen is the length of the echo messages that are sent: the header and as
// much data as ping sends, so that the far end's policers see the usual size.
const EchoLen = 8 + 56

// Message types of RFC 792.
const (
	typeEchoReply = 0
	typeEcho      = 8
)

// ErrNotEchoReply: the packet is not a whole ICMP echo reply with a right
// checksum.
var ErrNotEchoReply = errors.New("icmp: not an echo reply")

// AppendEcho appends an echo message of [EchoLen] bytes, without an IP header.
func AppendEcho(b []byte, id, sequence uint16) []byte {
	return appendEcho(b, id, sequence, nil)
}

// appendEcho appends an echo message with data in it, padded to [EchoLen].
func appendEcho(b []byte, id, sequence uint16, data []byte) []byte {
	start := len(b)
	b = append(b, typeEcho, 0, 0, 0, byte(id>>8), byte(id), byte(sequence>>8), byte(sequence))
	b = append(b, data...)
	for len(b)-start < EchoLen {
		b = append(b, byte(len(b)-start))
	}
	binary.BigEndian.PutUint16(b[start+2:], checksum(b[start:]))
	return b
}

// Reply is an echo reply.
type Reply struct {
	Source, Destination [4]byte // of the IP header
	TTL                 uint8
	ID, Sequence        uint16
}

// ParseReply parses an IPv4 packet that is an ICMP echo reply, or else fails
// with [ErrNotEchoReply].
func ParseReply(packet []byte) (Reply, error) {
	message, ok := payload(packet)
	if !ok || len(message) < 8 || message[0] != typeEchoReply || message[1] != 0 || checksum(message) != 0 {
		return Reply{}, ErrNotEchoReply
	}
	return Reply{
		Source: [4]byte(packet[12:]), Destination: [4]byte(packet[16:]), TTL: packet[8],
		ID: binary.BigEndian.Uint16(message[4:]), Sequence: binary.BigEndian.Uint16(message[6:]),
	}, nil
}

// payload returns what follows the IP header, cut at the total length.
func payload(packet []byte) ([]byte, bool) {
	if len(packet) < 20 || packet[0]>>4 != 4 || packet[9] != 1 {
		return nil, false
	}
	header, total := int(packet[0]&0x0f)*4, int(binary.BigEndian.Uint16(packet[2:]))
	if header < 20 || total < header || total > len(packet) {
		return nil, false
	}
	return packet[header:total], true
}

// checksum is the Internet checksum (RFC 1071); over a message that carries a
// right one it is 0.
func checksum(b []byte) uint16 {
	var sum uint32
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}
