package probe_test

import (
	"bytes"
	"net/netip"
	"sync"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/gre"
	"greylag/probe/icmp"
	"greylag/probe/session"
)

// quotedTunnels are those that the quotes below are about: no far end is there.
func quotedTunnels() []probe.Tunnel {
	plain := tunnelTo(far(1), time.Second)
	keyed := tunnelTo(far(2), time.Second)
	keyed.HasKey, keyed.Key = true, 1017
	other := keyed
	other.Name, other.Key, other.Checksum = "other key", 1018, true
	checked := tunnelTo(far(3), time.Second)
	checked.HasKey, checked.Key, checked.Checksum = true, 7, true
	nat := tunnelTo(far(4), time.Second)
	nat.ReplyTo = nearOther
	echo := tunnelTo(far(5), time.Second)
	echo.Echo = true
	mixed := tunnelTo(far(6), time.Second)
	mixedKeyed := mixed
	mixedKeyed.Name, mixedKeyed.HasKey, mixedKeyed.Key = "mixed, keyed", true, 9
	return []probe.Tunnel{plain, keyed, other, checked, nat, echo, mixed, mixedKeyed}
}

// quote returns a packet with a tunnel's options and the given identification, as
// it would be quoted.
func quote(t probe.Tunnel, id uint16) []byte {
	if t.Echo {
		message := icmp.AppendEcho(nil, echoID, id)
		return header{ttl: 254, protocol: 1}.packet(t.Source, t.Destination, message)
	}
	s := gre.Spec{Source: t.Source, Destination: t.Destination, ReplyTo: t.ReplyTo, TTL: t.TTL, TOS: t.TOS,
		Key: t.Key, HasKey: t.HasKey, Checksum: t.Checksum}
	return s.AppendRequest(nil, gre.Marks{ID: id})
}

// edited returns a changed tunnel.
func edited(t probe.Tunnel, edit func(*probe.Tunnel)) probe.Tunnel {
	edit(&t)
	return t
}

// spying is a Conn that keeps the identification, or the sequence number, of what
// each tunnel sent last, by destination.
type spying struct {
	probe.Conn
	mu   sync.Mutex
	last map[[4]byte][]byte // what follows the IP header; guarded by mu
}

func spy(c probe.Conn) *spying { return &spying{Conn: c, last: map[[4]byte][]byte{}} }

// Queue implements probe.Conn.
func (c *spying) Queue(egress int, destination [4]byte, payload []byte) {
	if payload[0] != 8 || destination == far(5).As4() { // not the diagnostic echoes
		c.mu.Lock()
		c.last[destination] = bytes.Clone(payload)
		c.mu.Unlock()
	}
	c.Conn.Queue(egress, destination, payload)
}

// sentTo returns what follows the IP header of what was sent to destination last.
func (c *spying) sentTo(destination netip.Addr) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last[destination.As4()]
}

// whole returns what was sent to the destination of t last, quoted as it was.
func (c *spying) whole(t probe.Tunnel) []byte {
	protocol := byte(47)
	if t.Echo {
		protocol = 1
	}
	return header{tos: 0xc0, ttl: 250, protocol: protocol}.packet(t.Source, t.Destination, c.sentTo(t.Destination))
}

