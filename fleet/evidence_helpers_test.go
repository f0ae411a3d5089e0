package fleet

import (
	"net/netip"
	"slices"
	"syscall"
	"testing"

	"greylag/probe"
	"greylag/probe/session"
)

// The addresses of oneTunnel, and of two others.
const (
	here     = "192.0.2.10"
	there    = "198.51.100.17"
	router   = "203.0.113.1"
	stranger = "203.0.113.99"
)

// The facts of evidence, at a moment in seconds after epoch.

func refused(seconds float64, typ, code uint8, sender string) probe.Event {
	return probe.Event{
		Kind: probe.Refused, At: at(seconds), ICMPType: typ, ICMPCode: code, Sender: netip.MustParseAddr(sender).As4(),
	}
}

func asked(seconds float64) probe.Event   { return probe.Event{Kind: probe.Asked, At: at(seconds)} }
func replied(seconds float64) probe.Event { return probe.Event{Kind: probe.Replied, At: at(seconds)} }

func altered(seconds float64, what probe.Alteration) probe.Event {
	return probe.Event{Kind: probe.Altered, At: at(seconds), Alteration: what}
}

// answeredAt is a keepalive and its answer at one moment.
func answeredAt(seconds float64, seq uint32, ttl uint8) []probe.Event {
	return []probe.Event{
		{Kind: probe.Sent, Seq: seq, At: at(seconds), Counter: 1},
		{Kind: probe.Answered, Seq: seq, At: at(seconds), RTT: ms, TTL: ttl},
	}
}

// failure is a keepalive that could not be sent.
func failure(seconds float64, seq uint32) []probe.Event {
	return []probe.Event{
		{Kind: probe.Sent, Seq: seq, At: at(seconds)},
		{Kind: probe.Unsent, Seq: seq, At: at(seconds), Err: syscall.ENETUNREACH},
	}
}

// outage is a line that comes up with the answer at 0 s, loses the keepalives
// of 10, 20 and 30 s, and goes down at 40 s.
func outage(extra ...any) []probe.Event {
	up, down := line(session.Pending, session.Up, at(0)), line(session.Up, session.Down, at(40))
	down.Counter = 3
	return join(answeredAt(0, 1, 254), up,
		probe.Event{Kind: probe.Sent, Seq: 2, At: at(10), Counter: 1},
		probe.Event{Kind: probe.Sent, Seq: 3, At: at(20), Counter: 2},
		probe.Event{Kind: probe.Sent, Seq: 4, At: at(30), Counter: 3},
		join(extra...), down,
		probe.Event{Kind: probe.Sent, Seq: 5, At: at(40), Counter: 4})
}

// recovery ends outage at 50 s.
func recovery() []probe.Event {
	return join(answeredAt(50, 6, 254), line(session.Down, session.Up, at(50)))
}

// kindsOf are the kinds of the evidence in its order.
func kindsOf(t TunnelReport) (kinds []EvidenceKind) {
	for _, e := range t.Evidence {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// findEvidence returns the first of that kind; the zero Evidence where there is none.
func findEvidence(t TunnelReport, kind EvidenceKind) Evidence {
	i := slices.IndexFunc(t.Evidence, func(e Evidence) bool { return e.Kind == kind })
	if i < 0 {
		return Evidence{}
	}
	return t.Evidence[i]
}

// lastDown is the newest change to down of the only tunnel.
func lastDown(t *testing.T, s *Store) Event {
	t.Helper()
	events, _ := s.EventsSince(0)
	for _, e := range slices.Backward(events) {
		if e.To == Down {
			return e
		}
	}
	t.Fatal("it never went down")
	return Event{}
}
