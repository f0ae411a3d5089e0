package probe

import (
	"time"

	"greylag/probe/session"
)

// EventKind says which fact an [Event] states.
type EventKind uint8

// The facts that the engine reports. What they mean together (a state, a
// reason, a loss ratio) is derived from them by whoever reads.
const (
	// Sent: keepalive Seq was handed to the kernel. Counter is the keepalive
	// counter after it (R9).
	Sent EventKind = iota + 1
	// Unsent: keepalive Seq could not be sent; Err says why. It takes back the
	// Sent of the same Seq, which came before it in the same batch. The counter
	// keeps its step: a keepalive was due and no answer will come.
	Unsent
	// Answered: the answer of Seq came back after RTT with the given TTL.
	Answered
	// Late: an answer of Seq, which is no longer awaited. It changes no state.
	Late
	// Duplicate: another answer of Seq, which had been answered already.
	Duplicate
	// Unmatched: an answer with an identification that is not one of ours, or
	// whose signature is wrong. It changes no state.
	Unmatched
	// Excused: whether Seq was answered will never be known, because this host
	// lost answers or was away. It counts neither as lost nor as received.
	Excused
	// Line: the line protocol changed from From to To (R10, R11).
	Line
	// Refused: an ICMP error came that quotes one of the tunnel's packets. ICMPType,
	// ICMPCode and Sender say which and whose; Seq is the keepalive's number where
	// the quote shows it, else 0. It explains, and changes no state: it may be forged.
	// Of many within 100 ms one is reported.
	Refused
	// Asked: an ICMP echo was sent to the tunnel's destination, because answers are
	// missing: with the keepalive Seq, which fell due when the one before it was not
	// answered; at most once a second.
	Asked
	// Replied: the destination answered such an echo, sent with keepalive Seq. It
	// comes once for each.
	Replied
	// Altered: an answer came back changed on the way; Alteration says how. Seq is
	// the keepalive's number where the identification is one of ours, else 0. It
	// changes no state.
	Altered
)

// Event is one fact about one tunnel.
type Event struct {
	// At is when it happened: for answers the kernel's receive timestamp. It
	// carries a monotonic reading.
	At time.Time
	// RTT is the time from sending to the answer's arrival; Answered and Late.
	RTT time.Duration
	// Err is why the keepalive could not be sent; Unsent only. It is a
	// syscall.Errno where the kernel refused.
	Err error
	// Tunnel is the position of the tunnel in the slice given to [New].
	Tunnel int32
	// Seq numbers the tunnel's keepalives from 1, modulo 2^32.
	Seq uint32
	// Counter is the keepalive counter after the event (R9).
	Counter uint32
	Kind    EventKind
	// From and To are the line protocol's states; Line only.
	From, To session.State
	// TTL is that of the answer's IP header; Answered, Late, Duplicate, Altered. Of
	// Replied it is that of the echo's reply.
	TTL uint8
	// ICMPType and ICMPCode are the error's, RFC 792; Refused only.
	ICMPType, ICMPCode uint8
	// Sender is who sent the ICMP error; Refused only.
	Sender [4]byte
	// Alteration is what was changed; Altered only.
	Alteration Alteration
}

// Alteration says what of an answer was changed on its way.
type Alteration uint8

// What may be changed.
const (
	AlteredChecksum       Alteration = iota + 1 // the GRE checksum is wrong
	AlteredKey                                  // the key is another, missing, or one was added
	AlteredIdentification                       // the inner IP identification is none of ours
)

// Sink takes the facts of one turn of the engine's loop, in the order in which
// they happened. It must not keep the slice, nor block: the engine waits for it.
type Sink interface {
	Record(events []Event)
}
