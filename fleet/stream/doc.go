// Package stream is the JSON that greylag speaks (CONTRACT.md, "JSON"): one
// object a line, encoded from and decoded to the types of package fleet, so
// that a viewer of another greylag sees what a probing greylag sees.
//
// Times are RFC 3339 in UTC with milliseconds, units are in the field's name,
// and a value that is not known is absent, never 0. Within one schema number
// fields and record types are only ever added, so the [Decoder] passes over
// what it does not know.
//
// To the contract's fields these are added: excused, in_flight, recent and evidence of a tunnel;
// since, ranked, next, dead_backups and, where ranked, on_backup_ms and
// unprotected_ms of a spoke, its black_hole (only where true) with
// black_hole_since, and gateway, type, tunnel and next_hops (where over 1) of its
// route; protected of a spoke's event; and the record "peer".
//
// Where a journal knows of the time before the start, a tunnel or spoke that is pending has
// "was", its state or path then, and "was_since"; the event that ends pending has
// "since" where that state or path goes on: when it began. Of up_ms and known_ms
// availability is the ratio.
//
// evidence is what was observed of a tunnel, strongest first, and left out where
// all is well: "kind" (a [fleet.EvidenceKind]), "time" and "count" of the
// observation, "from" whom it came, "text" and "fix" for the operator.
//
// recent is the fates of a tunnel's newest keepalives, at most 60, oldest first,
// one character each: "-" missing, "!" not sent, "?" not known (excused), "_" in
// flight. A digit or letter is an answer with its round trip time: of the 62 in
// 0–9, A–Z, a–z number i, from 0, stands for the times from 16 µs · 2^(i/3) up to
// the next, the first also for all shorter, the last for all longer ones. It is
// left out where nothing has been sent.
//
// An event of a spoke with a route is no change of path: from and to are the
// same. Its black_hole is true where the route begins to point into a tunnel that
// is down, or into another such tunnel (R2), and false where that ends; detail
// says why, and route is then the last one, if there is none any more.
//
// An event with "service" is one of a part of greylag itself, such as "journal": from
// and to are single words of its own, from may be "", trouble is true where it does
// not do what it should from now on, and detail says what happened.
//
// A tunnel or a spoke that a reload takes out of the inventory has an event whose to
// is "removed"; nothing is reported of it any more. After a reload comes another
// hello, and a full report at once.
//
// A stream that merges those of several greylags ("headless --from") has "sources",
// the names of their hosts, in its first hello, then each one's own hello, whose host
// is one of them; every other record has the "host" that it is of. It is not
// written while nothing new comes from there. Events with the service
// "vantage" are of what the hosts see together: with a "tunnel" they tell
// that the hosts disagree about it (to is "disagree"; it is up from one and down
// from another, and has been for longer than the slower one needs to find out) or no
// longer do ("agree"), and detail says who sees what; without, that a host has
// become "stale", or is "live" again.
//
// "every_ms" of hello is the time between full reports, where there are any: after
// three of them without a word a stream is stale. One of events only has none, and is
// not.
//
// incident is the number of the open incident that a tunnel is a member of. The
// record "incident" is a [fleet.Incident] as it is at "time": "start" and, where
// it is over, "end"; "factor" and "value" that its "members" have in common;
// "more" members that had no room; how many of them are "down", and how many
// tunnels have the factor in common ("shared") and are "up"; "reason"; "into", the
// incident that it turned out to be a part of; and all that as "text". It comes as
// an incident changes, at most once a second, and in each full report while it
// goes on.
//
// The record "keepalive" is one in a capture, a [fleet.Sighting]; to the contract's
// fields are added the name of its "tunnel", the "length" of the answer in octets,
// the tunnel's "counter" after it and, of an answer, the "verdict": "answered",
// "late", "duplicate" or "unmatched"; that of a packet which was captured twice is
// "copy".
//
// The record "request" is what the viewer of a socket may send: its "request" is
// "reload". The record "reply" answers it on the same connection: "request" that it
// answers, "ok", "text" for the operator, and the "errors" of an inventory, if there
// are any. A viewer for whom there is no room gets one that answers "stream".
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

	typeIncident = "incident"

	typeKeepalive = "keepalive"

	typeRequest = "request"
	typeReply   = "reply"
)

// Hello opens a stream: who speaks, and how much there is to come.
type Hello struct {
	Time    time.Time
	Version string // of the greylag that speaks
	Host    string // on which it runs; "": not known
	Tunnels int    // in its inventory, disabled ones included
	Spokes  int
	Every   time.Duration // between full reports; 0: not known, or there are none
	Sources []string      // the hosts whose streams are merged into this one; nil: it is no such stream
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
