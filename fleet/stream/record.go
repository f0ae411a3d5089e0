package stream

import (
	"strconv"
	"time"

	"greylag/fleet"
)

// Decimals of the ratios. Loss is over 100 keepalives; availability has to tell
// a second of outage in ten days.
const (
	lossDecimals         = 4
	availabilityDecimals = 6
)

// begin starts a record; every later field brings its own comma.
func begin(b []byte, kind string) []byte {
	b = append(b, `{"type":"`...)
	b = append(b, kind...)
	return append(b, '"')
}

func end(b []byte) []byte { return append(b, "}\n"...) }

// AppendHello appends the line of h, newline included.
func AppendHello(b []byte, h *Hello) []byte {
	b = begin(b, typeHello)
	b = appendInt(b, "schema", Schema)
	b = appendText(b, "version", h.Version)
	b = appendKnownText(b, "host", h.Host)
	b = appendTime(b, "time", h.Time)
	b = appendInt(b, "tunnels", int64(h.Tunnels))
	b = appendInt(b, "spokes", int64(h.Spokes))
	b = appendKnown(b, "every_ms", millis(h.Every))
	b = appendKnownTexts(b, "sources", h.Sources)
	return end(b)
}

// AppendHost adds the host that it is of to a record, which b ends with.
func AppendHost(b []byte, host string) []byte {
	b = b[:len(b)-len("}\n")]
	return end(appendText(b, "host", host))
}

// AppendTunnel appends the line of t, newline included. It does not allocate
// where b has room.
func AppendTunnel(b []byte, t *fleet.TunnelReport) []byte {
	b = begin(b, typeTunnel)
	b = appendTime(b, "time", t.Time)
	b = appendDeclaration(b, t.Tunnel)
	b = appendText(b, "state", string(t.State))
	b = appendTime(b, "since", t.Since)
	b = appendWas(b, string(t.Was), t.WasSince)
	b = appendText(b, "reason", string(t.Reason))
	b = appendText(b, "detail", t.Detail)
	b = appendCounters(b, t)
	b = appendQuality(b, t)
	b = appendRecent(b, t.Recent)
	b = appendReflected(b, t)
	b = appendAdvice(b, t.Advice)
	b = appendEvidence(b, t.Evidence)
	if t.Incident > 0 {
		b = appendCount(b, "incident", t.Incident)
	}
	return end(b)
}

// appendWas appends what was before the start, where that is known.
func appendWas(b []byte, was string, since time.Time) []byte {
	if was == "" {
		return b
	}
	return appendTime(appendText(b, "was", was), "was_since", since)
}

// appendAdvice appends the rules' numbers.
func appendAdvice(b []byte, list []fleet.Advice) []byte {
	if len(list) == 0 {
		return b
	}
	b = appendKey(b, "advice")
	for i := range list {
		b = append(b, "[,"[min(i, 1)])
		b = AppendString(b, list[i].Rule)
	}
	return append(b, ']')
}

// appendDeclaration appends what the inventory says of a tunnel.
func appendDeclaration(b []byte, t *fleet.Tunnel) []byte {
	b = appendText(b, "name", t.Name)
	b = appendKnownText(b, "hub", t.Hub)
	b = appendKnownText(b, "spoke", t.Spoke)
	b = appendKnown(b, "rank", int64(t.Rank))
	b = appendKnownTexts(b, "tags", t.Tags)
	b = appendAddr(b, "source", t.Source)
	b = appendAddr(b, "destination", t.Destination)
	if t.HasKey {
		b = appendCount(b, "key", uint64(t.Key))
	}
	b = appendText(b, "probe", string(t.Probe))
	b = appendKnown(b, "interval_ms", millis(t.Interval))
	return appendKnown(b, "retries", int64(t.Retries))
}

// appendCounters appends what was counted, of which 0 is a known value.
func appendCounters(b []byte, t *fleet.TunnelReport) []byte {
	b = appendCount(b, "counter", uint64(t.Counter))
	b = appendCount(b, "sent", t.Sent)
	b = appendCount(b, "received", t.Received)
	b = appendCount(b, "lost", t.Lost)
	b = appendCount(b, "late", t.Late)
	b = appendCount(b, "duplicate", t.Duplicate)
	b = appendCount(b, "unmatched", t.Unmatched)
	b = appendCount(b, "send_errors", t.SendErrors)
	b = appendCount(b, "excused", t.Excused)
	return appendCount(b, "in_flight", t.InFlight)
}

