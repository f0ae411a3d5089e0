package gre

// Template is a tunnel's keepalive with its bytes prebuilt, from the outer GRE
// header on: the kernel builds the outer IPv4 header. It comes from
// [NewTemplate], holds a copy of all that it needs, and is not changed by use,
// so that goroutines may share it. The zero Template appends nothing.
type Template struct {
	bytes    [maxTunnelledLen]byte
	secret   Secret
	ipSum    uint32 // inner IPv4 header without identification and checksum
	length   uint8
	header   uint8 // length of each GRE header
	checksum bool
	sequence bool
	signed   bool
}

// NewTemplate prebuilds the keepalives of a tunnel. Later changes to s have no
// effect on it.
func NewTemplate(s *Spec) Template {
	t := Template{
		header:   uint8(headerLen(s.flags())),
		checksum: s.Checksum,
		sequence: s.Sequence,
		signed:   s.Secret != nil,
	}
	if t.signed {
		t.secret = *s.Secret
	}
	b := s.appendTunnelled(t.bytes[:0], Marks{})
	t.length = uint8(len(b))
	ip := b[t.header:]
	be.PutUint16(ip[atChecksum:], 0)
	t.ipSum = uint32(sum(ip[:IPv4HeaderLen]))
	return t
}

// Append appends one keepalive without its outer IPv4 header: the same bytes as
// [Spec.AppendRequest], but faster.
func (t *Template) Append(b []byte, m Marks) []byte {
	if t.length == 0 {
		return b
	}
	at := len(b)
	b = append(b, t.bytes[:t.length]...)
	p := b[at:]
	ip := p[t.header:]
	be.PutUint16(ip[atID:], m.ID)
	be.PutUint16(ip[atChecksum:], ^fold(t.ipSum+uint32(m.ID)))
	if t.sequence || t.signed || t.checksum {
		t.patch(p, m)
	}
	return b
}

// patch writes what only some tunnels have. Checksums last, and the inner one
// first, since the outer one covers it.
func (t *Template) patch(p []byte, m Marks) {
	answer := p[t.header:]
	inner := answer[IPv4HeaderLen:]
	if t.sequence { // the last field of a GRE header
		be.PutUint32(p[t.header-OptionLen:], m.Sequence)
		be.PutUint32(inner[t.header-OptionLen:], m.Sequence)
	}
	if t.signed {
		sign(&t.secret, answer[:IPv4HeaderLen], inner[t.header:], m)
	}
	if t.checksum {
		seal(inner)
		seal(p)
	}
}
