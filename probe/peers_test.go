package probe

import (
	"net/netip"
	"testing"
	"time"

	"greylag/probe/gre"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// A peer's own interval is learnt from the gaps, with losses among them.
func TestIntervalIsLearnt(t *testing.T) {
	for _, c := range []struct {
		name string
		gaps []int // seconds
		want time.Duration
	}{
		{"one keepalive: nothing is known", nil, 0},
		{"steady", []int{5, 5, 5, 5}, 5 * time.Second},
		{"losses in between", []int{5, 5, 10, 5, 5, 15, 5, 5, 20, 10, 5, 5}, 5 * time.Second},
		{"begins with a great loss", []int{30, 5, 5, 5, 5, 5}, 5 * time.Second},
		{"reconfigured", []int{5, 5, 5, 30, 30, 30, 30}, 30 * time.Second},
		{"reconfigured to be quicker", []int{30, 30, 2, 2, 2, 2}, 2 * time.Second},
		{"an outage", []int{5, 5, 5, 600, 5, 5}, 5 * time.Second},
	} {
		p, at := &peer{}, start
		p.seen(at)
		for _, gap := range c.gaps {
			at = at.Add(time.Duration(gap) * time.Second)
			p.seen(at)
		}
		if r := p.report(); r.Interval != c.want || !r.Last.Equal(at) {
			t.Errorf("%s: interval %v, last %v; want %v, %v", c.name, r.Interval, r.Last, c.want, at)
		}
	}
}

// Begun with a loss the estimate is twice too long, and comes down.
func TestIntervalConverges(t *testing.T) {
	p, at := &peer{}, start
	for n, gap := 0, 10*time.Second; n < 40; n, gap = n+1, 5*time.Second {
		p.seen(at)
		at = at.Add(gap)
	}
	if got := p.report().Interval; got < 5*time.Second || got > 5100*time.Millisecond {
		t.Errorf("interval %v after 40 keepalives; want 5 s", got)
	}
}

// Jitter of a tenth leaves the estimate within a tenth.
func TestIntervalWithJitter(t *testing.T) {
	p, at := &peer{}, start
	for n := range 200 {
		p.seen(at.Add(time.Duration(n%3-1) * 500 * time.Millisecond))
		at = at.Add(5 * time.Second)
	}
	if got := p.report().Interval; got < 4500*time.Millisecond || got > 5500*time.Millisecond {
		t.Errorf("interval %v; want about 5 s", got)
	}
}

// As many as the rate in a burst, then the rate, whatever the clock does.
func TestAllow(t *testing.T) {
	p := &peer{}
	allowed := func(at time.Time, n int) (got int) {
		for range n {
			if p.allow(at, 50) {
				got++
			}
		}
		return got
	}
	for _, c := range []struct {
		name        string
		at          time.Duration
		asked, want int
	}{
		{"a burst", 0, 100, 50},
		{"a tenth of a second later", 100 * time.Millisecond, 100, 5},
		{"long after: no more than a burst", time.Hour, 100, 50},
		{"the clock goes back", 0, 100, 0},
		{"and forth", time.Hour, 1, 0},
		{"and on", time.Hour + time.Second, 100, 50},
	} {
		if got := allowed(start.Add(c.at), c.asked); got != c.want {
			t.Errorf("%s: %d of %d; want %d", c.name, got, c.asked, c.want)
		}
	}
}

// Sources forged by the hundred thousand within a prefix take bounded memory.
func TestForgedSourcesAreBounded(t *testing.T) {
	r := NewReflector(nil, ReflectorOptions{Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	most := 0
	for i := range 200_000 {
		q := gre.Request{Source: [4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}, Destination: [4]byte{192, 0, 2, 1}}
		if r.peers.find(&q) == nil {
			t.Fatalf("source %v is not within the prefix", q.Source)
		}
		most = max(most, len(r.peers.loose))
	}
	if most > 1<<16 || most < 1000 {
		t.Errorf("up to %d peers were remembered; want 65,536 at most", most)
	}
	if n := len(r.Peers()); n > 1<<16 || n == 0 {
		t.Errorf("%d peers are reported", n)
	}
}

// A tunnel's peer is found behind its prefix too, and counted once, as a tunnel's.
func TestTunnelBeforePrefix(t *testing.T) {
	far, near := netip.MustParseAddr("198.51.100.7"), netip.MustParseAddr("192.0.2.1")
	ps := newPeers(ReflectorOptions{
		Tunnels:  []Tunnel{{Source: near, Destination: far, HasKey: true, Key: 5}},
		Prefixes: []netip.Prefix{netip.PrefixFrom(far, 24)},
	})
	keyed := gre.Request{Source: far.As4(), Destination: near.As4(), HasKey: true, Key: 5}
	plain := gre.Request{Source: far.As4(), Destination: near.As4()}
	ofTunnel, ofPrefix := ps.find(&keyed), ps.find(&plain)
	if ofTunnel == nil || ofPrefix == nil || ofTunnel == ofPrefix || len(ps.loose) != 1 {
		t.Errorf("found %p and %p, %d by prefix; want two, one by prefix", ofTunnel, ofPrefix, len(ps.loose))
	}
}

// What goes wrong in sending is counted, and not as reflected.
func TestReflectorSendErrors(t *testing.T) {
	far, near := netip.MustParseAddr("198.51.100.7"), netip.MustParseAddr("192.0.2.1")
	conn := &refusing{}
	r := NewReflector(conn, ReflectorOptions{Tunnels: []Tunnel{{Source: near, Destination: far}}, Rate: 1000})
	spec := gre.Spec{Source: far, Destination: near, TTL: 255}
	packet := spec.AppendRequest(nil, gre.Marks{ID: 1})
	for range 100 { // more than one batch
		r.receive(packet, start)
	}
	r.flush()
	if s := r.Stats(); s.Requests != 100 || s.SendErrors != 50 || s.Reflected != 50 {
		t.Errorf("counters: %+v; want 100 requests, 50 reflected, 50 send errors", s)
	}
	if p := r.TunnelPeer(0); p.Reflected != 50 {
		t.Errorf("peer: %+v; want 50 reflected", p)
	}
	if conn.most != reflectBatch {
		t.Errorf("batches of up to %d; want %d", conn.most, reflectBatch)
	}
}

// refusing is a ReflectConn that cannot send every second packet.
type refusing struct{ queued, most int }

func (c *refusing) QueuePacket([4]byte, []byte) { c.queued++ }

func (c *refusing) Flush(failed func(int, error)) {
	c.most = max(c.most, c.queued)
	for place := 0; place < c.queued; place += 2 {
		failed(place, errRefused)
	}
	c.queued = 0
}

func (c *refusing) Receive(func([]byte, time.Time)) (bool, error) { return false, nil }
func (c *refusing) Wait(time.Duration, bool)                      {}
func (c *refusing) Wake()                                         {}
func (c *refusing) Dropped() uint64                               { return 0 }
