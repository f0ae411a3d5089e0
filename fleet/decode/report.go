package decode

import (
	"time"

	"greylag/fleet"
	"greylag/probe"
	"greylag/probe/gre"
	"greylag/probe/icmp"
)

// report is what was found of the tunnel, as of now.
func (t *tunnel) report(now time.Time) Tunnel {
	if t.intervalSource == FromCapture {
		t.declaration.Interval = t.pace.interval()
	}
	found := Tunnel{
		Report: t.ledger.Report(now), IntervalSource: t.intervalSource, RetriesSource: t.retriesSource,
		Requests: t.requests, Copies: t.copies, Absent: t.pace.absent, Timed: t.timed,
	}
	if !t.timed { // what was measured means nothing
		found.Report.RTT, found.Report.Recent, found.Report.Availability = fleet.RTT{}, nil, -1
	}
	return found
}

// icmp takes in an ICMP error about a request of a tunnel: it explains, and changes
// no state.
func (r *Replay) icmp(ip []byte, changes []fleet.Event) []fleet.Event {
	e, err := icmp.ParseError(ip)
	if err != nil || e.Protocol != gre.IPProtocol {
		r.counts.Others++
		return changes
	}
	q, err := gre.ParseQuote(e.Quote)
	t := r.flows[flow{source: e.Destination, destination: e.Source, key: q.Key, keyed: q.HasKey}]
	if err != nil || t == nil {
		r.counts.Others++
		return changes
	}
	r.counts.Errors++
	return t.ledger.Record(&probe.Event{At: r.at(), Kind: probe.Refused, Counter: t.session.Counter(),
		ICMPType: e.Type, ICMPCode: e.Code, Sender: e.Sender}, changes)
}
