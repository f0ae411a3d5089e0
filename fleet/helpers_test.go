package fleet

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

// epoch is when the tests' stores start.
var epoch = time.Date(2026, 11, 22, 19, 0, 0, 0, time.UTC)

// at is a moment that many seconds after epoch.
func at(seconds float64) time.Time {
	return epoch.Add(time.Duration(seconds * float64(time.Second)))
}

// oneTunnel is an inventory of one tunnel t1, changed by each option.
func oneTunnel(options ...func(*Tunnel)) *Inventory {
	t := Tunnel{
		Name: "t1", Enabled: true, Rank: 1, Interval: 10 * time.Second, Retries: 3,
		Source: netip.MustParseAddr("192.0.2.10"), Destination: netip.MustParseAddr("198.51.100.17"),
		TTL: 255, TOS: 192, Probe: Keepalive,
	}
	for _, option := range options {
		option(&t)
	}
	return &Inventory{Tunnels: []Tunnel{t}}
}

// manyTunnels is an inventory of n tunnels, two for each spoke.
func manyTunnels(n int) *Inventory {
	inv := &Inventory{}
	for i := range n {
		if i%2 == 0 {
			inv.Spokes = append(inv.Spokes, Spoke{Name: fmt.Sprintf("s%d", i/2)})
		}
		inv.Tunnels = append(inv.Tunnels, Tunnel{
			Name: fmt.Sprintf("t%d", i), Spoke: fmt.Sprintf("s%d", i/2), Rank: i%2 + 1, Enabled: true,
			DegradedLoss: 0.05, DegradedRTT: time.Second,
		})
	}
	return inv
}

// The facts, for tunnel 0.

func sent(seq uint32) probe.Event { return probe.Event{Kind: probe.Sent, Seq: seq, At: epoch} }

func notSent(seq uint32, err error) probe.Event {
	return probe.Event{Kind: probe.Unsent, Seq: seq, Err: err, At: epoch}
}

func answer(seq uint32, rtt time.Duration) probe.Event {
	return probe.Event{Kind: probe.Answered, Seq: seq, RTT: rtt, At: epoch, TTL: 254}
}

func fact(kind probe.EventKind, seq uint32) probe.Event {
	return probe.Event{Kind: kind, Seq: seq, At: epoch}
}

func line(from, to session.State, when time.Time) probe.Event {
	return probe.Event{Kind: probe.Line, From: from, To: to, At: when}
}

// of moves facts to another tunnel.
func of(tunnel int32, events ...probe.Event) []probe.Event {
	for i := range events {
		events[i].Tunnel = tunnel
	}
	return events
}

// exchange is keepalives from..to, each sent and answered after rtt.
func exchange(from, to uint32, rtt time.Duration) (events []probe.Event) {
	for seq := from; seq <= to; seq++ {
		events = append(events, sent(seq), answer(seq, rtt))
	}
	return events
}

// silence is keepalives from..to, sent and not answered.
func silence(from, to uint32) (events []probe.Event) {
	for seq := from; seq <= to; seq++ {
		events = append(events, sent(seq))
	}
	return events
}

// join is one history.
func join(parts ...any) (events []probe.Event) {
	for _, part := range parts {
		switch part := part.(type) {
		case probe.Event:
			events = append(events, part)
		case []probe.Event:
			events = append(events, part...)
		}
	}
	return events
}

// reportOf records a history of one tunnel and returns its row.
func reportOf(inv *Inventory, now time.Time, events []probe.Event) TunnelReport {
	s := NewStore(inv, epoch)
	s.Record(events)
	return s.Report(now, nil).Tunnels[0]
}

// changesOf returns the states that a history went through, as from>to.
func changesOf(t *testing.T, s *Store) (list []string) {
	t.Helper()
	events, missed := s.EventsSince(0)
	if missed != 0 {
		t.Fatalf("missed %d", missed)
	}
	for _, e := range events {
		if e.Spoke == "" {
			list = append(list, fmt.Sprintf("%s>%s", e.From, e.To))
		} else {
			list = append(list, fmt.Sprintf("%s:%s>%s %s %v", e.Spoke, e.FromPath, e.ToPath, e.Active, e.Protected))
		}
	}
	return list
}
