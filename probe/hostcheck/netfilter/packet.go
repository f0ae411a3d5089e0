package netfilter

import "net/netip"

// IP protocols that keepalives are concerned with.
const (
	ICMP = 1  // RFC 792
	GRE  = 47 // RFC 2784 section 4
)

// Types of ICMP messages (RFC 792).
const (
	EchoReply       = 0
	Unreachable     = 3
	Echo            = 8
	TimeExceeded    = 11
	PortUnreachable = 3 // a code of Unreachable
)

// State is what connection tracking calls a packet, in nft's words.
type State string

// The states of packets that keepalives are concerned with.
const (
	New         State = "new"         // the first of its kind between two addresses
	Established State = "established" // an answer: GRE without a call ID is told by its addresses
	Related     State = "related"     // an ICMP error about a packet of ours
)

// Packet is a packet on its way into this host or out of it.
type Packet struct {
	Out         bool
	Protocol    uint8
	Type, Code  uint8      // of ICMP
	Quoted      uint8      // protocol of the packet that an ICMP error is about
	Source      netip.Addr // invalid: not known
	Destination netip.Addr // invalid: not known
	Device      string     // the interface it comes by or leaves by; "": not known
	State       State      // "": not known
}
