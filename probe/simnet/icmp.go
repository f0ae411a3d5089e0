package simnet

import "time"

// ICMP types (RFC 792) and the codes of destination unreachable.
const (
	icmpEchoReply        = 0
	icmpUnreachable      = 3
	icmpEcho             = 8
	icmpTimeExceeded     = 11
	icmpParameterProblem = 12

	hostUnreachable     = 1
	protocolUnreachable = 2
	portUnreachable     = 3
	adminProhibited     = 13 // RFC 1812 section 5.2.7.1

	icmpHeaderLen = 8
	// icmpQuoted is how much of a packet Linux quotes: an error is at most 576
	// octets long (RFC 1812 section 4.3.2.3).
	icmpQuoted = 576 - headerLen - icmpHeaderLen

	linuxTTL = 64
)

// echo appends the reply to an echo request; other ICMP is for the far end
// itself.
func (f *FarEnd) echo(b []byte, ip ipv4) []byte {
	if len(ip.body) < icmpHeaderLen || ip.body[0] != icmpEcho || ip.body[1] != 0 || checksum(ip.body) != 0 {
		return b
	}
	b = outgoing{ip.tos(), linuxTTL, protocolICMP, f.nextID(), f.address, ip.source()}.append(b, ip.body)
	reply := b[len(b)-len(ip.body):]
	reply[0] = icmpEchoReply
	seal(reply, 2)
	return b
}

// complain appends an ICMP destination unreachable about ip from the given
// sender, unless it sent too many of late. Its TOS is that of network control
// (RFC 1812 section 4.3.2.5).
func (f *FarEnd) complain(b []byte, sender addr, ip ipv4, code uint8, now time.Time) []byte {
	if !mayComplain(ip) || !f.errors.allow(now) {
		return b
	}
	quote := ip.whole[:min(len(ip.whole), icmpQuoted)]
	message := make([]byte, icmpHeaderLen, icmpHeaderLen+icmpQuoted)
	message[0], message[1] = icmpUnreachable, code
	message = append(message, quote...)
	seal(message, 2)
	tos := ip.tos()&0x1e | 0xc0
	return outgoing{tos, linuxTTL, protocolICMP, f.nextID(), sender, ip.source()}.append(b, message)
}

// mayComplain: never about an ICMP error, nor about a later fragment (RFC 1122
// section 3.2.2).
func mayComplain(ip ipv4) bool {
	if ip.protocol() == protocolICMP && (len(ip.body) == 0 || ip.body[0] != icmpEcho) {
		return false
	}
	return be.Uint16(ip.header[6:])&0x1fff == 0
}

// Linux's default limit of ICMP errors: one a second (icmp_ratelimit), after a
// burst of six. It counts by receiver, this by far end.
const (
	errorEvery = time.Second
	errorBurst = 6
)

// limiter is the token bucket of Linux's inet_peer_xrlim_allow. Its zero value
// is full.
type limiter struct {
	last time.Time
	had  time.Duration // tokens at last
}

func (l *limiter) allow(now time.Time) bool {
	if l.last.IsZero() {
		l.had = errorBurst * errorEvery
	} else {
		l.had = min(l.had+now.Sub(l.last), errorBurst*errorEvery)
	}
	l.last = now
	if l.had < errorEvery {
		return false
	}
	l.had -= errorEvery
	return true
}
