// Package anatomy takes a keepalive to pieces: every field with its place, its
// bytes, its value and what it means, for people. It reads what probe/gre writes,
// and does not write any of it itself.
package anatomy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"greylag/probe/gre"
)

// Field is one field of a packet.
type Field struct {
	Offset  int    // in octets, from the packet's first
	Bytes   []byte // part of the packet
	Name    string
	Value   string
	Meaning string // "" where name and value say all
}

// Part is one header of a packet, or what follows the last.
type Part struct {
	Title  string
	Fields []Field
}

// Titles of parts, by which a [Note] finds its place.
const (
	OuterIP  = "outer IPv4 header"
	OuterGRE = "outer GRE header"
	InnerIP  = "inner IPv4 header"
	InnerGRE = "inner GRE header"
	IP       = "IPv4 header"
	GRE      = "GRE header"
	Signed   = "signed payload"
)

// Names of fields, by which a [Note] finds its place.
const (
	Identification = "identification"
	HeaderChecksum = "header checksum"
	Sequence       = "sequence number"
	TotalLength    = "total length"
	TTL            = "TTL"
	TypeOfService  = "type of service"
	Source         = "source"
	Destination    = "destination"
	Number         = "number"
	Time           = "time"
	Tag            = "tag"
	Key            = "key"
	Checksum       = "checksum"
	ProtocolType   = "protocol type"
)

var be = binary.BigEndian

// cutter cuts fields off a packet, one after the other.
type cutter struct {
	packet []byte
	at     int
	fields []Field
}

// take cuts off the next n octets.
func (c *cutter) take(n int, name, value, meaning string) {
	c.fields = append(c.fields, Field{c.at, c.packet[c.at : c.at+n], name, value, meaning})
	c.at += n
}

func (c *cutter) u8() uint8   { return c.packet[c.at] }
func (c *cutter) u16() uint16 { return be.Uint16(c.packet[c.at:]) }
func (c *cutter) u32() uint32 { return be.Uint32(c.packet[c.at:]) }

func (c *cutter) addr() string { return netip.AddrFrom4([4]byte(c.packet[c.at:])).String() }

// part ends one.
func (c *cutter) part(title string) Part {
	p := Part{title, c.fields}
	c.fields = nil
	return p
}

// Request takes a keepalive on its way out to pieces, as [gre.Spec.AppendRequest]
// writes it; it fails where packet is none.
func Request(packet []byte) ([]Part, error) {
	w, err := gre.Watch(packet)
	switch {
	case err != nil:
		return nil, err
	case !w.Request:
		return nil, errors.New("an answer, not a request")
	case !plain(packet) || !plain(packet[len(packet)-w.AnswerLen:]):
		return nil, errOptions
	}
	c := &cutter{packet: packet}
	parts := []Part{c.ip(OuterIP), c.gre(OuterGRE), c.ip(InnerIP), c.gre(InnerGRE)}
	return append(parts, c.rest()...), nil
}

// Answer takes a keepalive on its way back to pieces; it fails where packet is
// none.
func Answer(packet []byte) ([]Part, error) {
	if _, err := gre.ParseAnswer(packet); err != nil {
		return nil, err
	}
	if !plain(packet) {
		return nil, errOptions
	}
	c := &cutter{packet: packet}
	parts := []Part{c.ip(IP), c.gre(GRE)}
	return append(parts, c.rest()...), nil
}

var errOptions = errors.New("IPv4 options, or padding behind the packet: not as greylag writes it")

// plain says whether an IPv4 header has no options.
func plain(packet []byte) bool { return packet[0] == 4<<4|gre.IPv4HeaderLen/4 }

// ip takes an IPv4 header without options (RFC 791 section 3.1).
func (c *cutter) ip(title string) Part {
	c.take(1, "version, header length", fmt.Sprintf("%d, %d", c.u8()>>4, c.u8()&15*4), "IPv4, no options")
	c.take(1, TypeOfService, fmt.Sprintf("%#02x", c.u8()), tosMeaning(c.u8()))
	c.take(2, TotalLength, fmt.Sprint(c.u16()), "")
	c.take(2, Identification, fmt.Sprint(c.u16()), "")
	c.take(2, "flags, fragment offset", "0", "DF clear, not a fragment")
	c.take(1, TTL, fmt.Sprint(c.u8()), "")
	c.take(1, "protocol", fmt.Sprint(c.u8()), "GRE")
	c.take(2, HeaderChecksum, fmt.Sprintf("%#04x", c.u16()), "")
	c.take(4, Source, c.addr(), "")
	c.take(4, Destination, c.addr(), "")
	return c.part(title)
}

func tosMeaning(tos uint8) string {
	if tos == 0xc0 {
		return "DSCP CS6, as routers send: network control; ECN 0"
	}
	return fmt.Sprintf("DSCP %d; ECN %d", tos>>2, tos&3)
}

// gre takes a GRE header (RFC 2784 section 2.1, RFC 2890 section 2).
func (c *cutter) gre(title string) Part {
	flags := c.u16()
	const checksum, key, sequence = 0x8000, 0x2000, 0x1000
	c.take(2, "flags, version", fmt.Sprintf("%#04x", flags), flagsMeaning(flags&checksum != 0, flags&key != 0, flags&sequence != 0))
	c.take(2, ProtocolType, fmt.Sprintf("%#04x", c.u16()), protocolMeaning(c.u16()))
	if flags&checksum != 0 {
		c.take(2, Checksum, fmt.Sprintf("%#04x", c.u16()), "over this GRE header and all that follows")
		c.take(2, "reserved", fmt.Sprint(c.u16()), "")
	}
	if flags&key != 0 {
		c.take(4, Key, fmt.Sprint(c.u32()), "RFC 2890; the same on both GRE headers")
	}
	if flags&sequence != 0 {
		c.take(4, Sequence, fmt.Sprint(c.u32()), "RFC 2890")
	}
	return c.part(title)
}

func flagsMeaning(checksum, key, sequence bool) string {
	s := ""
	for _, f := range []struct {
		is   bool
		name string
	}{{checksum, "checksum"}, {key, "key"}, {sequence, "sequence number"}} {
		switch {
		case f.is && s == "":
			s = f.name
		case f.is:
			s += ", " + f.name
		}
	}
	if s == "" {
		return "version 0, no optional field"
	}
	return "version 0, with " + s
}

func protocolMeaning(protocol uint16) string {
	switch protocol {
	case gre.ProtocolIPv4:
		return "PT=IP: an IPv4 packet follows"
	case gre.ProtocolKeepalive:
		return "PT=0: by this it is known as a keepalive (R7)"
	}
	return ""
}

// rest is the signed payload, where there is one.
func (c *cutter) rest() []Part {
	if len(c.packet)-c.at != gre.SignedLen {
		return nil
	}
	c.take(4, Number, fmt.Sprint(c.u32()), "of the keepalive, from 1")
	c.take(4, Time, fmt.Sprint(c.u32()), "milliseconds since greylag's start")
	c.take(8, Tag, fmt.Sprintf("%#016x", be.Uint64(c.packet[c.at:])), "SipHash-2-4 over the inner addresses, number and time")
	return []Part{c.part(Signed)}
}

// Note says what a field means here, in place of what it means in general. Parts
// and fields that are not there are passed over.
func Note(parts []Part, title, name, meaning string) {
	for i := range parts {
		for j := range parts[i].Fields {
			if f := &parts[i].Fields[j]; parts[i].Title == title && f.Name == name {
				f.Meaning = meaning
			}
		}
	}
}
