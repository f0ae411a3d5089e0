package gre

import "errors"

// Why a packet was refused. They are returned as they are, never wrapped, so
// that they can be compared with == and counted by kind. Inner and outer
// headers share them, except that whatever well-formed traffic is no keepalive is
// ErrNotKeepalive on the inside.
var (
	// ErrTruncated: the packet ends before a header, or before the total
	// length that its IPv4 header claims.
	ErrTruncated = errors.New("gre: packet ends early")
	// ErrVersion: the IP version is not 4.
	ErrVersion = errors.New("gre: IP version is not 4")
	// ErrLength: an IPv4 header shorter than 20 octets, or a total length
	// shorter than the header (RFC 791 section 3.1).
	ErrLength = errors.New("gre: IPv4 lengths contradict each other")
	// ErrFragment: part of an IPv4 packet. A keepalive is never fragmented.
	ErrFragment = errors.New("gre: IPv4 fragment")
	// ErrHeaderChecksum: the inner IPv4 header's checksum is wrong, so that a
	// router would not forward it (RFC 1812 section 5.2.2).
	ErrHeaderChecksum = errors.New("gre: inner IPv4 header checksum is wrong")
	// ErrSourceRoute: the inner IPv4 header has a source route or options that
	// cannot be read: it could lead the answer away from the peer.
	ErrSourceRoute = errors.New("gre: inner IPv4 header has a source route or malformed options")
	// ErrNotGRE: the outer IP protocol is not 47.
	ErrNotGRE = errors.New("gre: IP protocol is not 47")
	// ErrGREVersion: GRE version other than 0 (RFC 2784 section 2.3.1), such
	// as PPTP's 1 (RFC 2637).
	ErrGREVersion = errors.New("gre: GRE version is not 0")
	// ErrGREFlags: a bit among 1 to 5 other than key and sequence number
	// is set: RFC 1701's routing, strict source route or recursion. A receiver
	// must discard it (RFC 2784 section 2.3).
	ErrGREFlags = errors.New("gre: GRE flags of RFC 1701 are set")
	// ErrGREChecksum: the GRE checksum is present and wrong (RFC 2784
	// section 2.5).
	ErrGREChecksum = errors.New("gre: GRE checksum is wrong")
	// ErrNotKeepalive: GRE, but not a keepalive of the kind that was asked for:
	// other tunnelled traffic, or another GRE protocol type (R4, R7).
	ErrNotKeepalive = errors.New("gre: not a keepalive")
	// ErrNotMirrored: the inner addresses are not the outer ones exchanged
	// (R4); to reflect it would be to send to a stranger.
	ErrNotMirrored = errors.New("gre: inner addresses do not mirror the outer ones")
)
