package gre

import "net/netip"

// AppendRequest appends one keepalive, outer IPv4 header included (R4):
// IP A→B | GRE 0x0800 | IP B→A | GRE 0, and the signed payload where the tunnel
// has a secret. It allocates only where b lacks room for [MaxRequestLen].
func (s *Spec) AppendRequest(b []byte, m Marks) []byte {
	total := IPv4HeaderLen + headerLen(s.flags()) + s.answerLen()
	b = s.appendIPv4(b, total, m.ID+1, s.Source, s.Destination)
	return s.appendTunnelled(b, m)
}

// answerLen is the length of the answer that is prebuilt inside (R5).
func (s *Spec) answerLen() int {
	n := IPv4HeaderLen + headerLen(s.flags())
	if s.Secret != nil {
		n += SignedLen
	}
	return n
}

// replyTo is where the answer comes to.
func (s *Spec) replyTo() netip.Addr {
	if s.ReplyTo.IsValid() {
		return s.ReplyTo
	}
	return s.Source
}

// appendTunnelled appends what follows the outer IPv4 header.
func (s *Spec) appendTunnelled(b []byte, m Marks) []byte {
	at := len(b)
	b = s.appendHeader(b, ProtocolIPv4, m.Sequence)
	b = s.appendAnswer(b, m)
	if s.Checksum {
		seal(b[at:])
	}
	return b
}

// appendAnswer appends the answer as it will leave the far end, but for the TTL.
func (s *Spec) appendAnswer(b []byte, m Marks) []byte {
	at := len(b)
	b = s.appendIPv4(b, s.answerLen(), m.ID, s.Destination, s.replyTo())
	gre := len(b)
	b = s.appendHeader(b, ProtocolKeepalive, m.Sequence)
	if s.Secret != nil {
		b = append(b, make([]byte, SignedLen)...)
		sign(s.Secret, b[at:gre], b[len(b)-SignedLen:], m)
	}
	if s.Checksum {
		seal(b[gre:])
	}
	return b
}
