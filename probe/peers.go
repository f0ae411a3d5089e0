package probe

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"greylag/probe/gre"
)

// peer is one far end that sends keepalives of its own (R12).
type peer struct {
	// Written by the reflector's loop, read by anyone.
	reflected, limited, refused atomic.Uint64
	last                        atomic.Int64 // nanoseconds since 1970; 0: never
	interval                    atomic.Int64 // nanoseconds; 0: not known

	// Only accessed by the reflector's loop.
	tokens  float64
	asOf    time.Time
	strange int // gaps in a row that do not fit interval
}

// allow takes a token, of which rate come every second.
func (p *peer) allow(at time.Time, rate float64) bool {
	if p.asOf.IsZero() {
		p.tokens = rate
	} else {
		p.tokens = min(rate, p.tokens+at.Sub(p.asOf).Seconds()*rate)
	}
	p.asOf = at
	if p.tokens < 1 {
		return false
	}
	p.tokens--
	return true
}

// patience is how many gaps in a row may contradict what was learnt.
const patience = 3

// seen learns the peer's interval from the gaps. One that is half as long again
// is a lost keepalive, until it is the third.
func (p *peer) seen(at time.Time) {
	now, last, known := at.UnixNano(), p.last.Load(), p.interval.Load()
	p.last.Store(now)
	gap := now - last
	switch {
	case last == 0 || gap <= 0:
	case known == 0:
		p.interval.Store(gap)
	case gap < known/2 || gap > known*3/2:
		if p.strange++; p.strange >= patience {
			p.interval.Store(gap)
			p.strange = 0
		}
	default:
		p.strange = 0
		p.interval.Store(known + (gap-known)/8)
	}
}

// peers are the far ends whose keepalives are answered.
type peers struct {
	rate     float64
	exact    atomic.Pointer[TunnelPeers] // changed only by the reflector's loop
	prefixes []netip.Prefix              // read-only

	mu    sync.Mutex
	loose map[flow]*peer // of prefixes; changed only by the reflector's loop, under mu
}

// looseLimit bounds the memory that forged sources within a prefix can take.
const looseLimit = 1 << 16

func newPeers(o ReflectorOptions) *peers {
	ps := &peers{rate: float64(o.Rate), prefixes: o.Prefixes, loose: map[flow]*peer{}}
	ps.exact.Store(newTunnelPeers(o.Tunnels, o.Flows))
	return ps
}

// TunnelPeers are the far ends of some tunnels, by the tunnels' places.
type TunnelPeers struct {
	flows   *flowIndex             // the tunnel, as its answers tell it; read-only
	others  *flowIndex             // the tunnel, where answers do not come that way; read-only
	tunnels []atomic.Pointer[peer] // by tunnel; nil until it sends something
}

// newTunnelPeers returns those of tunnels, whose answers' flows are in shared, or are
// nobody's.
func newTunnelPeers(tunnels []Tunnel, shared Flows) *TunnelPeers {
	room := 0
	if shared.index == nil {
		shared.index, room = newFlowIndex(0), len(tunnels)
	}
	t := &TunnelPeers{flows: shared.index, others: newFlowIndex(room), tunnels: make([]atomic.Pointer[peer], len(tunnels))}
	for i := range tunnels {
		for _, f := range tunnels[i].requestFlows() {
			if _, known := t.flows.get(f); !known {
				t.others.put(f, int32(i))
			}
		}
	}
	return t
}

// get returns the tunnel whose far end's keepalives have that flow.
func (t *TunnelPeers) get(f flow) (tunnel int32, ok bool) {
	if tunnel, ok = t.flows.get(f); ok {
		return tunnel, true
	}
	return t.others.get(f)
}

// inherit takes over what is known of far ends whose keepalives are the same.
func (t *TunnelPeers) inherit(was *TunnelPeers) {
	for _, index := range []*flowIndex{t.flows, t.others} {
		for _, entry := range index.entries {
			if old, known := was.get(entry.flow); known && entry.flow.kind != echoFlow {
				t.take(entry.tunnel, was.tunnels[old].Load())
			}
		}
	}
}

