package stream

import (
	"net/netip"
	"time"

	"greylag/fleet"
)

// at is the contract's example time, plus an offset.
func at(d time.Duration) time.Time {
	return time.Date(2026, 11, 22, 19, 0, 0, 0, time.UTC).Add(d)
}

// fullTunnel is a tunnel of which everything is known.
func fullTunnel() *fleet.TunnelReport {
	return &fleet.TunnelReport{
		Tunnel: &fleet.Tunnel{
			Name: "fra1-seoul", Hub: "fra1", Spoke: "seoul", Rank: 1, Tags: []string{"apac", "gold"}, Enabled: true,
			Source: netip.MustParseAddr("192.0.2.10"), Destination: netip.MustParseAddr("198.51.100.17"),
			Key: 1017, HasKey: true, Probe: fleet.Keepalive, Interval: 5 * time.Second, Retries: 4,
		},
		Time: at(250 * time.Millisecond), State: fleet.Up, Since: at(-time.Hour),
		Counter: 1, Sent: 100, Received: 97, Lost: 1, Excused: 1, InFlight: 1,
		Late: 2, Duplicate: 3, Unmatched: 4, SendErrors: 5,
		Loss: 0.01,
		RTT: fleet.RTT{
			Samples: 97,
			Last:    812 * time.Microsecond, Min: 640 * time.Microsecond, Mean: 790 * time.Microsecond,
			P50: 788 * time.Microsecond, P99: 1410 * time.Microsecond, Max: 2210 * time.Microsecond,
			Jitter: 41 * time.Microsecond,
		},
		Flaps: 1, Availability: 0.9991, LastReply: at(-3 * time.Millisecond), ReplyTTL: 254,
		PeerReflected: 12, PeerLast: at(-time.Second), PeerInterval: 5 * time.Second,
		Advice: []fleet.Advice{{Rule: "R17"}, {Rule: "R18"}},
	}
}

// bareTunnel is a tunnel of which nothing but its declaration is known.
func bareTunnel(name string, state fleet.State) *fleet.TunnelReport {
	return &fleet.TunnelReport{
		Tunnel: &fleet.Tunnel{
			Name: name, Enabled: state != fleet.Disabled,
			Source: netip.MustParseAddr("192.0.2.10"), Destination: netip.MustParseAddr("198.51.100.18"),
			Probe: fleet.Keepalive, Interval: 10 * time.Second, Retries: 3,
		},
		Time: at(0), State: state, Availability: -1,
	}
}

func localTunnel() *fleet.TunnelReport {
	t := bareTunnel("fra1-osaka", fleet.Down)
	t.Tunnel.HasKey = true // and the key is 0, which is a key
	t.Since, t.Reason, t.Detail = at(-30*time.Second), fleet.ReasonLocal, "ENETUNREACH: network is unreachable"
	t.Counter, t.SendErrors, t.Availability = 7, 7, 0
	return t
}

func disabledTunnel() *fleet.TunnelReport {
	t := bareTunnel("fra1-old", fleet.Disabled)
	t.Since = at(-time.Minute)
	return t
}

func icmpTunnel() *fleet.TunnelReport {
	t := bareTunnel("fra1-vpn", fleet.Degraded)
	t.Tunnel.Probe, t.Tunnel.Interval = fleet.Echo, 100*time.Millisecond
	t.Since, t.LastReply, t.ReplyTTL = at(-2*time.Second), at(-90*time.Millisecond), 57
	t.Sent, t.Received, t.Lost = 3, 1, 2
	t.Loss, t.Availability = 2.0/3, 1
	ms := time.Millisecond
	t.RTT = fleet.RTT{Samples: 1, Last: 31 * ms, Min: 31 * ms, Mean: 31 * ms, P50: 31 * ms, P99: 31 * ms, Max: 31 * ms}
	return t
}

func spokeOn(path fleet.Path, active string, rank int) *fleet.SpokeReport {
	return &fleet.SpokeReport{
		Spoke: &fleet.Spoke{Name: "seoul"}, Time: at(0), Path: path, Since: at(-time.Minute),
		Active: active, Rank: rank, Ranked: true,
	}
}

func routedSpoke() *fleet.SpokeReport {
	s := spokeOn(fleet.PathPrimary, "fra1-seoul", 1)
	s.Protected = true
	s.Route = &fleet.Route{Prefix: "10.17.0.0/16", Device: "gre1"}
	return s
}

func gatewaySpoke() *fleet.SpokeReport {
	s := spokeOn(fleet.PathBackup, "fra1-seoul-lte", 2)
	s.Route = &fleet.Route{Prefix: "10.0.0.0/8", Device: "eth0", Gateway: "192.0.2.1"}
	return s
}

