package fleet

import (
	"net/netip"
	"time"
)

// Inventory is a fleet as an operator declares it, complete: defaults and what
// a hub hands down are already applied to each tunnel. See fleet/inventory for
// how it is read from TOML.
type Inventory struct {
	Engine  EngineOptions
	Journal JournalOptions
	Hubs    []Hub
	Spokes  []Spoke
	Tunnels []Tunnel // in the order of the file; names are unique
	Hooks   []Hook   // who is told what happens
	// Order is the order in which the engine numbers the enabled tunnels, by their
	// positions in Tunnels; nil: that of the file. With many tunnels it should be
	// that in which they are probed: facts of tunnels that are due together then
	// lie together in memory.
	Order []int32
}

// EngineOptions are the inventory's [engine].
type EngineOptions struct {
	Reflect  bool // answer the configured peers' own keepalives
	MaxRate  int  // packets a second, all tunnels together; ≥ 1
	RealTime bool // run before all ordinary processes of the host, where that is permitted
}

// JournalOptions are the inventory's [journal]. What is 0 is not said, and left to
// fleet/journal.
type JournalOptions struct {
	Path    string        // of the current file; "": no journal
	Every   time.Duration // between full reports
	MaxSize int64         // in bytes: a larger file is rotated
	Keep    int           // rotated files to keep
}

// Hub is a router at which many tunnels begin.
type Hub struct {
	Name   string
	Source netip.Addr // its tunnels' source where they name none; may be invalid
	IPsec  IPsec      // this end's protection, R19
}

// Spoke is a site that is reached by one tunnel, or by several ranked ones.
type Spoke struct {
	Name  string
	Watch netip.Prefix // the prefix whose kernel route is shown; may be invalid
}

// IPsec is how an end encrypts its GRE packets (R19). It is a number, as [Payload] and
// [Match] are, because a large fleet has many.
type IPsec uint8

// The kinds of R19.
const (
	IPsecUndeclared IPsec = iota // nothing is known of it, which is not the same as none
	IPsecNone
	CryptoMap
	TunnelProtected
)

// String is the inventory's word; "" where nothing is declared.
func (i IPsec) String() string {
	return [...]string{"", "none", "crypto-map", "tunnel-protection"}[i]
}

// Probe is how a tunnel's far end is tested.
type Probe string

// The kinds of probe.
const (
	Keepalive Probe = "keepalive" // R4
	Echo      Probe = "icmp"      // ICMP echo to the destination: R20's second way
)

// Payload is what follows the inner GRE header of a keepalive; 0: not known.
type Payload uint8

// The payloads.
const (
	Bare   Payload = iota + 1 // nothing: the router's own 24 bytes (R5)
	Signed                    // sequence, time and a SipHash tag
)

// String is the inventory's word; "" for 0.
func (p Payload) String() string { return [...]string{"", "bare", "signed"}[p] }

// Match is how an answer is told to be ours; 0: not known.
type Match uint8

// The ways to match.
const (
	MatchID      Match = iota + 1 // by the inner IP identification
	MatchAddress                  // by the addresses: the far end rewrites the identification
)

// String is the inventory's word; "" for 0.
func (m Match) String() string { return [...]string{"", "id", "address"}[m] }

// Tunnel is one point-to-point tunnel: what is sent, and what it means.
type Tunnel struct {
	Name  string
	Hub   string // may be empty
	Spoke string // may be empty
	Rank  int    // 1 = primary; 2, 3, … backups in the order in which they take over
	Tags  []string

	Source      netip.Addr // outer source, inner destination unless ReplyTo
	Destination netip.Addr
	ReplyTo     netip.Addr // inner destination behind NAT; invalid: Source
	Device      string     // interface or VRF device to send by; "": the routing table decides

	Probe    Probe
	Interval time.Duration // R8, 100 ms … 32767 s
	Retries  int           // R8, 1 … 255

	// What is small stands together: a large fleet has many of these.
	Key                uint32 // RFC 2890, on both headers; HasKey: 0 is a key
	Line               uint32 // of its [[tunnel]] in the file, from 1; 0: not from a file
	HasKey             bool
	Checksum, Sequence bool
	Payload            Payload
	Match              Match
	TTL, TOS           uint8 // of both headers
	Enabled            bool  // false: administratively down, not probed
	UpAfter            uint8 // answers in a row before it counts as up again, R11; ≥ 1
	IPsec              IPsec // this end's protection where it is not its hub's, R19; undeclared: its hub's

	DegradedLoss float64       // ratio over the last 100 sent; 0: never
	DegradedRTT  time.Duration // of the smoothed round trip time; 0: never

	Peer    *Peer    // nil: nothing is known of the far end
	Routing *Routing // nil: nothing is known of it; tunnels may share one
}

// Peer is what is known of the far end of a tunnel ([tunnel.peer]).
type Peer struct {
	Multipoint bool   // R15
	URPF       string // "off", "strict" or "loose", R17
	IPsec      IPsec  // R19
	FrontVRF   string // tunnel vrf, R16; "": the global table
	InsideVRF  string // vrf forwarding, R16
	// ACLPermitsGRE tells whether the inbound ACL of the tunnel interface
	// permits the answer (R18). True where the file says nothing.
	ACLPermitsGRE bool
	// KeepaliveInterval and KeepaliveRetries are its own timers (R12, R13);
	// 0 and 0: it sends none.
	KeepaliveInterval time.Duration
	KeepaliveRetries  int

	Key      uint32  // RFC 2890; meant where KeySet is On
	KeySet   Setting // Off: it has no key
	Checksum Setting // tunnel checksum
	Sequence Setting // tunnel sequence-datagrams
}

// Setting is what is known of an option of the far end.
type Setting uint8

// The settings.
const (
	Unknown Setting = iota
	Off
	On
)

// Routing is what is known of the routing through a tunnel. It is not changed once
// it is part of one.
type Routing struct {
	Routes []netip.Prefix // that static routes send into it; may be empty
	// Dead is the dead or hold time of the routing protocol that runs over it; 0:
	// none is known to.
	Dead time.Duration
}
