package icmp

// Mark is what an echo carries in front of its data, and its reply brings back
// (RFC 792: the data must be returned).
type Mark [16]byte

// AppendMarkedEcho is [AppendEcho] with a mark in the first octets of the data.
func AppendMarkedEcho(b []byte, id, sequence uint16, mark Mark) []byte {
	return appendEcho(b, id, sequence, mark[:])
}

// ParseMarkedReply is [ParseReply] for the reply to a marked echo. One too short
// for a mark fails with [ErrNotEchoReply].
func ParseMarkedReply(packet []byte) (Reply, Mark, error) {
	r, err := ParseReply(packet)
	if err != nil {
		return Reply{}, Mark{}, err
	}
	message, _ := payload(packet)
	if len(message) < 8+len(Mark{}) {
		return Reply{}, Mark{}, ErrNotEchoReply
	}
	return r, Mark(message[8:]), nil
}