func pendingSpoke() *fleet.SpokeReport {
	s := spokeOn(fleet.PathPending, "", 0)
	s.Since, s.Ranked = time.Time{}, false
	return s
}

func downEvent() *fleet.Event {
	return &fleet.Event{
		Time: at(0), Tunnel: "fra1-seoul", From: fleet.Up, To: fleet.Down,
		Reason: "black-hole", Detail: "echo answered in 31 ms", Counter: 4,
	}
}

func upEvent() *fleet.Event {
	return &fleet.Event{Time: at(0), Tunnel: "fra1-seoul", From: fleet.Down, To: fleet.Up, Outage: 61*time.Second + 7*time.Millisecond}
}

func pathEvent() *fleet.Event {
	return &fleet.Event{
		Time: at(0), Spoke: "seoul", FromPath: fleet.PathPrimary, ToPath: fleet.PathBackup,
		Active: "fra1-seoul-lte", Protected: true,
	}
}

func lostEvent() *fleet.Event {
	return &fleet.Event{Time: at(0), Spoke: "seoul", FromPath: fleet.PathBackup, ToPath: fleet.PathNone}
}

func fullSummary() *fleet.Summary {
	return &fleet.Summary{
		Time: at(0),
		Tunnels: map[fleet.State]int{
			fleet.Up: 110, fleet.Degraded: 2, fleet.Down: 3, fleet.Pending: 0, fleet.Disabled: 5,
		},
		Spokes: map[fleet.Path]int{
			fleet.PathPrimary: 57, fleet.PathBackup: 2, fleet.PathNone: 1, fleet.PathPending: 0,
		},
		Unprotected: 4,
		Engine:      fleet.EngineReport{Sent: 120000, Received: 119800, LateSends: 1, Dropped: 2, SendErrors: 3},
	}
}

func fullHello() *Hello {
	return &Hello{Time: at(0), Version: "0.1.0", Host: "jump1", Tunnels: 120, Spokes: 60}
}

func fullPeer() *Peer {
	return &Peer{
		Time: at(0), Address: netip.MustParseAddr("192.0.2.1"), Reflected: 12, Limited: 1, Refused: 3,
		Last: at(-time.Second), Interval: 5 * time.Second,
	}
}

// example is one record with the name of its golden file.
type example struct {
	name string
	Record
}

// examples are all kinds of records, with and without what may be absent.
func examples() []example {
	return []example{
		{"hello", Record{Hello: fullHello()}},
		{"hello-bare", Record{Hello: &Hello{Time: at(0)}}},
		{"tunnel-up", Record{Tunnel: fullTunnel()}},
		{"tunnel-pending", Record{Tunnel: bareTunnel("fra1-lima", fleet.Pending)}},
		{"tunnel-down-local", Record{Tunnel: localTunnel()}},
		{"tunnel-disabled", Record{Tunnel: disabledTunnel()}},
		{"tunnel-icmp", Record{Tunnel: icmpTunnel()}},
		{"spoke-primary-route", Record{Spoke: routedSpoke()}},
		{"spoke-primary", Record{Spoke: spokeOn(fleet.PathPrimary, "fra1-seoul", 1)}},
		{"spoke-backup-route", Record{Spoke: gatewaySpoke()}},
		{"spoke-none", Record{Spoke: spokeOn(fleet.PathNone, "", 0)}},
		{"spoke-pending", Record{Spoke: pendingSpoke()}},
		{"event-down", Record{Event: downEvent()}},
		{"event-up", Record{Event: upEvent()}},
		{"event-path", Record{Event: pathEvent()}},
		{"event-path-none", Record{Event: lostEvent()}},
		{"summary", Record{Summary: fullSummary()}},
		{"peer", Record{Peer: fullPeer()}},
		{"peer-bare", Record{Peer: &Peer{Time: at(0), Address: netip.MustParseAddr("2001:db8::1")}}},
	}
}

// encode writes any record that is known.
func encode(e *Encoder, r Record) error {
	switch {
	case r.Hello != nil:
		return e.Hello(*r.Hello)
	case r.Tunnel != nil:
		return e.Tunnel(r.Tunnel)
	case r.Spoke != nil:
		return e.Spoke(r.Spoke)
	case r.Event != nil:
		return e.Event(r.Event)
	case r.Summary != nil:
		return e.Summary(r.Summary)
	case r.Peer != nil:
		return e.Peer(r.Peer)
	}
	return nil
}
