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
	t.Recent = recentPart("!!!!!!!").recent()
	return t
}

// deafTunnel is one that is down, with all kinds of evidence and all of what
// they may lack.
func deafTunnel() *fleet.TunnelReport {
	t := bareTunnel("fra1-kobe", fleet.Down)
	t.Since, t.Reason, t.Detail = at(-time.Minute), fleet.ReasonProhibited, "administratively prohibited (ICMP 3/13) by 203.0.113.1"
	t.Counter, t.Sent, t.Lost, t.Loss, t.Availability = 9, 9, 9, 1, 0
	t.Evidence = []fleet.Evidence{
		{Kind: fleet.EvidenceICMP, Time: at(-1500 * time.Millisecond), Count: 9, From: netip.MustParseAddr("203.0.113.1"),
			Text: "administratively prohibited (ICMP 3/13) by 203.0.113.1", Fix: "permit there: `permit gre`"},
		{Kind: fleet.EvidenceEcho, Time: at(-time.Second), Count: 1 << 63, From: netip.MustParseAddr("198.51.100.18"), Text: "answers ICMP echo"},
		{Kind: fleet.EvidencePeer, Text: "says \"nothing\"\n"},
		{Kind: fleet.EvidenceRule, Text: "R17: unicast RPF", Fix: "look"},
	}
	t.Incident = 7
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
	t.Recent = recentPart("--W").recent() // 31 ms
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
	s.Next, s.DeadBackups = "fra1-seoul-lte", []string{"fra2-seoul", "fra3-seoul"}
	s.OnBackup, s.Unprotected = 90*time.Second, 1500*time.Millisecond
	s.Route = &fleet.Route{Prefix: "10.17.0.0/16", Device: "gre1", Tunnel: "fra1-seoul"}
	return s
}

// lostSpoke has a route that still points into its dead primary (R2).
func lostSpoke() *fleet.SpokeReport {
	s := spokeOn(fleet.PathBackup, "fra1-seoul-lte", 2)
	s.OnBackup, s.Unprotected = 11*time.Second, 11*time.Second
	s.Route = deadRoute()
	s.BlackHole, s.BlackHoleSince = true, at(-11*time.Second)
	return s
}

