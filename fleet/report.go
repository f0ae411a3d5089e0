package fleet

import "time"

// State is the verdict on a tunnel.
type State string

// The states of a tunnel.
const (
	Pending  State = "pending"  // nothing known yet
	Up       State = "up"       // answers come back
	Degraded State = "degraded" // up, but loss or round trip time is over the tunnel's limit
	Down     State = "down"     // retries exhausted (R10)
	Disabled State = "disabled" // enabled = false: not probed
)

// Path is the verdict on a spoke: by which of its tunnels it is reached.
type Path string

// The paths of a spoke.
const (
	PathPending Path = "pending" // nothing is up, or what is up ranks behind a tunnel that is still pending
	PathPrimary Path = "primary" // a tunnel of its lowest rank carries the traffic
	PathBackup  Path = "backup"  // one of a higher rank does
	PathNone    Path = "none"    // no tunnel is up
)

// Reason is the strongest evidence for why a tunnel is down.
type Reason string

// The reasons that are derived today.
const (
	// ReasonLocal: this host could not send.
	ReasonLocal Reason = "local"
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
	LastReply    time.Time
	ReplyTTL     uint8 // of the last answer
	Advice       []string

	PeerReflected uint64 // the far end's own keepalives that were answered (R12)
	PeerLast      time.Time
	PeerInterval  time.Duration // as observed; 0: not known
}

// RTT summarises round trip times. Samples is 0 where none is known. P50 and
// P99 come from buckets and are within 6 %, Jitter is the mean difference of
// consecutive round trip times, smoothed as in RFC 3550 section 6.4.1.
type RTT struct {
	Samples                                uint64
	Last, Min, Mean, P50, P99, Max, Jitter time.Duration
}

// SpokeReport is how one spoke is reached at one moment.
type SpokeReport struct {
	Spoke  *Spoke
	Time   time.Time
	Path   Path
	Since  time.Time
	Active string // the tunnel that carries the traffic; "" if none
	Rank   int    // of Active
	// Protected: another of its tunnels is up. Ranked: it has more than one
	// tunnel, disabled ones included, so protection is configured.
	Protected, Ranked bool
	Route             *Route // the kernel's route for Spoke.Watch, where known
}

// Route is the kernel's own route for a watched prefix.
type Route struct {
	Prefix  string // of the route, which covers the watched one
	Device  string
	Gateway string
	Type    string // of a route that is no way, such as "blackhole"; else ""
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

// Event is a change of state of a tunnel, or of path or protection of a spoke.
type Event struct {
	Number uint64 // from 1, in the order in which they happened
	Time   time.Time

	Tunnel   string // "" where Spoke is set
	From, To State
	Reason   Reason
	Detail   string
	Counter  uint32
	// Outage is how long the tunnel was down, where it comes up from down, and
	// otherwise 0.
	Outage time.Duration

	Spoke            string
	FromPath, ToPath Path
	Active           string
	Protected        bool
}
