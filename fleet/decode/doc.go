// Package decode finds the keepalives in captures, matches answers to requests,
// and replays the engine's own state machine (probe/session) for each tunnel that
// it finds, by the capture's times: a request is a send (R9, R10), its answer
// comes back when it was captured (R11). It is as a watcher at the place of the
// capture sees it; what was lost before that place is not in it.
//
// Memory is bounded, whatever the captures hold: 65,536 tunnels, and of each the
// newest 256 identifications and 15 intervals.
package decode

import (
	"time"

	"greylag/fleet"
)

// mostTunnels is how many are followed; keepalives of others are only counted. Each
// takes about a kilobyte.
const mostTunnels = 1 << 16

// Options of a replay.
type Options struct {
	// Inventory names the tunnels whose endpoints and key match, and has their
	// timers; nil: there is none. Their far ends' own keepalives (R12) are tunnels of
	// their own, with " (far end)" behind the name.
	Inventory *fleet.Inventory
	// Retries is R8's, for all tunnels; 0: the inventory's, else R8's default.
	Retries int
	// Interval is R8's, for all tunnels; 0: the inventory's, else as seen.
	Interval time.Duration
	// MatchAddress takes any answer for that of the newest request in flight, for far
	// ends that rewrite the IP identification.
	MatchAddress bool
}

// defaultRetries is R8's.
const defaultRetries = 3

// Counts are what was in the captures.
type Counts struct {
	Frames     uint64
	Requests   uint64 // copies included, as in Answers
	Answers    uint64
	Copies     uint64 // of keepalives, captured more than once
	Errors     uint64 // ICMP errors about keepalives of a followed tunnel
	OtherGRE   uint64 // GRE that is no keepalive
	Others     uint64 // everything else
	Cut        uint64 // too short to tell: the capture's snap length
	Damaged    uint64 // GRE whose checksum is wrong
	UnreadLink uint64 // of a link type that is not read
	Link       uint16 // such a link type
	Unfollowed uint64 // keepalives of tunnels beyond the limit
}

// Source says where a number comes from.
type Source string

// The sources.
const (
	FromFlag      Source = "given"
	FromInventory Source = "inventory"
	FromCapture   Source = "seen"
	FromDefault   Source = "default"
)

// Tunnel is one that was found.
type Tunnel struct {
	Report         fleet.TunnelReport
	IntervalSource Source // FromCapture, and an interval of 0: not known
	RetriesSource  Source
	Requests       uint64
	Copies         uint64
	// Absent is how many requests are not in the capture, by the pauses between those
	// that are: the sender paused, or the capture lost them.
	Absent uint64
	Timed  bool // the capture says when all its keepalives were captured
}