// Quotes lead to the tunnel whose packet is quoted, by addresses and key, and to
// its keepalive where they reach the identification; those that fit none are
// strangers. None changes a state.
func TestQuotes(t *testing.T) {
	const n = 28 // the header and the 8 octets that RFC 792 grants
	tunnels := quotedTunnels()
	for _, c := range []struct {
		name   string
		quote  func(c *spying) []byte
		tunnel int // -1: none
		seq    uint32
	}{
		{"plain, whole", func(c *spying) []byte { return c.whole(tunnels[0]) }, 0, 3},
		{"plain, 8 octets", func(c *spying) []byte { return c.whole(tunnels[0])[:n] }, 0, 0},
		{"plain, up to the identification", func(c *spying) []byte { return c.whole(tunnels[0])[:20+4+6] }, 0, 3},
		{"plain, short of it", func(c *spying) []byte { return c.whole(tunnels[0])[:20+4+5] }, 0, 0},
		{"key, 8 octets", func(*spying) []byte { return quote(tunnels[1], 1)[:n] }, 1, 0},
		{"key, whole", func(c *spying) []byte { return c.whole(tunnels[3]) }, 3, 3},
		{"key beyond the quote, one tunnel alone", func(c *spying) []byte { return c.whole(tunnels[3])[:n] }, 3, 0},
		{"key beyond the quote, two tunnels", func(*spying) []byte { return quote(tunnels[2], 1)[:n] }, -1, 0},
		{"behind the checksum", func(*spying) []byte { return quote(tunnels[2], 1)[:n+4] }, 2, 0},
		{"key beyond the quote, a tunnel without", func(*spying) []byte {
			return quote(edited(tunnels[0], func(t *probe.Tunnel) { t.HasKey, t.Checksum = true, true }), 1)[:n]
		}, -1, 0},
		{"key beyond the quote, one tunnel with and one without", func(*spying) []byte {
			return quote(edited(tunnels[7], func(t *probe.Tunnel) { t.Checksum = true }), 1)[:n]
		}, -1, 0},
		{"reply_to", func(c *spying) []byte { return c.whole(tunnels[4]) }, 4, 3},
		{"reply_to, as NAT had it", func(c *spying) []byte {
			return c.whole(edited(tunnels[4], func(t *probe.Tunnel) { t.Source = nearOther }))
		}, 4, 3},
		{"echo", func(c *spying) []byte { return c.whole(tunnels[5]) }, 5, 3},
		{"echo, 8 octets", func(c *spying) []byte { return c.whole(tunnels[5])[:n] }, 5, 3},
		{"echo, not sent", func(c *spying) []byte { return spoiled(c.whole(tunnels[5]), 27) }, -1, 0},
		{"another's echo", func(c *spying) []byte { return spoiled(c.whole(tunnels[5]), 25) }, -1, 0},
		{"an echo to who is not probed by it", func(c *spying) []byte {
			p := c.whole(tunnels[5])
			copy(p[16:], far(1).AsSlice())
			return p
		}, -1, 0},
		{"not sent", func(c *spying) []byte { return spoiled(c.whole(tunnels[0]), 20+4+4) }, -1, 0},
		{"wrong key", func(*spying) []byte { return quote(edited(tunnels[1], func(t *probe.Tunnel) { t.Key = 1 }), 1)[:n] }, -1, 0},
		{"missing key", func(*spying) []byte {
			return quote(edited(tunnels[1], func(t *probe.Tunnel) { t.HasKey = false }), 1)[:n]
		}, -1, 0},
		{"added key", func(*spying) []byte {
			return quote(edited(tunnels[0], func(t *probe.Tunnel) { t.HasKey = true }), 1)[:n]
		}, -1, 0},
		{"wrong source", func(*spying) []byte {
			return quote(edited(tunnels[0], func(t *probe.Tunnel) { t.Source = nearOther }), 1)[:n]
		}, -1, 0},
		{"wrong destination", func(*spying) []byte {
			return quote(edited(tunnels[0], func(t *probe.Tunnel) { t.Destination = far(77) }), 1)[:n]
		}, -1, 0},
		{"our own answer's way", func(*spying) []byte { return answerOf(near, far(1), 1) }, -1, 0},
		{"ordinary traffic", func(c *spying) []byte { return spoiled(c.whole(tunnels[0]), 20+4+9) }, -1, 0},
		{"UDP", func(c *spying) []byte { return spoiled(c.whole(tunnels[0]), 9) }, -1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			onSimulated(t, func(t *testing.T, n network) {
				conn := spy(n.conn())
				e := start(t, conn, tunnels, probe.Options{EchoID: echoID})
				time.Sleep(3 * time.Second) // each has sent three
				before := time.Now()
				n.inject(icmpError(near, 3, 10, c.quote(conn)))
				time.Sleep(time.Second)
				e.stop(t)
				leadsTo(t, e, before, c.tunnel, c.seq)
			})
		})
	}
}

// leadsTo checks that an error that arrived at a time led to a tunnel, or to none.
func leadsTo(t *testing.T, e *running, at time.Time, tunnel int, seq uint32) {
	t.Helper()
	h, s := e.all().kind(probe.Refused), e.Stats()
	if tunnel < 0 {
		if len(h) != 0 || s.Strangers != 1 || s.Evidence != 0 {
			t.Errorf("%+v:\n%swant a stranger", s, h.tail(9))
		}
		return
	}
	if len(h) != 1 || s.Strangers != 0 || s.Evidence != 1 {
		t.Fatalf("%+v:\n%swant it refused", s, h.tail(9))
	}
	want := probe.Event{At: at, Kind: probe.Refused, Tunnel: int32(tunnel), Seq: seq, Counter: h[0].Counter,
		ICMPType: 3, ICMPCode: 10, Sender: router.As4()}
	if h[0] != want || e.all().line(tunnel) == session.Up {
		t.Errorf("%+v; want %+v", h[0], want)
	}
}

