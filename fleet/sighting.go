package fleet

import (
	"net/netip"
	"strconv"
	"time"
)

// Sighting is a keepalive in a capture, on its way out or on its way back.
type Sighting struct {
	Time   time.Time // zero: the capture does not say
	Tunnel string    // its name; "": of no tunnel that is followed

	Request bool // else an answer
	// Source and Destination are those of its own IP header: a request's outer one.
	Source, Destination netip.Addr
	Key                 uint32
	HasKey              bool
	ID                  uint16 // the inner IP identification: the answer's own
	TTL                 uint8
	Length              int // of the answer that it is or holds, in octets (R5)

	Counter uint32  // the keepalive counter after it (R9)
	Verdict Verdict // of an answer, and of a request that was captured before
	RTT     time.Duration
	HasRTT  bool // RTT is known
}

// Verdict is what a captured packet turned out to be.
type Verdict string

// The verdicts. Only the first touches the counter and the line protocol.
const (
	VerdictAnswered  Verdict = "answered"  // the answer of a request in flight
	VerdictLate      Verdict = "late"      // that of one no longer awaited
	VerdictDuplicate Verdict = "duplicate" // a second one
	VerdictUnmatched Verdict = "unmatched" // that of no request in the capture
	VerdictCopy      Verdict = "copy"      // captured before, on another interface or before it was forwarded
)

// AppendDebug appends the line that a router's `debug tunnel keepalive` prints for
// each keepalive that it sends (R21), without a newline; length is that of the
// answer inside (R5).
func AppendDebug(b []byte, tunnel string, source, destination netip.Addr, length int, counter uint32) []byte {
	b = append(b, tunnel...)
	b = append(b, ": sending keepalive, "...)
	b = source.AppendTo(b)
	b = append(b, "->"...)
	b = destination.AppendTo(b)
	b = append(b, " (len="...)
	b = strconv.AppendInt(b, int64(length), 10)
	b = append(b, " ttl=0), counter="...)
	return strconv.AppendUint(b, uint64(counter), 10)
}
