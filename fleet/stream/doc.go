// Package stream is the JSON that greylag speaks (CONTRACT.md, "JSON"): one
// object a line, encoded from and decoded to the types of package fleet, so
// that a viewer of another greylag sees what a probing greylag sees.
//
// Times are RFC 3339 in UTC with milliseconds, units are in the field's name,
// and a value that is not known is absent, never 0. Within one schema number
// fields and record types are only ever added, so the [Decoder] passes over
// what it does not know.
//
// To the contract's fields these are added: excused and in_flight of a tunnel;
// since, ranked and the route's gateway and type of a spoke; protected of a spoke's
// event; and the record "peer".
package stream

import (
	"net/netip"
	"time"
)

// Schema is the number of the format in the hello record. It rises only when a
// field changes its meaning.
const Schema = 1

// MaxLine is the longest line that is read, in bytes without its newline. The
// longest records are a few kilobytes.
const MaxLine = 1 << 20

// timeLayout is RFC 3339 with milliseconds; used with times in UTC.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// The values of "type".
const (
	typeHello   = "hello"
	typeTunnel  = "tunnel"
	typeSpoke   = "spoke"
	typeEvent   = "event"
	typeSummary = "summary"
	typePeer    = "peer"
)

// Hello opens a stream: who speaks, and how much there is to come.
type Hello struct {
	Time    time.Time
	Version string // of the greylag that speaks
	Host    string // on which it runs; "": not known
	Tunnels int    // in its inventory, disabled ones included
	Spokes  int
}

// Peer is one far end whose own keepalives are answered (R12).
type Peer struct {
	Time      time.Time
	Address   netip.Addr
	Reflected uint64        // keepalives answered
	Limited   uint64        // not answered, because over the peer's rate limit
	Refused   uint64        // not answered, because they were no keepalive to be answered
	Last      time.Time     // of the last one answered; zero: none yet
	Interval  time.Duration // between its keepalives, as observed; 0: not known
}