// An answer that was changed on its way is told of, where one tunnel alone can be
// meant, and changes nothing.
func TestAlteredAnswers(t *testing.T) {
	tunnels := quotedTunnels()
	answer := func(t probe.Tunnel, id uint16) []byte {
		s := gre.Spec{Source: t.Source, Destination: t.Destination, TTL: 255, TOS: 0xc0, Key: t.Key, HasKey: t.HasKey, Checksum: t.Checksum}
		p := s.AppendRequest(nil, gre.Marks{ID: id})
		return p[len(p)/2:] // the two headers outside are as long as the two inside
	}
	keyed := func(t *probe.Tunnel) { t.HasKey, t.Key = true, 99 }
	keyless := func(t *probe.Tunnel) { t.HasKey = false }
	for _, c := range []struct {
		name   string
		answer func(id uint16) []byte // to a keepalive with that identification
		to     netip.Addr
		tunnel int // -1: none
		how    probe.Alteration
		ours   bool // the identification is
	}{
		{"checksum", func(id uint16) []byte { return spoiled(answer(tunnels[3], id), 24) }, far(3), 3, probe.AlteredChecksum, true},
		{"checksum and key", func(id uint16) []byte { return spoiled(answer(tunnels[3], id), 28) }, far(3), 3, probe.AlteredChecksum, true},
		{"checksum added", func(id uint16) []byte {
			return spoiled(answer(edited(tunnels[0], func(t *probe.Tunnel) { t.Checksum = true }), id), 24)
		}, far(1), 0, probe.AlteredChecksum, true},
		{"checksum of a stranger", func(id uint16) []byte {
			return spoiled(answer(edited(tunnels[3], func(t *probe.Tunnel) { t.Destination = far(77) }), id), 24)
		}, far(3), -1, 0, false},
		{"another key", func(id uint16) []byte { return answer(edited(tunnels[3], keyed), id) }, far(3), 3, probe.AlteredKey, true},
		{"key missing", func(id uint16) []byte { return answer(edited(tunnels[3], keyless), id) }, far(3), 3, probe.AlteredKey, true},
		{"key added", func(id uint16) []byte { return answer(edited(tunnels[0], keyed), id) }, far(1), 0, probe.AlteredKey, true},
		{"another key, of two tunnels", func(id uint16) []byte { return answer(edited(tunnels[1], keyed), id) }, far(2), -1, 0, false},
		{"another key, with and without one", func(id uint16) []byte { return answer(edited(tunnels[7], keyed), id) }, far(6), -1, 0, false},
		{"identification", func(id uint16) []byte { return answer(tunnels[0], id^0x5a5a) }, far(1), 0, probe.AlteredIdentification, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			onSimulated(t, func(t *testing.T, n network) {
				conn := spy(n.conn())
				e := start(t, conn, tunnels, probe.Options{EchoID: echoID})
				time.Sleep(2500 * time.Millisecond)
				q, err := gre.ParseQuote(conn.sentTo(c.to))
				must(t, err)
				before := len(e.all())
				n.inject(c.answer(q.ID))
				time.Sleep(10 * time.Millisecond)
				e.stop(t)
				tellsOf(t, e, e.all()[before:], c.tunnel, c.how, c.ours)
			})
		})
	}
}

// tellsOf checks what came of one altered answer.
func tellsOf(t *testing.T, e *running, h history, tunnel int, how probe.Alteration, ours bool) {
	t.Helper()
	if tunnel < 0 {
		if len(h.kind(probe.Altered)) > 0 || e.Stats().Strangers != 1 {
			t.Errorf("%d strangers; want 1:\n%s", e.Stats().Strangers, h.tail(9))
		}
		return
	}
	altered := h.kind(probe.Altered)
	if len(altered) != 1 || altered[0].Tunnel != int32(tunnel) || altered[0].Alteration != how || altered[0].TTL != 255 ||
		(altered[0].Seq > 0) != ours || e.Stats().Strangers != 0 {
		t.Errorf("%d strangers; want tunnel %d altered, how %d:\n%s", e.Stats().Strangers, tunnel, how, h.tail(9))
	}
	unmatched := len(h.kind(probe.Unmatched))
	if (how == probe.AlteredIdentification) != (unmatched == 1) || len(h.kind(probe.Answered, probe.Line)) > 0 {
		t.Errorf("%d unmatched:\n%s", unmatched, h.tail(9))
	}
}
