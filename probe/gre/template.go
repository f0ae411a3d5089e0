package gre

import "net/netip"

// Template is a tunnel's keepalive with its bytes prebuilt, from the outer GRE
// header on: the kernel builds the outer IPv4 header. It comes from
// [NewTemplate] or [Templates], holds a copy of all that it needs, and is not
// changed by use, so that goroutines may share it. The zero Template appends
// nothing.
type Template struct {
	shape       *shape
	destination [4]byte
	key         uint32
}

// Templates makes templates that share what is the same in many tunnels, so
// that each takes 16 octets of its own. The zero Templates is ready for use.
type Templates struct {
	shapes map[likeness]*shape
}

// NewTemplate prebuilds the keepalives of a tunnel. Later changes to s have no
// effect on it.
func NewTemplate(s *Spec) Template { return new(Templates).Of(s) }

// Of is [NewTemplate] for one tunnel of many.
func (ts *Templates) Of(s *Spec) Template {
	l := likenessOf(s)
	sh := ts.shapes[l]
	if sh == nil {
		sh = newShape(s)
		if ts.shapes == nil {
			ts.shapes = map[likeness]*shape{}
		}
		ts.shapes[l] = sh
	}
	return Template{shape: sh, destination: octets(s.Destination), key: s.Key}
}

// likeness is what tunnels of one shape have in common.
type likeness struct {
	replyTo                       netip.Addr
	ttl, tos                      uint8
	keyed, checksum, seqno, signs bool
	secret                        Secret
}

func likenessOf(s *Spec) likeness {
	l := likeness{
		replyTo: s.replyTo(), ttl: s.TTL, tos: s.TOS,
		keyed: s.HasKey, checksum: s.Checksum, seqno: s.Sequence, signs: s.Secret != nil,
	}
	if l.signs {
		l.secret = *s.Secret
	}
	return l
}

// shape is the bytes of a keepalive, but for what its tunnel and its [Marks] put
// in.
type shape struct {
	likeness
	bytes  [maxTunnelledLen]byte // with destination and key 0
	ipSum  uint32                // of the inner IPv4 header as it is in bytes
	length uint8
	header uint8 // length of each GRE header
	key    uint8 // where it is in that
}

func newShape(s *Spec) *shape {
	blank := *s
	blank.Destination, blank.Key = netip.Addr{}, 0
	sh := &shape{likeness: likenessOf(s), header: uint8(headerLen(s.flags())), key: HeaderLen}
	if s.Checksum {
		sh.key += OptionLen
	}
	b := blank.appendTunnelled(sh.bytes[:0], Marks{})
	sh.length = uint8(len(b))
	ip := b[sh.header:]
	be.PutUint16(ip[atChecksum:], 0)
	sh.ipSum = uint32(sum(ip[:IPv4HeaderLen]))
	return sh
}

// Append appends one keepalive without its outer IPv4 header: the same bytes as
// [Spec.AppendRequest], but faster.
func (t *Template) Append(b []byte, m Marks) []byte {
	sh := t.shape
	if sh == nil {
		return b
	}
	at := len(b)
	b = append(b, sh.bytes[:sh.length]...)
	p := b[at:]
	ip := p[sh.header:]
	copy(ip[atSource:], t.destination[:])
	be.PutUint16(ip[atID:], m.ID)
	words := uint32(m.ID) + uint32(be.Uint16(t.destination[:])) + uint32(be.Uint16(t.destination[2:]))
	be.PutUint16(ip[atChecksum:], ^fold(sh.ipSum+words))
	if sh.header > HeaderLen || sh.signs {
		sh.patch(p, t.key, m)
	}
	return b
}

// patch writes what only some tunnels have. Checksums last, and the inner one
// first, since the outer one covers it.
func (sh *shape) patch(p []byte, key uint32, m Marks) {
	answer := p[sh.header:]
	inner := answer[IPv4HeaderLen:]
	if sh.keyed {
		be.PutUint32(p[sh.key:], key)
		be.PutUint32(inner[sh.key:], key)
	}
	if sh.seqno { // the last field of a GRE header
		be.PutUint32(p[sh.header-OptionLen:], m.Sequence)
		be.PutUint32(inner[sh.header-OptionLen:], m.Sequence)
	}
	if sh.signs {
		sign(&sh.secret, answer[:IPv4HeaderLen], inner[sh.header:], m)
	}
	if sh.checksum {
		seal(inner)
		seal(p)
	}
}
