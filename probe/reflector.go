package probe

import (
	"context"
	"net/netip"
	"time"

	"greylag/probe/gre"
)

// Reflector answers the peers' own keepalives as a router does: it forwards what
// is inside (R4). It answers only what a configured peer sends, and only to that
// peer: anything else would make this host an open reflector.
//
// It keeps nothing between a request and its answer and waits for nobody.
type Reflector struct {
	conn  ReflectConn
	peers *peers

	arena  [reflectBatch][]byte // answers to be sent; only accessed by Run
	owners [reflectBatch]*peer  // whose they are; only accessed by Run
	queued int                  // only accessed by Run

	errands errands
	stats   reflectStats
}

const (
	reflectBatch = 64
	// idle is how long the reflector sleeps when nothing comes.
	idle = time.Minute
)

// ReflectorOptions say whose keepalives are answered.
type ReflectorOptions struct {
	// Tunnels whose far ends may send keepalives: from Destination to Source (or
	// ReplyTo), with the tunnel's key or without one if it has none.
	Tunnels []Tunnel
	// Flows are those of an engine that probes the same Tunnels; zero: there is none.
	Flows Flows
	// Prefixes of peers of which nothing else is known: any key, to any of our
	// addresses.
	Prefixes []netip.Prefix
	// Rate is how many keepalives a second of one peer are answered, with as
	// many in a burst; 0: [DefaultReflectRate].
	Rate int
}

// DefaultReflectRate is five times the shortest interval of a greylag peer.
const DefaultReflectRate = 50

// NewReflector prepares a reflector.
func NewReflector(conn ReflectConn, o ReflectorOptions) *Reflector {
	if o.Rate <= 0 {
		o.Rate = DefaultReflectRate
	}
	return &Reflector{conn: conn, peers: newPeers(o), errands: newErrands()}
}

// Adopt has a running reflector answer the far ends of other tunnels, in the place of
// ReflectorOptions.Tunnels, with their Flows, and returns what is known of them from now on. What is
// known of those whose keepalives are the same stays, their rate included. Any
// goroutine may call it. Where ctx or Run ends first nothing changes.
func (r *Reflector) Adopt(ctx context.Context, tunnels []Tunnel, flows Flows) (*TunnelPeers, error) {
	r.errands.asking.Lock()
	defer r.errands.asking.Unlock()
	next := newTunnelPeers(tunnels, flows)
	return next, r.errands.ask(ctx, r.conn.Wake, func() error {
		next.inherit(r.peers.exact.Load())
		r.peers.exact.Store(next)
		return nil
	})
}

// Run answers until ctx ends, then returns nil; or until the network cannot be
// read any more.
func (r *Reflector) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, r.conn.Wake)()
	defer r.errands.end()
	for ctx.Err() == nil {
		r.errands.run()
		more, err := r.conn.Receive(r.receive)
		if err != nil {
			return err
		}
		r.flush()
		r.stats.dropped.Store(r.conn.Dropped())
		if !more {
			r.conn.Wait(idle, true)
		}
	}
	return nil
}

// receive looks at one packet and queues its answer, if it gets one.
func (r *Reflector) receive(packet []byte, at time.Time) {
	r.stats.requests.Add(1)
	q, err := gre.ParseRequest(packet)
	if err != nil {
		r.stats.refuse(err)
		return
	}
	p := r.peers.find(&q)
	switch {
	case p == nil:
		r.stats.unknown.Add(1)
	case q.InnerTTL <= 1:
		r.stats.expired.Add(1)
		p.refused.Add(1)
	case !p.allow(at, r.peers.rate):
		r.stats.limited.Add(1)
		p.limited.Add(1)
	default:
		p.seen(at)
		r.answer(q.Inner, p)
	}
}

// answer queues what was inside the request, one hop older. The packet is
// copied: its memory is used again before the batch is full.
func (r *Reflector) answer(inner []byte, p *peer) {
	b := append(r.arena[r.queued][:0], inner...)
	gre.DecrementTTL(b)
	r.arena[r.queued], r.owners[r.queued] = b, p
	r.conn.QueuePacket([4]byte(b[16:]), b)
	if r.queued++; r.queued == reflectBatch {
		r.flush()
	}
}

func (r *Reflector) flush() {
	if r.queued == 0 {
		return
	}
	for _, p := range r.owners[:r.queued] {
		p.reflected.Add(1)
	}
	sent := r.queued
	r.conn.Flush(func(place int, err error) {
		sent--
		r.owners[place].reflected.Add(^uint64(0))
		r.stats.sendErrors.Add(1)
	})
	r.stats.reflected.Add(uint64(sent))
	r.queued = 0
}
