package probe

import (
	"net/netip"
	"time"
)

// IP protocol numbers that a [Conn] carries (IANA).
const (
	ProtocolICMP = 1
	ProtocolGRE  = 47
)

// Egress is how packets leave: by which protocol, from which address, and what
// the kernel writes into the IP header.
type Egress struct {
	Protocol uint8 // [ProtocolGRE] or [ProtocolICMP]
	Source   netip.Addr
	Device   string // interface or VRF device; "": the routing table decides
	TTL, TOS uint8
}

// Conn is the network as the engine needs it: raw IP out, raw IP in. Package
// rawsock is the real one, package simnet its twin in memory. All methods but
// Wake are called by one goroutine.
type Conn interface {
	// Egress prepares a way out and returns its handle. It fails only for what
	// can never work, such as a name that is too long: an address or device that
	// is not there yet makes each send fail until it is.
	Egress(protocol uint8, source netip.Addr, device string, ttl, tos uint8) (int, error)
	// EvidenceEgress is Egress for diagnostic echoes, protocol ICMP. What they do
	// to a send buffer befalls no keepalive.
	EvidenceEgress(source netip.Addr, device string, ttl, tos uint8) (int, error)
	// Queue adds a packet to the batch: what follows the IP header, which the
	// kernel builds. The payload must not change until Flush.
	Queue(egress int, destination [4]byte, payload []byte)
	// Flush sends the batch and empties it, never blocking. It calls failed with
	// the place in the batch of each packet that could not be sent.
	Flush(failed func(place int, err error))
	// Receive hands over a batch of what has arrived, without blocking, and says
	// whether there may be more: whole IP packets, valid during the call, with the
	// kernel's time of arrival, whose monotonic reading is set.
	Receive(handle func(packet []byte, at time.Time)) (more bool, err error)
	// ReceiveEvidence hands over, as Receive does, what may explain that answers
	// are missing: ICMP errors that quote GRE or our echoes, and replies to our
	// diagnostic echoes; at most 64 of each. Evidence is never urgent: no Wait
	// ends for it, and what of it was lost is not in Dropped.
	ReceiveEvidence(handle func(packet []byte, at time.Time)) error
	// Wait returns after d, or sooner when something can be received if
	// wakeOnPacket, or when Wake is called.
	Wait(d time.Duration, wakeOnPacket bool)
	// Wake ends a Wait, the next one if there is none. Any goroutine may call it.
	Wake()
	// Dropped returns how many packets were lost so far because this side's
	// receive buffer was full.
	Dropped() uint64
}

// ReflectConn is the network as the reflector needs it: whole IP packets out,
// headers included, since an answer keeps its identification (R4).
type ReflectConn interface {
	// QueuePacket adds a whole IP packet to the batch; Flush copies as Conn's.
	QueuePacket(destination [4]byte, packet []byte)
	Flush(failed func(place int, err error))
	Receive(handle func(packet []byte, at time.Time)) (more bool, err error)
	Wait(d time.Duration, wakeOnPacket bool)
	Wake()
	Dropped() uint64
}
