package fleet

import (
	"cmp"
	"net/netip"
	"time"
)

// State is the verdict on a tunnel.
type State string

// The states of a tunnel.
const (
	Pending  State = "pending"  // nothing known yet
	Up       State = "up"       // answers come back
	Degraded State = "degraded" // up, but loss or round trip time is over the tunnel's limit
	Down     State = "down"     // retries exhausted (R10)
	Disabled State = "disabled" // enabled = false: not probed
	// Removed is what a tunnel becomes in the event of the reload that takes it out of
	// the inventory. None is in that state.
	Removed State = "removed"
)

// Severity orders the states by how much they ask for somebody: 0 for down, then
// degraded, pending, up, and 4 for disabled and what is no state.
func (s State) Severity() int {
	switch s {
	case Down:
		return 0
	case Degraded:
		return 1
	case Pending:
		return 2
	case Up:
		return 3
	}
	return 4
}

// Path is the verdict on a spoke: by which of its tunnels it is reached.
type Path string

// The paths of a spoke.
const (
	PathPending Path = "pending" // nothing is up, or what is up ranks behind a tunnel that is still pending
	PathPrimary Path = "primary" // a tunnel of its lowest rank carries the traffic
	PathBackup  Path = "backup"  // one of a higher rank does
	PathNone    Path = "none"    // no tunnel is up
	// PathRemoved is what a spoke's path becomes in the event of the reload that takes
	// the spoke out of the inventory. None is on it.
	PathRemoved Path = "removed"
)

// Reason is the strongest evidence for why a tunnel is down.
type Reason string

// The reasons, strongest evidence first. Without evidence there is none.
const (
	// ReasonLocal: this host could not send.
	ReasonLocal Reason = "local"
	// ReasonProhibited: ICMP says administratively prohibited (R18).
	ReasonProhibited Reason = "prohibited"
	// ReasonNoGRE: the destination says by ICMP that it has no such protocol, or
	// no such tunnel: alive, but not for us.
	ReasonNoGRE Reason = "no-gre"
	// ReasonUnreachable: ICMP says net or host unreachable, or time exceeded.
	ReasonUnreachable Reason = "unreachable"
	// ReasonBlackHole: the destination answers ICMP echo, and the keepalive does
	// not come back (R2).
	ReasonBlackHole Reason = "black-hole"
	// ReasonSilent: neither comes back.
	ReasonSilent Reason = "silent"
)

// TunnelReport is everything known of one tunnel at one moment: facts, and the
// verdicts derived from them.
type TunnelReport struct {
	Tunnel *Tunnel // its declaration; not to be changed
	Time   time.Time

	State  State
	Since  time.Time // when State began
	Reason Reason    // only when down and known
	Detail string

	// Was is what a pending tunnel was before this greylag started, as a journal
	// knows it, and WasSince when that began: see [Store.Continue]. "": not known.
	Was      State
	WasSince time.Time

	Counter      uint32 // keepalives sent since the last answer (R9)
	Sent         uint64
	Received     uint64
	Lost         uint64 // unanswered, and a later keepalive has been sent
	Excused      uint64 // unknown: this host lost answers or was away
	InFlight     uint64 // Sent = Received + Lost + Excused + InFlight, always
	Late         uint64
	Duplicate    uint64
	Unmatched    uint64
	SendErrors   uint64
	Loss         float64 // ratio over the last 100 sent
	RTT          RTT
	Flaps        uint64  // times it went from up to down
	Availability float64 // ratio of known time during which the line was up; negative: not known yet
	// UpTime is how long the line was observed to be up, and KnownTime to be up or
	// down, by this greylag and, with a journal, by those before it.
	UpTime, KnownTime time.Duration
	LastReply         time.Time
	ReplyTTL          uint8 // of the last answer
	Advice            []Advice
	Evidence          []Evidence // what was observed, strongest first; none while all is well
	Incident          uint64     // number of the open incident it is a member of; 0: none

	// Recent is the newest keepalives, at most 60, oldest first. It is set in a
	// [Walker]'s rows only, and valid as long as they are: [Store.Outcomes] has more.
	Recent []PackedOutcome

	PeerReflected uint64 // the far end's own keepalives that were answered (R12)
	PeerLast      time.Time
	PeerInterval  time.Duration // as observed; 0: not known
}

// Advice is a rule that would explain that a tunnel is down, by what is declared
// of its far end.
type Advice struct {
	Rule    string // "R17"
	Message string // what happens
	Fix     string // what to do about it, or where to look; "" where only Rule is known
}

// EvidenceKind says what kind of observation an [Evidence] is.
type EvidenceKind string

// The kinds of evidence.
const (
	EvidenceLocal   EvidenceKind = "local"   // this host could not send
	EvidenceICMP    EvidenceKind = "icmp"    // an ICMP error that quotes one of our packets
	EvidenceEcho    EvidenceKind = "echo"    // the destination answers ICMP echo, or does not
	EvidencePeer    EvidenceKind = "peer"    // the far end's own keepalives (R12, R13)
	EvidenceAltered EvidenceKind = "altered" // answers were changed on the way
	EvidenceTTL     EvidenceKind = "ttl"     // the answer's TTL changed: the way back moved
	EvidenceRule    EvidenceKind = "rule"    // a rule over what is declared (R15–R19)
)

// Evidence is one kind of observation about a tunnel, with its age. It explains
// a state and never changes one.
type Evidence struct {
	Kind  EvidenceKind
	Time  time.Time  // when it was observed last; zero for a rule, and for what never came
	Count uint64     // how often since it began; 0: not counted
	From  netip.Addr // who sent it; invalid: nobody, or not known
	Text  string     // what was seen, for the operator
	Fix   string     // what to do or where to look; "": nothing is known
}