// appendQuality appends what was measured, as far as anything was.
func appendQuality(b []byte, t *fleet.TunnelReport) []byte {
	if t.Received+t.Lost > 0 { // else nothing is known of loss
		b = appendRatio(b, "loss", t.Loss, lossDecimals)
	}
	b = appendRTT(b, &t.RTT)
	b = appendCount(b, "flaps", t.Flaps)
	if t.Availability >= 0 {
		b = appendRatio(b, "availability", t.Availability, availabilityDecimals)
	}
	if t.KnownTime > 0 {
		b = appendInt(b, "up_ms", millis(t.UpTime))
		b = appendInt(b, "known_ms", millis(t.KnownTime))
	}
	b = appendTime(b, "last_reply", t.LastReply)
	return appendKnown(b, "reply_ttl", int64(t.ReplyTTL))
}

// appendRTT appends the round trip times. The difference of consecutive ones
// is not known before there are two, nor percentiles after a long outage.
func appendRTT(b []byte, r *fleet.RTT) []byte {
	if r.Samples == 0 {
		return b
	}
	b = append(b, `,"rtt_us":{"last":`...)
	b = strconv.AppendInt(b, micros(r.Last), 10)
	b = appendInt(b, "min", micros(r.Min))
	b = appendInt(b, "mean", micros(r.Mean))
	b = appendKnown(b, "p50", micros(r.P50))
	b = appendKnown(b, "p99", micros(r.P99))
	b = appendInt(b, "max", micros(r.Max))
	if r.Samples > 1 {
		b = appendInt(b, "jitter", micros(r.Jitter))
	}
	return append(b, '}')
}

// appendReflected appends what is known of the far end's own keepalives.
func appendReflected(b []byte, t *fleet.TunnelReport) []byte {
	if t.PeerReflected == 0 {
		return b
	}
	b = append(b, `,"peer":{"reflected":`...)
	b = strconv.AppendUint(b, t.PeerReflected, 10)
	b = appendTime(b, "last", t.PeerLast)
	b = appendKnown(b, "interval_ms", millis(t.PeerInterval))
	return append(b, '}')
}

// AppendSpoke appends the line of s, newline included.
func AppendSpoke(b []byte, s *fleet.SpokeReport) []byte {
	b = begin(b, typeSpoke)
	b = appendTime(b, "time", s.Time)
	b = appendText(b, "name", s.Spoke.Name)
	b = appendText(b, "path", string(s.Path))
	b = appendTime(b, "since", s.Since)
	b = appendWas(b, string(s.Was), s.WasSince)
	if s.Active != "" {
		b = appendText(b, "active", s.Active)
		b = appendKnown(b, "rank", int64(s.Rank))
	}
	b = appendBool(b, "protected", s.Protected)
	b = appendBool(b, "ranked", s.Ranked)
	b = appendStandby(b, s)
	b = appendRoute(b, s.Route)
	if s.BlackHole {
		b = appendBool(b, keyBlackHole, true)
		b = appendTime(b, "black_hole_since", s.BlackHoleSince)
	}
	return end(b)
}

// keyBlackHole tells that a spoke's route points into a tunnel that is down (R2).
const keyBlackHole = "black_hole"

// appendStandby appends what stands behind the active tunnel, and how long
// nothing did. Where no protection is configured there are no such times.
func appendStandby(b []byte, s *fleet.SpokeReport) []byte {
	b = appendKnownText(b, "next", s.Next)
	b = appendKnownTexts(b, "dead_backups", s.DeadBackups)
	if s.Ranked {
		b = appendInt(b, "on_backup_ms", millis(s.OnBackup))
		b = appendInt(b, "unprotected_ms", millis(s.Unprotected))
	}
	return b
}

func appendRoute(b []byte, r *fleet.Route) []byte {
	if r == nil {
		return b
	}
	b = append(b, `,"route":{"prefix":`...)
	b = AppendString(b, r.Prefix)
	b = appendKnownText(b, "device", r.Device)
	b = appendKnownText(b, "gateway", r.Gateway)
	b = appendKnownText(b, "type", r.Type)
	b = appendKnownText(b, "tunnel", r.Tunnel)
	if r.NextHops > 1 {
		b = appendInt(b, "next_hops", int64(r.NextHops))
	}
	return append(b, '}')
}

