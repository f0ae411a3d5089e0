package stream

import (
	"cmp"
	"net/netip"

	"greylag/fleet"
)

// Directions of a keepalive in a capture.
const (
	directionRequest = "request"
	directionAnswer  = "answer"
)

// Keepalive writes a keepalive that was found in a capture. Many are written at a
// time: [Encoder.Flush] writes the rest.
func (e *Encoder) Keepalive(s *fleet.Sighting) error {
	e.buf = AppendKeepalive(e.buf, s)
	return e.flushFull()
}

// Flush writes what [Encoder.Keepalive] or a [Encoder.Walker] has gathered.
func (e *Encoder) Flush() error { return e.flush() }

// AppendKeepalive appends the line of s, newline included.
func AppendKeepalive(b []byte, s *fleet.Sighting) []byte {
	b = begin(b, typeKeepalive)
	b = appendTime(b, "time", s.Time)
	b = appendAddr(b, "source", s.Source)
	b = appendAddr(b, "destination", s.Destination)
	if s.HasKey {
		b = appendCount(b, "key", uint64(s.Key))
	}
	b = appendCount(b, "id", uint64(s.ID))
	direction := directionAnswer
	if s.Request {
		direction = directionRequest
	}
	b = appendText(b, "direction", direction)
	b = appendCount(b, "ttl", uint64(s.TTL))
	if s.HasRTT {
		b = appendInt(b, "rtt_us", micros(s.RTT))
	}
	b = appendKnownText(b, "tunnel", s.Tunnel)
	b = appendInt(b, "length", int64(s.Length))
	if s.Tunnel != "" {
		b = appendCount(b, "counter", uint64(s.Counter))
	}
	b = appendKnownText(b, "verdict", string(s.Verdict))
	return end(b)
}

type keepaliveLine struct {
	Time        stamp         `json:"time"`
	Source      netip.Addr    `json:"source"`
	Destination netip.Addr    `json:"destination"`
	Key         *uint32       `json:"key"`
	ID          uint16        `json:"id"`
	Direction   string        `json:"direction"`
	TTL         uint8         `json:"ttl"`
	RTT         *inMicros     `json:"rtt_us"`
	Tunnel      string        `json:"tunnel"`
	Length      int           `json:"length"`
	Counter     uint32        `json:"counter"`
	Verdict     fleet.Verdict `json:"verdict"`
}

func (l *keepaliveLine) record() (Record, error) {
	err := cmp.Or(
		require(typeKeepalive, "source", l.Source.IsValid()),
		require(typeKeepalive, "destination", l.Destination.IsValid()),
		require(typeKeepalive, "direction", l.Direction != ""),
	)
	s := &fleet.Sighting{
		Time: l.Time.time(), Tunnel: l.Tunnel, Request: l.Direction == directionRequest,
		Source: l.Source, Destination: l.Destination, ID: l.ID, TTL: l.TTL, Length: l.Length,
		Counter: l.Counter, Verdict: l.Verdict,
	}
	if l.Key != nil {
		s.Key, s.HasKey = *l.Key, true
	}
	if l.RTT != nil {
		s.RTT, s.HasRTT = l.RTT.duration(), true
	}
	return Record{Keepalive: s}, err
}
