package stream

import (
	"cmp"
	"net/netip"

	"greylag/fleet"
)

type tunnelLine struct {
	Time        stamp       `json:"time"`
	Name        string      `json:"name"`
	Hub         string      `json:"hub"`
	Spoke       string      `json:"spoke"`
	Rank        int         `json:"rank"`
	Tags        []string    `json:"tags"`
	Source      netip.Addr  `json:"source"`
	Destination netip.Addr  `json:"destination"`
	Key         *uint32     `json:"key"`
	Probe       fleet.Probe `json:"probe"`
	Interval    inMillis    `json:"interval_ms"`
	Retries     int         `json:"retries"`

	State    fleet.State  `json:"state"`
	Since    stamp        `json:"since"`
	Was      fleet.State  `json:"was"`
	WasSince stamp        `json:"was_since"`
	Reason   fleet.Reason `json:"reason"`
	Detail   string       `json:"detail"`

	Counter    uint32 `json:"counter"`
	Sent       uint64 `json:"sent"`
	Received   uint64 `json:"received"`
	Lost       uint64 `json:"lost"`
	Late       uint64 `json:"late"`
	Duplicate  uint64 `json:"duplicate"`
	Unmatched  uint64 `json:"unmatched"`
	SendErrors uint64 `json:"send_errors"`
	Excused    uint64 `json:"excused"`
	InFlight   uint64 `json:"in_flight"`

	Loss         float64        `json:"loss"`
	RTT          *rttPart       `json:"rtt_us"`
	Flaps        uint64         `json:"flaps"`
	Availability *float64       `json:"availability"`
	UpTime       inMillis       `json:"up_ms"`
	KnownTime    inMillis       `json:"known_ms"`
	LastReply    stamp          `json:"last_reply"`
	ReplyTTL     uint8          `json:"reply_ttl"`
	Peer         *reflectedPart `json:"peer"`
	Advice       []string       `json:"advice"`
	Recent       recentPart     `json:"recent"`
	Evidence     []evidencePart `json:"evidence"`
	Incident     uint64         `json:"incident"`
}

type rttPart struct {
	Last   inMicros  `json:"last"`
	Min    inMicros  `json:"min"`
	Mean   inMicros  `json:"mean"`
	P50    inMicros  `json:"p50"`
	P99    inMicros  `json:"p99"`
	Max    inMicros  `json:"max"`
	Jitter *inMicros `json:"jitter"`
}

type reflectedPart struct {
	Reflected uint64   `json:"reflected"`
	Last      stamp    `json:"last"`
	Interval  inMillis `json:"interval_ms"`
}

func (l *tunnelLine) record() (Record, error) {
	err := cmp.Or(
		require(typeTunnel, "time", !l.Time.time().IsZero()),
		require(typeTunnel, "name", l.Name != ""),
		require(typeTunnel, "state", l.State != ""),
	)
	t := &fleet.TunnelReport{
		Tunnel: l.declaration(), Time: l.Time.time(),
		State: l.State, Since: l.Since.time(), Was: l.Was, WasSince: l.WasSince.time(), Reason: l.Reason, Detail: l.Detail,
		Counter: l.Counter, Sent: l.Sent, Received: l.Received, Lost: l.Lost, Excused: l.Excused, InFlight: l.InFlight,
		Late: l.Late, Duplicate: l.Duplicate, Unmatched: l.Unmatched, SendErrors: l.SendErrors,
		Loss: l.Loss, RTT: l.RTT.rtt(l.Received), Flaps: l.Flaps, Availability: -1,
		UpTime: l.UpTime.duration(), KnownTime: l.KnownTime.duration(),
		LastReply: l.LastReply.time(), ReplyTTL: l.ReplyTTL, Advice: l.advice(),
		Recent:   l.Recent.recent(),
		Evidence: evidenceOf(l.Evidence), Incident: l.Incident,
	}
	if l.Availability != nil {
		t.Availability = *l.Availability
	}
	if p := l.Peer; p != nil {
		t.PeerReflected, t.PeerLast, t.PeerInterval = p.Reflected, p.Last.time(), p.Interval.duration()
	}
	return Record{Tunnel: t}, err
}

// advice is the rules by their numbers; the stream tells no more of them.
func (l *tunnelLine) advice() []fleet.Advice {
	var list []fleet.Advice
	for _, rule := range l.Advice {
		list = append(list, fleet.Advice{Rule: rule})
	}
	return list
}

func (l *tunnelLine) declaration() *fleet.Tunnel {
	t := &fleet.Tunnel{
		Name: l.Name, Hub: l.Hub, Spoke: l.Spoke, Rank: l.Rank, Tags: l.Tags,
		Enabled: l.State != fleet.Disabled,
		Source:  l.Source, Destination: l.Destination,
		Probe: l.Probe, Interval: l.Interval.duration(), Retries: l.Retries,
	}
	if l.Key != nil {
		t.Key, t.HasKey = *l.Key, true
	}
	return t
}

// rtt takes the answers received for the samples, but no fewer than the fields
// that are there tell of: one, and two where there is a jitter.
func (p *rttPart) rtt(received uint64) fleet.RTT {
	if p == nil {
		return fleet.RTT{}
	}
	r := fleet.RTT{
		Samples: max(received, 1),
		Last:    p.Last.duration(), Min: p.Min.duration(), Mean: p.Mean.duration(),
		P50: p.P50.duration(), P99: p.P99.duration(), Max: p.Max.duration(),
	}
	if p.Jitter != nil {
		r.Samples, r.Jitter = max(received, 2), p.Jitter.duration()
	}
	return r
}
