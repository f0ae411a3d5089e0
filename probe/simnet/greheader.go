package simnet

// Bits of the GRE header (RFC 2784 section 2.1, RFC 2890 section 2).
const (
	greChecksum = 0x8000
	greRouting  = 0x4000 // RFC 1701
	greKey      = 0x2000
	greSequence = 0x1000
	greVersion  = 0x0007

	greIPv4      = 0x0800
	greKeepalive = 0
	greMetadata  = 0x8909 // Cisco metadata before the inner header

	// greLeast is the shortest GRE packet that Linux looks at; a bare answer
	// has 4.
	greLeast = 12
)

// greHeader is a GRE header as a far end reads it.
type greHeader struct {
	flags, protocol uint16
	key, sequence   uint32
	payload         []byte
}

// readGRE refuses what Linux drops without a word: other versions, RFC 1701
// routing, a wrong checksum, a header that ends early.
func readGRE(p []byte) (h greHeader, ok bool) {
	if len(p) < 4 {
		return h, false
	}
	h.flags, h.protocol = be.Uint16(p), be.Uint16(p[2:])
	if h.flags&(greVersion|greRouting) != 0 {
		return h, false
	}
	rest := p[4:]
	take := func(flag uint16) (field uint32) {
		if h.flags&flag == 0 || !ok {
			return 0
		}
		if ok = len(rest) >= 4; !ok {
			return 0
		}
		field, rest = be.Uint32(rest), rest[4:]
		return field
	}
	ok = true
	take(greChecksum)
	h.key, h.sequence = take(greKey), take(greSequence)
	h.payload = rest
	return h, ok && (!h.has(greChecksum) || checksum(p) == 0)
}

func (h greHeader) has(flag uint16) bool { return h.flags&flag != 0 }