// take has p be the far end of a tunnel; nil: it has not sent anything.
func (t *TunnelPeers) take(tunnel int32, p *peer) {
	if p != nil {
		t.tunnels[tunnel].Store(p)
	}
}

// requestFlows returns the flows of the far end's own keepalives: those of its
// answers, since both go from it to us. ICMP echo tests the same tunnel. Where
// the far end is this very host, as in the example inventory, our own
// keepalives come to us too.
func (t *Tunnel) requestFlows() []flow {
	as := *t
	as.Echo = false
	flows := as.flows()
	if t.Destination.IsLoopback() {
		own := flows[0]
		own.source, own.destination = own.destination, own.source
		flows = append(flows, own)
	}
	return flows
}

// find returns the peer that sent q, or nil if it is not configured.
func (ps *peers) find(q *gre.Request) *peer {
	f := flow{source: q.Source, destination: q.Destination}
	if q.HasKey {
		f.kind, f.key = keyedFlow, q.Key
	}
	exact := ps.exact.Load()
	if i, ok := exact.get(f); ok {
		return exact.meet(i)
	}
	if !ps.within(q.Source) || !isUnicast(q.Destination) {
		return nil
	}
	f = flow{source: q.Source, destination: q.Destination} // whatever the key
	if p, ok := ps.loose[f]; ok {
		return p
	}
	return ps.meet(f)
}

// meet returns the peer of tunnel i, which it makes at the first keepalive.
func (t *TunnelPeers) meet(i int32) *peer {
	p := t.tunnels[i].Load()
	if p == nil {
		p = &peer{}
		t.tunnels[i].Store(p)
	}
	return p
}

// isUnicast keeps the answer, which has the request's destination as its source,
// from going out with one that is nobody's.
func isUnicast(destination [4]byte) bool { return destination[0] < 224 }

func (ps *peers) within(source [4]byte) bool {
	a := netip.AddrFrom4(source)
	for _, p := range ps.prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// meet adds a peer of one of the prefixes. When there are too many, it forgets
// the others: they are met again with their next keepalive.
func (ps *peers) meet(f flow) *peer {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if len(ps.loose) >= looseLimit {
		clear(ps.loose)
	}
	p := &peer{}
	ps.loose[f] = p
	return p
}

// PeerReport is what is known of a far end's own keepalives.
type PeerReport struct {
	Address   netip.Addr    // whose they are; not set for a tunnel's peer
	Reflected uint64        // answered
	Limited   uint64        // not answered: over the rate
	Refused   uint64        // not answered: the inner TTL was spent
	Last      time.Time     // zero: none yet
	Interval  time.Duration // as seen; 0: not known
}

func (p *peer) report() PeerReport {
	r := PeerReport{
		Reflected: p.reflected.Load(), Limited: p.limited.Load(), Refused: p.refused.Load(),
		Interval: time.Duration(p.interval.Load()),
	}
	if last := p.last.Load(); last != 0 {
		r.Last = time.Unix(0, last)
	}
	return r
}

// TunnelPeer returns what is known of the far end of tunnel i of
// ReflectorOptions.Tunnels, or of those adopted since. Any goroutine may call it.
func (r *Reflector) TunnelPeer(i int) PeerReport { return r.peers.exact.Load().Of(i) }

// TunnelPeers returns the far ends of the tunnels that are answered now. When others
// are, it goes on to tell of these, as they were.
func (r *Reflector) TunnelPeers() *TunnelPeers { return r.peers.exact.Load() }

// Of returns what is known of the far end of tunnel i. Any goroutine may call it.
func (t *TunnelPeers) Of(i int) PeerReport {
	if p := t.tunnels[i].Load(); p != nil {
		return p.report()
	}
	return PeerReport{}
}

// Peers returns what is known of the peers in ReflectorOptions.Prefixes that
// have sent something, in no order. Any goroutine may call it.
func (r *Reflector) Peers() []PeerReport {
	r.peers.mu.Lock()
	defer r.peers.mu.Unlock()
	reports := make([]PeerReport, 0, len(r.peers.loose))
	for f, p := range r.peers.loose {
		report := p.report()
		report.Address = netip.AddrFrom4(f.source)
		reports = append(reports, report)
	}
	return reports
}
