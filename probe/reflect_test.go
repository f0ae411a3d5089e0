package probe_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"net/netip"
	"testing"
	"time"

	"greylag/probe"
)

// reflecting is a reflector at work.
type reflecting struct {
	*probe.Reflector
	stop func()
}

// reflect runs a reflector; it ends with the test.
func reflect(t *testing.T, conn probe.ReflectConn, o probe.ReflectorOptions) *reflecting {
	t.Helper()
	r := probe.NewReflector(conn, o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	running := &reflecting{Reflector: r}
	running.stop = func() {
		cancel()
		if err, open := <-done; open && err != nil {
			t.Errorf("Run: %v", err)
		} else if open {
			close(done)
		}
	}
	t.Cleanup(running.stop)
	return running
}

// next returns the next packet, or fails the test.
func next(t *testing.T, n network, c <-chan []byte, what string) []byte {
	t.Helper()
	select {
	case p := <-c:
		return p
	case <-time.After(n.patience()):
		t.Fatalf("%s: no answer within %v", what, n.patience())
		return nil
	}
}

// peer is the far end of the tests' tunnel.
var peer = far(7)

// The golden bytes of a bare keepalive and its answer, summed up by hand: over
// the ten words of the answer's header, 45c0 + 0018 + 1234 + 0000 + fe2f + c000 +
// 0201 + c633 + 6407 = 34276, carried 4279, whose complement is bd86.
func TestGoldenAnswer(t *testing.T) {
	const (
		asked    = "45c0003012350000ff2fbc6d" + "c6336407" + "c0000201" + "00000800" + "45c0001812340000ff2fbc86" + "c0000201" + "c6336407" + "00000000"
		answered = "45c0001812340000fe2fbd86" + "c0000201" + "c6336407" + "00000000"
	)
	if got := hex.EncodeToString(request(peer).bytes()); got != asked {
		t.Fatalf("the tests' own request is\n%s; want\n%s", got, asked)
	}
	onBoth(t, func(t *testing.T, n network) {
		reflect(t, n.reflectConn(), probe.ReflectorOptions{Tunnels: []probe.Tunnel{tunnelTo(peer, time.Second)}})
		answers := n.arrivals(peer)
		n.inject(request(peer).bytes())
		if got := hex.EncodeToString(next(t, n, answers, "bare")); got != answered {
			t.Errorf("answered\n%s; want\n%s", got, answered)
		}
	})
}

// answered are requests that must be answered, byte for byte.
var answered = map[string]keepalive{
	"bare":            request(peer),
	"other TOS, DF":   request(peer).with(func(k *keepalive) { k.inner.tos, k.inner.fragment, k.outer.tos = 0x28, 0x4000, 0xb8 }),
	"TTL 2":           request(peer).with(func(k *keepalive) { k.inner.ttl, k.outer.ttl = 2, 1 }),
	"identification":  request(peer).with(func(k *keepalive) { k.inner.id = 0xffff }),
	"checksum":        request(peer).with(func(k *keepalive) { k.flags, k.options = 0x8000, make([]byte, 4) }),
	"sequence":        request(peer).with(func(k *keepalive) { k.flags, k.options = 0x1000, []byte{0, 0, 0, 9} }),
	"metadata":        request(peer).with(func(k *keepalive) { k.protocol, k.options = 0x8909, []byte{8, 0, 1, 1, 0, 1, 0, 42} }),
	"trailing bytes":  request(peer).with(func(k *keepalive) { k.trailing = []byte("number, time, tag: all must come back") }),
	"1,400 of them":   request(peer).with(func(k *keepalive) { k.trailing = bytes.Repeat([]byte{0xa5}, 1400) }),
	"inner key":       request(peer).with(func(k *keepalive) { k.innerFlags, k.trailing = 0x2000, []byte{1, 2, 3, 4} }),
	"padded":          request(peer).with(func(k *keepalive) { k.padding = make([]byte, 18) }),
	"inner options":   request(peer).with(func(k *keepalive) { k.inner.options = []byte{1, 1, 1, 0} }),
	"with a key":      request(far(8)).with(func(k *keepalive) { k.flags, k.options = 0x2000, []byte{0, 0, 0x03, 0xf9} }),
	"all the options": request(far(8)).with(func(k *keepalive) { k.flags, k.options = 0xb000, []byte{0, 0, 0, 0, 0, 0, 0x03, 0xf9, 9, 9, 9, 9} }),
}

// unanswered are requests that must not be.
var unanswered = map[string][]byte{
	"unknown peer":             request(far(9)).bytes(),
	"to another address of us": request(peer).with(func(k *keepalive) { k.destination, k.innerSource = nearOther, nearOther }).bytes(),
	"inner destination":        request(peer).with(func(k *keepalive) { k.innerDestination = far(9) }).bytes(),
	"inner source":             request(peer).with(func(k *keepalive) { k.innerSource = far(9) }).bytes(),
	"inner both":               request(peer).with(func(k *keepalive) { k.innerSource, k.innerDestination = peer, near }).bytes(),
	"inner UDP":                request(peer).with(func(k *keepalive) { k.inner.protocol = 17 }).bytes(),
	"inner GRE of IPv4":        request(peer).with(func(k *keepalive) { k.innerProtocol = 0x0800 }).bytes(),
	"inner TTL 1":              request(peer).with(func(k *keepalive) { k.inner.ttl = 1 }).bytes(),
	"inner TTL 0":              request(peer).with(func(k *keepalive) { k.inner.ttl = 0 }).bytes(),
	"inner fragment":           request(peer).with(func(k *keepalive) { k.inner.fragment = 0x2000 }).bytes(),
	"inner source route":       request(peer).with(func(k *keepalive) { k.inner.options = []byte{131, 7, 4, 203, 0, 113, 9, 0} }).bytes(),
	"key where there is none":  request(peer).with(func(k *keepalive) { k.flags, k.options = 0x2000, []byte{0, 0, 0, 1} }).bytes(),
	"other key":                request(far(8)).with(func(k *keepalive) { k.flags, k.options = 0x2000, []byte{0, 0, 0, 1} }).bytes(),
	"no key":                   request(far(8)).bytes(),
	"GRE version 1":            request(peer).with(func(k *keepalive) { k.flags = 1 }).bytes(),
	"GRE routing":              request(peer).with(func(k *keepalive) { k.flags = 0x4000 }).bytes(),
	"IPv6 inside":              request(peer).with(func(k *keepalive) { k.protocol = 0x86dd }).bytes(),
	"truncated":                truncated(request(peer).bytes(), 4),
	"truncated inner header":   truncated(request(peer).bytes(), 16),
	"no payload":               truncated(request(peer).bytes(), 24),
	"wrong inner checksum":     spoiled(request(peer).bytes(), 24+10),
	"wrong GRE checksum":       spoiled(request(peer).with(func(k *keepalive) { k.flags, k.options = 0x8000, make([]byte, 4) }).bytes(), 24),
}

// truncated takes the last n octets off a packet, whose header stays right.
func truncated(p []byte, n int) []byte {
	p = p[:len(p)-n]
	p[2], p[3] = byte(len(p)>>8), byte(len(p))
	sealed(p)
	return p
}

func spoiled(p []byte, at int) []byte {
	p[at] ^= 0x5a
	return p
}

// reflectedTunnels are the configured peers: one without a key, one with 1017.
func reflectedTunnels() []probe.Tunnel {
	keyed := tunnelTo(far(8), time.Second)
	keyed.HasKey, keyed.Key = true, 1017
	return []probe.Tunnel{tunnelTo(peer, time.Second), keyed}
}

// Byte for byte: TTL less 1, the checksum right for it, and nothing else changed.
func TestAnswersAreExact(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		r := reflect(t, n.reflectConn(), probe.ReflectorOptions{Tunnels: reflectedTunnels()})
		arrivals := map[netip.Addr]<-chan []byte{peer: n.arrivals(peer), far(8): n.arrivals(far(8))}
		for name, k := range answered {
			n.inject(k.bytes())
			if got := next(t, n, arrivals[k.source], name); !bytes.Equal(got, k.answer()) {
				t.Errorf("%s: answered\n% x; want\n% x", name, got, k.answer())
			}
		}
		r.stop()
		if s := r.Stats(); s.Reflected != uint64(len(answered)) || s.Requests != s.Reflected {
			t.Errorf("counters: %+v; want %d requests, all reflected", s, len(answered))
		}
		if a, b := r.TunnelPeer(0), r.TunnelPeer(1); a.Reflected != uint64(len(answered)-2) || b.Reflected != 2 {
			t.Errorf("peers: %+v, %+v; want %d and 2 reflected", a, b, len(answered)-2)
		}
	})
}

