package simnet

// What the kernel's filters look for, as package rawsock has them.

// isAnswer says whether a packet is a keepalive that came back (R7).
func isAnswer(ip ipv4) bool {
	return ip.protocol() == protocolGRE && len(ip.body) >= 4 && be.Uint16(ip.body[2:]) == greKeepalive
}

// isReply says whether a packet is an ICMP echo reply.
func isReply(ip ipv4) bool {
	return ip.protocol() == protocolICMP && len(ip.body) >= icmpHeaderLen && ip.body[0] == icmpEchoReply
}

// echoID is the identifier of an echo or its reply (RFC 792).
func echoID(message []byte) uint16 { return be.Uint16(message[4:]) }

// quotesOurs says whether a packet is an ICMP error about GRE, or about an echo
// with an identifier other than the one given.
func quotesOurs(ip ipv4, evidenceID uint16) bool {
	if ip.protocol() != protocolICMP || len(ip.body) < icmpHeaderLen+headerLen || !isError(ip.body[0]) {
		return false
	}
	quote := ip.body[icmpHeaderLen:]
	if quote[9] == protocolGRE {
		return true
	}
	rest := quote[min(len(quote), int(quote[0]&0xf)*4):]
	return quote[9] == protocolICMP && len(rest) >= icmpHeaderLen && rest[0] == icmpEcho && echoID(rest) != evidenceID
}

func isError(kind uint8) bool {
	return kind == icmpUnreachable || kind == icmpTimeExceeded || kind == icmpParameterProblem
}
