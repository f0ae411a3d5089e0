package gre

// Watched is a keepalive as it passes somebody who watches the wire, on its way
// out or on its way back.
type Watched struct {
	// Request says that it is on its way out (R4), and what follows is of its outer
	// headers; else it is the answer (R7), which has no others.
	Request             bool
	Source, Destination [4]byte
	TTL                 uint8
	Key                 uint32
	HasKey              bool
	// Answer is the answer that it is, or that it holds.
	Answer Answer
	// AnswerLen is the answer's IPv4 total length: the len of a router's debug
	// line (R21).
	AnswerLen int
}

// Watch reads IP | GRE 0x0800 or 0x8909 | IP | GRE 0, or IP | GRE 0. Of a request
// only the inner source must be the outer destination (R4): where the answer goes
// is the sender's own concern, which may be behind NAT. The outer GRE checksum
// must be right where there is one.
//
// It returns what [ParseAnswer] does, or ErrNotMirrored.
func Watch(packet []byte) (Watched, error) {
	ip, h, err := parseOuter(packet, true)
	if err != nil {
		return Watched{}, err
	}
	w := Watched{
		Source: [4]byte(ip[atSource:]), Destination: [4]byte(ip[atDestination:]), TTL: ip[atTTL],
		Key: h.key, HasKey: h.hasKey(),
	}
	answer := packet
	if h.protocol != ProtocolKeepalive {
		w.Request = true
		if answer, err = innerPacket(&h); err != nil {
			return Watched{}, err
		}
	}
	w.Answer, err = ParseDamaged(answer)
	switch {
	case err == ErrNotGRE && w.Request:
		return Watched{}, ErrNotKeepalive
	case err != nil:
		return Watched{}, err
	case w.Request && w.Answer.Source != w.Destination:
		return Watched{}, ErrNotMirrored
	}
	w.AnswerLen = int(be.Uint16(answer[atTotalLength:]))
	return w, nil
}

// AnswerLen is the length of the answer that is prebuilt inside (R5), in octets.
func (s *Spec) AnswerLen() int { return s.answerLen() }