// Not a reflector for strangers: nothing comes back, nowhere.
func TestRefusedRequests(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		r := reflect(t, n.reflectConn(), probe.ReflectorOptions{Tunnels: reflectedTunnels()})
		arrivals := []<-chan []byte{n.arrivals(peer), n.arrivals(far(8)), n.arrivals(far(9))}
		for _, packet := range unanswered {
			n.inject(packet)
		}
		n.inject(request(peer).bytes()) // comes after all of them
		next(t, n, arrivals[0], "the last, good one")
		r.stop()
		for i, c := range arrivals {
			if len(c) != 0 {
				t.Errorf("address %d: an answer to what must not be answered: % x", i, <-c)
			}
		}
		s := r.Stats()
		if s.Reflected != 1 || s.Requests != 1+s.Unknown+s.NotMirrored+s.Malformed+s.Expired || s.Unknown < 5 || s.NotMirrored < 3 || s.Expired != 2 {
			t.Errorf("counters: %+v", s)
		}
	})
}

// At 100 times the allowed rate a peer gets the rate and no more, and another
// peer notices nothing.
func TestRateOfAPeer(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		const rate, flood = 50, 5000
		r := reflect(t, n.reflectConn(), probe.ReflectorOptions{Tunnels: reflectedTunnels(), Rate: rate})
		n.arrivals(peer)
		keyed := n.arrivals(far(8))
		begin := time.Now()
		for range flood {
			n.inject(request(peer).bytes())
		}
		n.inject(answered["with a key"].bytes())
		next(t, n, keyed, "the other peer")
		took := time.Since(begin)
		r.stop()
		p, s := r.TunnelPeer(0), r.Stats()
		if most := rate + uint64(rate*took.Seconds()) + 1; p.Reflected < rate || p.Reflected > most {
			t.Errorf("%d reflected in %v; want %d to %d", p.Reflected, took, rate, most)
		}
		if p.Reflected+p.Limited+s.Dropped != flood || s.Limited != p.Limited {
			t.Errorf("reflected %d, limited %d, dropped %d; want %d in all", p.Reflected, p.Limited, s.Dropped, flood)
		}
	})
}