// AppendEvent appends the line of ev, newline included: that of a service or a
// spoke where one is set, else a tunnel's.
func AppendEvent(b []byte, ev *fleet.Event) []byte {
	b = begin(b, typeEvent)
	b = appendTime(b, "time", ev.Time)
	switch {
	case ev.Service != "":
		b = appendServiceChange(b, ev)
	case ev.Spoke != "":
		b = appendPathChange(b, ev)
	default:
		b = appendStateChange(b, ev)
	}
	return end(appendKnownText(b, "host", ev.Host))
}

func appendServiceChange(b []byte, ev *fleet.Event) []byte {
	b = appendText(b, "service", ev.Service)
	b = appendKnownText(b, "tunnel", ev.Tunnel)
	b = appendKnownText(b, "spoke", ev.Spoke)
	b = appendText(b, "from", ev.Was)
	b = appendText(b, "to", ev.Is)
	if ev.Trouble {
		b = appendBool(b, "trouble", true)
	}
	return appendText(b, "detail", ev.Detail)
}

func appendStateChange(b []byte, ev *fleet.Event) []byte {
	b = appendText(b, "tunnel", ev.Tunnel)
	b = appendText(b, "from", string(ev.From))
	b = appendText(b, "to", string(ev.To))
	b = appendText(b, "reason", string(ev.Reason))
	b = appendText(b, "detail", ev.Detail)
	b = appendCount(b, "counter", uint64(ev.Counter))
	b = appendInt(b, "outage_ms", millis(ev.Outage))
	return appendTime(b, "since", ev.Since)
}

func appendPathChange(b []byte, ev *fleet.Event) []byte {
	b = appendText(b, "spoke", ev.Spoke)
	b = appendText(b, "from", string(ev.FromPath))
	b = appendText(b, "to", string(ev.ToPath))
	b = appendKnownText(b, "active", ev.Active)
	b = appendBool(b, "protected", ev.Protected)
	b = appendTime(b, "since", ev.Since)
	if ev.Route == nil {
		return b
	}
	b = appendRoute(b, ev.Route)
	b = appendBool(b, keyBlackHole, ev.BlackHole)
	return appendText(b, "detail", ev.Detail)
}

// AppendSummary appends the line of s, newline included. Every state and path
// is there, whether or not anything is in it.
func AppendSummary(b []byte, s *fleet.Summary) []byte {
	b = begin(b, typeSummary)
	b = appendTime(b, "time", s.Time)
	b = append(b, `,"tunnels":{"up":`...)
	b = strconv.AppendInt(b, int64(s.Tunnels[fleet.Up]), 10)
	for _, state := range [...]fleet.State{fleet.Degraded, fleet.Down, fleet.Pending, fleet.Disabled} {
		b = appendInt(b, string(state), int64(s.Tunnels[state]))
	}
	b = append(b, `},"spokes":{"primary":`...)
	b = strconv.AppendInt(b, int64(s.Spokes[fleet.PathPrimary]), 10)
	for _, path := range [...]fleet.Path{fleet.PathBackup, fleet.PathNone, fleet.PathPending} {
		b = appendInt(b, string(path), int64(s.Spokes[path]))
	}
	b = appendInt(b, keyUnprotected, int64(s.Unprotected))
	b = append(b, '}')
	b = appendEngine(b, &s.Engine)
	return end(b)
}

// keyUnprotected stands among the spokes' paths in a summary.
const keyUnprotected = "unprotected"

func appendEngine(b []byte, e *fleet.EngineReport) []byte {
	b = append(b, `,"engine":{"sent":`...)
	b = strconv.AppendUint(b, e.Sent, 10)
	b = appendCount(b, "received", e.Received)
	b = appendCount(b, "late_sends", e.LateSends)
	b = appendCount(b, "dropped", e.Dropped)
	b = appendCount(b, "send_errors", e.SendErrors)
	return append(b, '}')
}

// AppendPeer appends the line of p, newline included.
func AppendPeer(b []byte, p *Peer) []byte {
	b = begin(b, typePeer)
	b = appendTime(b, "time", p.Time)
	b = appendAddr(b, "address", p.Address)
	b = appendCount(b, "reflected", p.Reflected)
	b = appendCount(b, "limited", p.Limited)
	b = appendCount(b, "refused", p.Refused)
	b = appendTime(b, "last", p.Last)
	b = appendKnown(b, "interval_ms", millis(p.Interval))
	return end(b)
}
