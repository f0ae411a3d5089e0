package gre

// The bits of a GRE header's first 16 (RFC 2784 section 2.1, RFC 2890 section 2).
const (
	flagChecksum = 0x8000 // bit 0
	flagKey      = 0x2000 // bit 2
	flagSequence = 0x1000 // bit 3
	// flagsRefused are bits 1, 4 and 5; bits 6 to 12 are ignored (RFC 2784
	// section 2.3).
	flagsRefused = 0x4c00
	versionMask  = 0x0007 // bits 13 to 15
)

// flags are those of both GRE headers of the tunnel.
func (s *Spec) flags() uint16 {
	var f uint16
	if s.Checksum {
		f |= flagChecksum
	}
	if s.HasKey {
		f |= flagKey
	}
	if s.Sequence {
		f |= flagSequence
	}
	return f
}

// headerLen is the length of a GRE header with these flags.
func headerLen(flags uint16) int {
	n := HeaderLen
	for _, f := range [...]uint16{flagChecksum, flagKey, flagSequence} {
		if flags&f != 0 {
			n += OptionLen
		}
	}
	return n
}

// appendHeader appends a GRE header. Its checksum is left 0 for [seal], since
// it covers what is yet to come.
func (s *Spec) appendHeader(b []byte, protocol uint16, sequence uint32) []byte {
	b = be.AppendUint16(b, s.flags())
	b = be.AppendUint16(b, protocol)
	if s.Checksum {
		b = append(b, 0, 0, 0, 0)
	}
	if s.HasKey {
		b = be.AppendUint32(b, s.Key)
	}
	if s.Sequence {
		b = be.AppendUint32(b, sequence)
	}
	return b
}

// seal writes the checksum of a GRE packet whose checksum bit is set: over
// header and payload, the field itself being 0 (RFC 2784 section 2.5).
func seal(packet []byte) {
	field := packet[HeaderLen : HeaderLen+2]
	be.PutUint16(field, 0)
	be.PutUint16(field, ^sum(packet))
}

// header is a GRE header as read.
type header struct {
	flags, protocol uint16
	key, sequence   uint32
	payload         []byte
}

// parseHeader reads a GRE header. It does not look at the checksum, for which
// there is [header.intact].
func parseHeader(p []byte) (header, error) {
	if len(p) < HeaderLen {
		return header{}, ErrTruncated
	}
	h := header{flags: be.Uint16(p), protocol: be.Uint16(p[2:])}
	n := headerLen(h.flags)
	switch {
	case h.flags&versionMask != 0:
		return header{}, ErrGREVersion
	case h.flags&flagsRefused != 0:
		return header{}, ErrGREFlags
	case len(p) < n:
		return header{}, ErrTruncated
	}
	h.readOptions(p[HeaderLen:n])
	h.payload = p[n:]
	return h, nil
}

// readOptions takes the optional fields, which parseHeader found to be there.
func (h *header) readOptions(p []byte) {
	if h.flags&flagChecksum != 0 {
		p = p[OptionLen:]
	}
	if h.flags&flagKey != 0 {
		h.key = be.Uint32(p)
		p = p[OptionLen:]
	}
	if h.flags&flagSequence != 0 {
		h.sequence = be.Uint32(p)
	}
}

// intact says whether the checksum of the GRE packet, if it has one, is right.
func (h *header) intact(packet []byte) bool {
	return h.flags&flagChecksum == 0 || sum(packet) == 0xffff
}

func (h *header) hasKey() bool      { return h.flags&flagKey != 0 }
func (h *header) hasSequence() bool { return h.flags&flagSequence != 0 }
