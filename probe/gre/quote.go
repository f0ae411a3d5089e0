package gre

// Quote is what an ICMP error shows of a keepalive on its way out (R4), of which
// it quotes a part.
type Quote struct {
	// Key is that of the outer GRE header (RFC 2890), where HasKey. KeyBeyond
	// says that there is one, but behind the end of the quote.
	Key               uint32
	HasKey, KeyBeyond bool
	// ID is the inner IPv4 identification, [Marks].ID, where HasID: where the
	// quote reaches it.
	ID    uint16
	HasID bool
}

// ParseQuote reads the beginning of a GRE packet, without its IP header. The 8
// octets that RFC 792 grants show the GRE header and the key, if no checksum
// stands before it. Checksums are not looked at: what they cover is cut off.
//
// It returns ErrTruncated, ErrGREVersion or ErrGREFlags, and ErrNotKeepalive as
// soon as what is there cannot begin a keepalive.
func ParseQuote(quote []byte) (Quote, error) {
	if len(quote) < HeaderLen {
		return Quote{}, ErrTruncated
	}
	flags := be.Uint16(quote)
	switch {
	case flags&versionMask != 0:
		return Quote{}, ErrGREVersion
	case flags&flagsRefused != 0:
		return Quote{}, ErrGREFlags
	case be.Uint16(quote[2:]) != ProtocolIPv4:
		return Quote{}, ErrNotKeepalive
	}
	q := quotedKey(quote, flags)
	inner := quote[min(headerLen(flags), len(quote)):]
	if !startsAnswer(inner) {
		return Quote{}, ErrNotKeepalive
	}
	if q.HasID = len(inner) >= atID+2; q.HasID {
		q.ID = be.Uint16(inner[atID:])
	}
	return q, nil
}

// quotedKey takes the key, if there is one.
func quotedKey(quote []byte, flags uint16) (q Quote) {
	if flags&flagKey == 0 {
		return q
	}
	at := headerLen(flags & flagChecksum)
	if at+OptionLen > len(quote) {
		q.KeyBeyond = true
		return q
	}
	q.Key, q.HasKey = be.Uint32(quote[at:]), true
	return q
}

// startsAnswer says whether an answer may begin like this: IPv4 of protocol 47.
func startsAnswer(inner []byte) bool {
	return (len(inner) == 0 || inner[0]>>4 == 4) && (len(inner) <= atProtocol || inner[atProtocol] == IPProtocol)
}
