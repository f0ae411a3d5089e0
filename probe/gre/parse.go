package gre

// Answer is a keepalive that came back (R7).
type Answer struct {
	// Source and Destination are those of its IPv4 header, the request's inner
	// one: the far end, and this host.
	Source, Destination [4]byte
	// TTL is what is left of the request's inner TTL.
	TTL, TOS uint8
	// ID is [Marks].ID as it was sent, unless the far end rewrites it.
	ID uint16
	// Key is that of the GRE header (RFC 2890), where HasKey.
	Key    uint32
	HasKey bool
	// Sequence is that of the GRE header (RFC 2890), where HasSequence.
	Sequence    uint32
	HasSequence bool
	// Payload is what follows the GRE header, up to the IPv4 total length. It
	// is part of the packet that was parsed.
	Payload []byte
}

// ParseAnswer reads IP | GRE with protocol type 0 (R7). Any TTL, TOS, DF, IPv4
// options, trailing payload and padding is accepted. The GRE checksum must be
// right where there is one. The IPv4 header checksum is not looked at: a raw
// socket delivers nothing that the kernel has not checked.
//
// It returns ErrTruncated, ErrVersion, ErrLength, ErrFragment, ErrNotGRE,
// ErrGREVersion, ErrGREFlags, ErrGREChecksum, or ErrNotKeepalive.
func ParseAnswer(packet []byte) (Answer, error) { return parseAnswer(packet, true) }

// ParseDamaged is [ParseAnswer] without a look at the GRE checksum: to find out
// whose answer was damaged on its way.
func ParseDamaged(packet []byte) (Answer, error) { return parseAnswer(packet, false) }

func parseAnswer(packet []byte, checked bool) (Answer, error) {
	ip, h, err := parseOuter(packet, checked)
	if err != nil {
		return Answer{}, err
	}
	if h.protocol != ProtocolKeepalive {
		return Answer{}, ErrNotKeepalive
	}
	return Answer{
		Source:      [4]byte(ip[atSource:]),
		Destination: [4]byte(ip[atDestination:]),
		TTL:         ip[atTTL],
		TOS:         ip[atTOS],
		ID:          be.Uint16(ip[atID:]),
		Key:         h.key,
		HasKey:      h.hasKey(),
		Sequence:    h.sequence,
		HasSequence: h.hasSequence(),
		Payload:     h.payload,
	}, nil
}

// parseOuter reads IP | GRE, and checks the GRE checksum if checked.
func parseOuter(packet []byte, checked bool) (ip []byte, h header, err error) {
	ip, body, err := splitIPv4(packet)
	if err != nil {
		return nil, header{}, err
	}
	if ip[atProtocol] != IPProtocol {
		return nil, header{}, ErrNotGRE
	}
	h, err = parseHeader(body)
	if err != nil {
		return nil, header{}, err
	}
	if checked && !h.intact(body) {
		return nil, header{}, ErrGREChecksum
	}
	return ip, h, nil
}

// Request is a keepalive that another end has sent to us (R4).
type Request struct {
	// Source and Destination are those of the outer header: the peer, and this
	// host. TOS and TTL are the outer header's too.
	Source, Destination [4]byte
	TOS, TTL            uint8
	// Key is that of the outer GRE header (RFC 2890), where HasKey.
	Key    uint32
	HasKey bool
	// Inner is the answer to be forwarded (R6): the inner IPv4 packet, cut at
	// its total length. It is part of the packet that was parsed.
	Inner []byte
	// InnerTTL is Inner's TTL: 0 and 1 must not be forwarded.
	InnerTTL uint8
	// InnerID is Inner's identification.
	InnerID uint16
}

// ParseRequest reads IP | GRE 0x0800 or 0x8909 | IP | GRE 0 with mirrored
// addresses (R4): what may be reflected, if the peer is a configured one and
// InnerTTL is over 1. Any TTL, TOS, DF, IPv4 options but an inner source route,
// trailing payload and padding is accepted. The outer GRE checksum must be
// right where there is one, and the inner IPv4 header checksum, since a router
// drops what it would forward otherwise. The inner GRE checksum and key are the
// peer's own concern. The outer IPv4 header checksum is the kernel's.
//
// It returns what [ParseAnswer] does, ErrHeaderChecksum, ErrSourceRoute, or
// ErrNotMirrored.
func ParseRequest(packet []byte) (Request, error) {
	ip, h, err := parseOuter(packet, true)
	if err != nil {
		return Request{}, err
	}
	inner, err := innerPacket(&h)
	if err != nil {
		return Request{}, err
	}
	inner, err = checkInner(ip, inner)
	if err != nil {
		return Request{}, err
	}
	return Request{
		Source:      [4]byte(ip[atSource:]),
		Destination: [4]byte(ip[atDestination:]),
		TOS:         ip[atTOS],
		TTL:         ip[atTTL],
		Key:         h.key,
		HasKey:      h.hasKey(),
		Inner:       inner,
		InnerTTL:    inner[atTTL],
		InnerID:     be.Uint16(inner[atID:]),
	}, nil
}

// metadata is how the Cisco metadata header begins: what follows it (IPv4),
// version 1, length 1. A type and a security group tag come after, which say
// nothing to us.
const metadata = ProtocolIPv4<<16 | 0x01<<8 | 0x01

// innerPacket is the IPv4 packet in the tunnel, padding included.
func innerPacket(h *header) ([]byte, error) {
	switch h.protocol {
	case ProtocolIPv4:
		return h.payload, nil
	case ProtocolMetadata:
		if len(h.payload) < MetadataLen {
			return nil, ErrTruncated
		}
		if be.Uint32(h.payload) != metadata {
			return nil, ErrNotKeepalive
		}
		return h.payload[MetadataLen:], nil
	}
	return nil, ErrNotKeepalive
}

// checkInner returns the inner packet cut at its total length, if it is an
// answer that may go back to where the outer header ip came from.
func checkInner(ip, p []byte) ([]byte, error) {
	inner, body, err := splitIPv4(p)
	if err != nil {
		return nil, err
	}
	if inner[atProtocol] != IPProtocol {
		return nil, ErrNotKeepalive
	}
	h, err := parseHeader(body)
	switch {
	case err != nil:
		return nil, err
	case h.protocol != ProtocolKeepalive:
		return nil, ErrNotKeepalive
	case sum(inner) != 0xffff:
		return nil, ErrHeaderChecksum
	case !mirrored(ip, inner):
		return nil, ErrNotMirrored
	case !plainOptions(inner[IPv4HeaderLen:]):
		return nil, ErrSourceRoute
	}
	total := len(inner) + len(body)
	return p[:total:total], nil
}

// mirrored says whether two IPv4 headers have each other's addresses.
func mirrored(ip, inner []byte) bool {
	return [4]byte(ip[atSource:]) == [4]byte(inner[atDestination:]) &&
		[4]byte(ip[atDestination:]) == [4]byte(inner[atSource:])
}