// Peers known by their prefix alone: any key, any address of ours, and a report
// of each.
func TestPrefixes(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		r := reflect(t, n.reflectConn(), probe.ReflectorOptions{Prefixes: []netip.Prefix{netip.PrefixFrom(far(0), 28)}})
		arrivals := n.arrivals(far(8))
		outside := n.arrivals(far(16))
		n.inject(request(far(16)).bytes())
		for _, k := range []keepalive{
			answered["with a key"],
			request(far(8)).with(func(k *keepalive) { k.destination, k.innerSource = nearOther, nearOther }),
		} {
			n.inject(k.bytes())
			if got := next(t, n, arrivals, "within the prefix"); !bytes.Equal(got, k.answer()) {
				t.Errorf("answered\n% x; want\n% x", got, k.answer())
			}
		}
		r.stop()
		if s := r.Stats(); len(outside) != 0 || s.Unknown != 1 || s.Reflected != 2 {
			t.Errorf("outside the prefix %d answers; counters %+v", len(outside), s)
		}
		for _, p := range r.Peers() {
			if p.Address != far(8) || p.Reflected != 1 || p.Last.IsZero() {
				t.Errorf("peer: %+v; want %v, 1 reflected", p, far(8))
			}
		}
		if len(r.Peers()) != 2 { // one for each of our addresses
			t.Errorf("%d peers; want 2", len(r.Peers()))
		}
	})
}