func deadRoute() *fleet.Route {
	return &fleet.Route{Prefix: "10.17.0.0/16", Device: "gre1", Gateway: "10.200.0.2", Tunnel: "fra1-seoul", NextHops: 2}
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

// continuedTunnel is one of which a journal knows.
func continuedTunnel() *fleet.TunnelReport {
	t := bareTunnel("fra1-lima", fleet.Pending)
	t.Since, t.Was, t.WasSince = at(-time.Second), fleet.Down, at(-time.Hour)
	t.Flaps, t.UpTime, t.KnownTime, t.Availability = 3, 9*time.Hour, 10*time.Hour, 0.9
	return t
}

func continuedSpoke() *fleet.SpokeReport {
	s := pendingSpoke()
	s.Since, s.Was, s.WasSince = at(-time.Second), fleet.PathBackup, at(-time.Hour)
	return s
}

func stillDownEvent() *fleet.Event {
	e := downEvent()
	e.From, e.Since = fleet.Pending, at(-time.Hour)
	return e
}

func stillEvent() *fleet.Event {
	e := pathEvent()
	e.FromPath, e.Since = fleet.PathPending, at(-time.Hour)
	return e
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

func blackHoleEvent(begins bool, detail string) *fleet.Event {
	return &fleet.Event{
		Time: at(0), Spoke: "seoul", FromPath: fleet.PathBackup, ToPath: fleet.PathBackup, Active: "fra1-seoul-lte",
		Route: deadRoute(), BlackHole: begins, Detail: detail,
	}
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

func openIncident() *fleet.Incident {
	return &fleet.Incident{
		Number: 7, Time: at(9 * time.Second), Start: at(0), Factor: fleet.FactorHub, Value: "fra1",
		Members: []string{"fra1-seoul", "fra1-osaka", "fra1-kobe"}, Down: 2, Shared: 500, Up: 497, Reason: fleet.ReasonBlackHole,
	}
}

func endedIncident() *fleet.Incident {
	return &fleet.Incident{
		Number: 1 << 63, Time: at(49 * time.Hour), Start: at(time.Millisecond), End: at(49 * time.Hour), Factor: fleet.FactorAll,
		Members: []string{"a", "b\"\n", "c"}, More: 4, Shared: 7, Up: 7,
	}
}

func mergedIncident() *fleet.Incident {
	i := openIncident()
	i.Down, i.End, i.Into = 0, i.Time, 6
	return i
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

// sighted is a keepalive in a capture, key 0.
func sighted(request bool) *fleet.Sighting {
	s := &fleet.Sighting{
		Time: at(time.Millisecond), Tunnel: "fra1-seoul", Request: request,
		Source: netip.MustParseAddr("192.0.2.10"), Destination: netip.MustParseAddr("198.51.100.17"),
		HasKey: true, ID: 4599, TTL: 255, Length: 28, Counter: 1,
	}
	if !request {
		s.Source, s.Destination = s.Destination, s.Source
		s.TTL, s.Counter, s.Verdict = 254, 0, fleet.VerdictAnswered
		s.RTT, s.HasRTT = 812*time.Microsecond, true
	}
	return s
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
		{"tunnel-pending-was", Record{Tunnel: continuedTunnel()}},
		{"tunnel-down-local", Record{Tunnel: localTunnel()}},
		{"tunnel-down-evidence", Record{Tunnel: deafTunnel()}},
		{"tunnel-disabled", Record{Tunnel: disabledTunnel()}},
		{"tunnel-icmp", Record{Tunnel: icmpTunnel()}},
		{"spoke-primary-route", Record{Spoke: routedSpoke()}},
		{"spoke-primary", Record{Spoke: spokeOn(fleet.PathPrimary, "fra1-seoul", 1)}},
		{"spoke-backup-route", Record{Spoke: gatewaySpoke()}},
		{"spoke-black-hole", Record{Spoke: lostSpoke()}},
		{"spoke-none", Record{Spoke: spokeOn(fleet.PathNone, "", 0)}},
		{"spoke-pending", Record{Spoke: pendingSpoke()}},
		{"spoke-pending-was", Record{Spoke: continuedSpoke()}},
		{"hello-merged", Record{Hello: &Hello{Time: at(0), Version: "0.1.0", Host: "desk", Every: 10 * time.Second, Sources: []string{"jump1", "jump2"}}}},
		{"event-host", Record{Host: "jump2", Event: &fleet.Event{
			Time: at(0), Tunnel: "fra1-seoul", From: fleet.Up, To: fleet.Down, Reason: fleet.ReasonSilent, Host: "jump2",
		}}},
		{"event-disagree", Record{Event: &fleet.Event{
			Time: at(0), Service: "vantage", Tunnel: "fra1-seoul", Was: "agree", Is: "disagree", Trouble: true, Detail: "up from jump1; down from jump2",
		}}},
		{"event-disagree-spoke", Record{Event: &fleet.Event{
			Time: at(0), Service: "vantage", Spoke: "seoul", Was: "disagree", Is: "agree", Detail: "primary from jump1, jump2",
		}}},
		{"event-stale", Record{Host: "jump2", Event: &fleet.Event{
			Time: at(0), Service: "vantage", Was: "live", Is: "stale", Trouble: true, Detail: "nothing has come for 30s", Host: "jump2",
		}}},
		{"event-down", Record{Event: downEvent()}},
		{"event-down-still", Record{Event: stillDownEvent()}},
		{"event-path-still", Record{Event: stillEvent()}},
		{"event-up", Record{Event: upEvent()}},
		{"event-path", Record{Event: pathEvent()}},
		{"event-path-none", Record{Event: lostEvent()}},
		{"event-black-hole", Record{Event: blackHoleEvent(true, "the route 10.17.0.0/16 points into gre1, which is fra1-seoul, down since 18:59:49 UTC: its traffic is lost (R2)")}},
		{"event-black-hole-over", Record{Event: blackHoleEvent(false, "")}},
		{"event-service", Record{Event: &fleet.Event{
			Time: at(0), Service: "journal", Was: "writing", Is: "full", Trouble: true, Detail: "no space left on device",
		}}},
		{"event-service-first", Record{Event: &fleet.Event{Time: at(0), Service: "reload", Is: "done"}}},
		{"incident", Record{Incident: openIncident()}},
		{"incident-ended", Record{Incident: endedIncident()}},
		{"incident-merged", Record{Incident: mergedIncident()}},
		{"summary", Record{Summary: fullSummary()}},
		{"peer", Record{Peer: fullPeer()}},
		{"keepalive-request", Record{Keepalive: sighted(true)}},
		{"keepalive-answer", Record{Keepalive: sighted(false)}},
		{"keepalive-bare", Record{Keepalive: &fleet.Sighting{
			Source: netip.MustParseAddr("198.51.100.17"), Destination: netip.MustParseAddr("192.0.2.10"), Length: 24,
		}}},
		{"request", Record{Request: &Request{Request: RequestReload}}},
		{"reply", Record{Reply: &Reply{Request: RequestReload, OK: true, Text: "3 tunnels changed"}}},
		{"reply-errors", Record{Reply: &Reply{
			Request: RequestReload, Text: "nothing was changed", Errors: []string{"f:1:2: \"a\"\n", "f:3:4: b"},
		}}},
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
	case r.Incident != nil:
		return e.Incident(r.Incident)
	case r.Request != nil:
		_, err := e.w.Write(AppendRequest(nil, r.Request))
		return err
	case r.Reply != nil:
		_, err := e.w.Write(AppendReply(nil, r.Reply))
		return err
	case r.Keepalive != nil:
		if err := e.Keepalive(r.Keepalive); err != nil {
			return err
		}
		return e.Flush()
	}
	return nil
}