// Factor is what the members of an incident have in common.
type Factor string

// The factors.
const (
	FactorHub    Factor = "hub"
	FactorSpoke  Factor = "spoke"
	FactorTag    Factor = "tag"
	FactorSource Factor = "source" // the tunnels' source address
	FactorDevice Factor = "device" // the interface they leave by
	FactorAll    Factor = "all"    // every tunnel of the fleet
)

// Incident is several tunnels that went down together.
type Incident struct {
	Number  uint64    // from 1, in the order in which they began
	Version uint64    // grows with each change of any incident
	Time    time.Time // of the last change
	Start   time.Time // when the first member went down
	End     time.Time // when the last one came up again, or was given up; zero: it goes on
	Factor  Factor
	Value   string   // "fra1"; "" for FactorAll
	Members []string // every tunnel that went down in it, in the order in which they were found
	More    int      // members that Members leaves out: a stream's lines are bounded
	Down    int      // of the members, now
	Shared  int      // enabled tunnels that share the factor
	Up      int      // of those, when it was last changed
	Reason  Reason   // of most members as they went down; "" if no reason is that of most
	Into    uint64   // number of the incident that it turned out to be a part of; 0: none
}

// RTT summarises round trip times. Samples is 0 where none is known. P50 and
// P99 are those of the newest 100 keepalives, 0 where none of these was answered;
// they come from buckets and are within 6 %. Jitter is the mean difference of
// consecutive round trip times, smoothed as in RFC 3550 section 6.4.1. Sum is that
// of all samples, and known to the store that measured them only.
type RTT struct {
	Samples                                     uint64
	Last, Min, Mean, P50, P99, Max, Jitter, Sum time.Duration
}

// SpokeReport is how one spoke is reached at one moment.
type SpokeReport struct {
	Spoke    *Spoke
	Time     time.Time
	Path     Path
	Since    time.Time
	Was      Path // as [TunnelReport.Was]; "": not known
	WasSince time.Time
	Active   string // the tunnel that carries the traffic; "" if none
	Rank     int    // of Active
	// Protected: another of its tunnels is up. Ranked: it has more than one
	// tunnel, disabled ones included, so protection is configured.
	Protected, Ranked bool
	// Next is the tunnel that would take over if Active went down; "" if none.
	Next string
	// DeadBackups are enabled tunnels of Active's rank or a higher one that are
	// down: a primary that is up hides them. In the inventory's order.
	DeadBackups []string
	OnBackup    time.Duration // time spent on a backup so far
	Unprotected time.Duration // time reached, Ranked, with nothing up behind the active tunnel
	Route       *Route        // the kernel's route for Spoke.Watch, where known
	// BlackHole: the kernel's route points into a tunnel of ours that is down
	// (R2), since BlackHoleSince.
	BlackHole      bool
	BlackHoleSince time.Time
}

// Route is the kernel's own route for a watched prefix.
type Route struct {
	Prefix  string // of the route, which covers the watched one
	Device  string
	Gateway string
	Type    string // of a route that is no way, such as "blackhole"; else ""
	Tunnel  string // the fleet's tunnel whose GRE interface Device is; "" if none
	// NextHops counts the ways among which the traffic is shared; Device, Gateway
	// and Tunnel are those of the first. 0 or 1: there is no other.
	NextHops int
}

// Summary counts the fleet.
type Summary struct {
	Time    time.Time
	Tunnels map[State]int
	Spokes  map[Path]int
	// Unprotected counts the spokes that are reached, have more than one tunnel,
	// and have nothing up behind the active one.
	Unprotected int
	Engine      EngineReport
}

// EngineReport is the engine's own health.
type EngineReport struct {
	Sent, Received uint64
	LateSends      uint64 // sent over 10 ms after their turn, or skipped
	Dropped        uint64 // packets that this host's receive buffer had no room for
	SendErrors     uint64
}

// Report is the whole fleet at one moment.
type Report struct {
	Time    time.Time
	Tunnels []TunnelReport // in the inventory's order
	Spokes  []SpokeReport
	Summary Summary
}

// Event is a change of state of a tunnel, or of path or protection of a spoke,
// or of whether a spoke's route points into a dead tunnel; or of a part of greylag
// itself.
type Event struct {
	Number uint64 // from 1, in the order in which they happened
	Time   time.Time

	Tunnel   string // "" where Spoke or Service is set
	From, To State
	Reason   Reason
	Detail   string
	Counter  uint32
	// Outage is how long the tunnel was down, where it comes up from down, and
	// otherwise 0.
	Outage time.Duration
	// Since is when the state or path began, where it is the one that a journal knows
	// from before the start, and zero otherwise: see [Store.Continue].
	Since time.Time

	Spoke            string
	FromPath, ToPath Path
	Active           string
	Protected        bool
	// Route is set where BlackHole began, went on in another tunnel, or ended (it
	// is then the last one, if there is none any more); FromPath and ToPath are the
	// same, and Detail says what contradicts what.
	Route     *Route
	BlackHole bool

	// Service is the part of greylag that it is about, such as "journal". Was and Is
	// are single words of its own, such as "writing" and "full"; Detail says what
	// happened. Trouble: it does not do what it should, from now on.
	Service string
	Was, Is string
	Trouble bool
}

// Subject is the tunnel, the spoke or the service that the event is about.
func (e *Event) Subject() string { return cmp.Or(e.Tunnel, e.Spoke, e.Service) }
