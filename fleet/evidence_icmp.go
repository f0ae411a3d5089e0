package fleet

import (
	"fmt"
	"net/netip"
	"time"

	"greylag/probe"
)

// refusal is the newest ICMP error of one kind that quotes a packet of the
// tunnel.
type refusal struct {
	last   time.Time
	count  uint64 // since the outage began, or since the one before grew old
	typ    uint8  // RFC 792
	code   uint8
	sender [4]byte
}

// The kinds of refusals, strongest first. The newest of each is kept, so that a
// weaker one does not hide a stronger one, and takes over when that grows old.
const (
	prohibited   = iota // somebody's rules forbid it
	noTunnel            // the destination is alive and does not take it
	notReached          // it did not get there
	refusalKinds        // how many there are
)

var refusalReasons = [refusalKinds]Reason{ReasonProhibited, ReasonNoGRE, ReasonUnreachable}

// icmpError is a type and code of RFC 792 and RFC 1812 section 5.2.7.
type icmpError struct{ typ, code uint8 }

// The types of RFC 792 that say why a packet did not arrive.
const (
	destinationUnreachable = 3
	timeExceeded           = 11
	parameterProblem       = 12
)

// icmpNames are the errors as the RFCs call them, shortened.
var icmpNames = map[icmpError]string{
	{destinationUnreachable, 0}:  "network unreachable",
	{destinationUnreachable, 1}:  "host unreachable",
	{destinationUnreachable, 2}:  "protocol unreachable",
	{destinationUnreachable, 3}:  "port unreachable",
	{destinationUnreachable, 4}:  "fragmentation needed",
	{destinationUnreachable, 5}:  "source route failed",
	{destinationUnreachable, 6}:  "network unknown",
	{destinationUnreachable, 7}:  "host unknown",
	{destinationUnreachable, 8}:  "source host isolated",
	{destinationUnreachable, 9}:  "network administratively prohibited",
	{destinationUnreachable, 10}: "host administratively prohibited",
	{destinationUnreachable, 11}: "network unreachable for this TOS",
	{destinationUnreachable, 12}: "host unreachable for this TOS",
	{destinationUnreachable, 13}: "administratively prohibited",
	{destinationUnreachable, 14}: "precedence not permitted",
	{destinationUnreachable, 15}: "precedence too low",
	{timeExceeded, 0}:            "TTL exceeded",
	{timeExceeded, 1}:            "reassembly time exceeded",
}

func (e icmpError) String() string {
	name := icmpNames[e]
	switch {
	case name != "":
	case e.typ == parameterProblem:
		name = "parameter problem"
	default:
		name = "unreachable"
	}
	return fmt.Sprintf("%s (ICMP %d/%d)", name, e.typ, e.code)
}

// kindOf sorts an error by what it says of tunnel t; ok is false for an ICMP
// type that says nothing of why a packet did not arrive.
//
// Protocol and port unreachable are the destination's own word only if it sent
// them. From another address they may be its own too (a router answers from the
// interface that the error leaves by, RFC 1812 section 4.3.2.4), or a firewall's
// on the way, whose REJECT says just that. Nobody can tell, so no more is
// claimed than that the keepalive was not taken: [ReasonUnreachable]. So it is
// where ICMP echo is refused, which says nothing of GRE.
//
// Codes 14 and 15 are rules too: routers send keepalives with a precedence of
// their own (TOS 192), which somebody does not let through.
func kindOf(t *Tunnel, e *probe.Event) (kind int, ok bool) {
	switch e.ICMPType {
	case destinationUnreachable:
	case timeExceeded, parameterProblem:
		return notReached, true
	default:
		return 0, false
	}
	switch e.ICMPCode {
	case 9, 10, 13, 14, 15:
		return prohibited, true
	case 2, 3:
		if t.Probe != Echo && netip.AddrFrom4(e.Sender) == t.Destination {
			return noTunnel, true
		}
	}
	return notReached, true
}

// applyRefused keeps an ICMP error.
func (r *row) applyRefused(e *probe.Event) {
	kind, ok := kindOf(r.tunnel, e)
	if !ok {
		return
	}
	f := &r.observed().refusals[kind]
	if !r.ofOutage(f.last) || !r.explains(f.last, e.At) {
		f.count = 0
	}
	f.count++
	f.last, f.typ, f.code, f.sender = e.At, e.ICMPType, e.ICMPCode, e.Sender
}

// refusalFinding speaks for the reason of that kind, from an error of the
// present outage. Of a tunnel that loses only some keepalives it is reported
// too: some of them go where they are refused.
func (r *row) refusalFinding(kind int, now time.Time) finding {
	f := &r.evidence.refusals[kind]
	if !r.explains(f.last, now) || !r.lossy && !(r.misses() && r.ofOutage(f.last)) || kind == notReached && r.wasReached(f.last) {
		return finding{}
	}
	e := Evidence{Kind: EvidenceICMP, Time: f.last, Count: f.count}
	if f.sender != [4]byte{} {
		e.From = netip.AddrFrom4(f.sender)
	}
	e.Text, e.Fix = r.tunnel.refusalText(kind, icmpError{f.typ, f.code}, e.From)
	return finding{refusalReasons[kind], e}
}

// wasReached tells whether the destination answered an echo when an error that
// came at when should have come again: it is no longer true.
func (r *row) wasReached(when time.Time) bool {
	return r.evidence.echo.lastReplied.Sub(when) > 2*r.tunnel.Interval
}
