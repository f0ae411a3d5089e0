// Package gre is the wire format of GRE keepalives and nothing else: IPv4, GRE
// (RFC 2784, with the key and sequence number of RFC 2890) and the keepalive,
// which is the answer prebuilt inside the request (R4):
//
//	IP A→B | GRE 0x0800 | IP B→A | GRE 0 [ | number, time, tag ]
//
// What appends takes a buffer and allocates nothing where its capacity is
// enough ([MaxRequestLen]); what parses returns slices of its input. Nothing
// here panics on what it reads, keeps time, or knows of sockets.
package gre

import "net/netip"

// Numbers that identify what follows a header.
const (
	// IPProtocol is GRE's IP protocol number (RFC 2784 section 4).
	IPProtocol = 47
	// ProtocolIPv4 is the GRE protocol type of an IPv4 payload (RFC 2784
	// section 3): a keepalive on its way out (R4).
	ProtocolIPv4 = 0x0800
	// ProtocolMetadata is the GRE protocol type of Cisco metadata, a header of
	// [MetadataLen] octets before the IPv4 payload.
	ProtocolMetadata = 0x8909
	// ProtocolKeepalive is the GRE protocol type by which an answer is known (R7).
	ProtocolKeepalive = 0
)

// Lengths in octets.
const (
	// IPv4HeaderLen is an IPv4 header without options (RFC 791 section 3.1),
	// the only kind that this package writes.
	IPv4HeaderLen = 20
	// HeaderLen is a GRE header without optional fields (RFC 2784 section 2.1).
	HeaderLen = 4
	// OptionLen is each of the optional fields: checksum with Reserved1
	// (RFC 2784 section 2.1), key, sequence number (RFC 2890 section 2).
	OptionLen = 4
	// MaxHeaderLen is a GRE header with all three optional fields.
	MaxHeaderLen = HeaderLen + 3*OptionLen
	// MetadataLen is the Cisco metadata header: 0800 01 01 0001 and a
	// security group tag of two octets.
	MetadataLen = 8
	// SignedLen is the signed payload: number (4), time (4), tag (8).
	SignedLen = 16
	// MaxRequestLen is the longest keepalive that this package writes, outer
	// IPv4 header included. A bare one is 48, of which 24 are the answer (R5).
	MaxRequestLen = IPv4HeaderLen + maxTunnelledLen

	// maxTunnelledLen is the same without the outer IPv4 header.
	maxTunnelledLen = MaxHeaderLen + IPv4HeaderLen + MaxHeaderLen + SignedLen
)

// Spec is what does not change between the keepalives of one tunnel. An address
// that is not IPv4 is written as 0.0.0.0; who makes a Spec checks them.
type Spec struct {
	// Source and Destination are the tunnel's ends, as in the outer header.
	// Destination is the inner source (R4).
	Source, Destination netip.Addr
	// ReplyTo is the inner destination, for a sender behind NAT. Where it is
	// not valid, the answer comes to Source.
	ReplyTo netip.Addr
	// TTL and TOS are those of both IPv4 headers. Routers send 255 and 0xc0.
	// The two low bits of TOS are ECN and are written as given: they ought to
	// be 0, since RFC 6040 has a far end drop CE outside and not-ECT inside.
	TTL, TOS uint8
	// Key is RFC 2890's, on both GRE headers, where HasKey.
	Key uint32
	// HasKey, Checksum and Sequence say which optional fields both GRE headers
	// carry. Only those of the outer one choose the tunnel at the far end.
	HasKey, Checksum, Sequence bool
	// Secret signs the keepalive. Where nil, nothing follows the inner GRE
	// header: the router's own 24 octets (R5), 28 with a key.
	Secret *Secret
}

// Secret is the SipHash key that signs the keepalives of a tunnel.
type Secret [16]byte

// Marks is what changes from one keepalive to the next.
type Marks struct {
	// ID is the inner IPv4 identification, which comes back unchanged. The
	// outer one is ID+1, as routers have it, where this package writes it.
	ID uint16
	// Sequence is the sequence number of both GRE headers (RFC 2890
	// section 2.2), where [Spec].Sequence.
	Sequence uint32
	// Number numbers the keepalives of a tunnel; signed ones only.
	Number uint32
	// Time is when the keepalive was sent, in milliseconds of a clock of the
	// sender's; signed ones only.
	Time uint32
}
