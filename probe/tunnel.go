package probe

import (
	"fmt"
	"net/netip"
	"time"

	"greylag/probe/gre"
)

// Tunnel is what the engine must know of a tunnel to probe it.
type Tunnel struct {
	Name string // places its keepalives within the interval, the same at each start

	Echo        bool       // probe by ICMP echo to Destination instead of by keepalive (R20)
	Source      netip.Addr // IPv4
	Destination netip.Addr // IPv4
	ReplyTo     netip.Addr // inner destination behind NAT; invalid: Source
	Device      string     // to send by; "": the routing table decides
	TTL, TOS    uint8      // of both headers

	Key                uint32 // RFC 2890, where HasKey
	HasKey             bool
	Checksum, Sequence bool
	Signed             bool // sequence, time and tag behind the inner GRE header

	Interval     time.Duration // R8
	Retries      int           // R8, 1 … 255
	UpAfter      int           // R11; 1 … 255
	MatchAddress bool          // the far end rewrites the IP identification
}

func (t *Tunnel) check() error {
	switch {
	case !t.Source.Is4() || !t.Destination.Is4():
		return fmt.Errorf("tunnel %s: source and destination must be IPv4 addresses", t.Name)
	case t.ReplyTo.IsValid() && !t.ReplyTo.Is4():
		return fmt.Errorf("tunnel %s: reply_to must be an IPv4 address", t.Name)
	case t.Interval <= 0:
		return fmt.Errorf("tunnel %s: interval must be positive", t.Name)
	case t.Retries < 1 || t.Retries > 255 || t.UpAfter < 1 || t.UpAfter > 255:
		return fmt.Errorf("tunnel %s: retries and up_after must be 1 to 255", t.Name)
	}
	return nil
}

// spec is the tunnel's keepalive on the wire.
func (t *Tunnel) spec(secret *gre.Secret) gre.Spec {
	s := gre.Spec{
		Source: t.Source, Destination: t.Destination, ReplyTo: t.ReplyTo,
		TTL: t.TTL, TOS: t.TOS,
		Key: t.Key, HasKey: t.HasKey, Checksum: t.Checksum, Sequence: t.Sequence,
	}
	if t.Signed {
		s.Secret = secret
	}
	return s
}

// flow is what an answer is known by before its identification is looked at.
type flow struct {
	source, destination [4]byte // of the answer's IP header
	key                 uint32
	kind                flowKind
}

type flowKind uint8

const (
	plainFlow flowKind = iota
	keyedFlow
	echoFlow
)

// pair is the flow without its key.
func (f flow) pair() flow { return flow{source: f.source, destination: f.destination} }

// flows returns the flows of the tunnel's answers. There are two behind NAT:
// the answer's destination is reply_to, or what NAT made of it.
func (t *Tunnel) flows() []flow {
	f := flow{source: t.Destination.As4(), destination: t.Source.As4()}
	switch {
	case t.Echo:
		f.kind = echoFlow
	case t.HasKey:
		f.kind, f.key = keyedFlow, t.Key
	}
	if t.Echo || !t.ReplyTo.IsValid() || t.ReplyTo == t.Source {
		return []flow{f}
	}
	behind := f
	behind.destination = t.ReplyTo.As4()
	return []flow{f, behind}
}
