package probe

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"greylag/probe/gre"
	"greylag/probe/icmp"
)

// mangler makes packets out of good ones: a few octets changed, cut, lengthened,
// checksums repaired or not; and pure noise.
type mangler struct {
	random *rand.PCG
	good   [][]byte
	bits   uint64
	left   int
	buffer [256]byte
}

// below returns a number under n, which must be at most 2^16.
func (m *mangler) below(n int) int {
	if m.left == 0 {
		m.bits, m.left = m.random.Uint64(), 4
	}
	v := int(m.bits & 0xffff)
	m.bits >>= 16
	m.left--
	return v * n >> 16
}

func (m *mangler) next() []byte {
	kind := m.below(8)
	if kind == 0 {
		return m.noise()
	}
	p := m.buffer[:copy(m.buffer[:], m.good[m.below(len(m.good))])]
	for range m.below(4) {
		p[m.below(len(p))] = byte(m.below(256))
	}
	switch kind {
	case 1:
		p = p[:m.below(len(p)+1)]
	case 2:
		p = m.buffer[:len(p)+m.below(len(m.buffer)-len(p))]
	}
	if m.below(2) == 0 {
		repair(p)
	}
	return p
}

func (m *mangler) noise() []byte {
	p := m.buffer[:m.below(len(m.buffer))]
	for i := 0; i+8 <= len(p); i += 8 {
		v := m.random.Uint64()
		for k := range 8 {
			p[i+k] = byte(v >> (8 * k))
		}
	}
	if len(p) > 0 && m.below(2) == 0 {
		p[0] = 0x45
	}
	return p
}

// repair makes the checksum of the header that a bare request has inside right,
// so that what is behind that check is reached.
func repair(p []byte) {
	if len(p) < 44 {
		return
	}
	h := p[24:44]
	h[10], h[11] = 0, 0
	var sum uint32
	for i := 0; i < 20; i += 2 {
		sum += uint32(h[i])<<8 | uint32(h[i+1])
	}
	sum = sum>>16 + sum&0xffff
	sum = ^(sum>>16 + sum)
	h[10], h[11] = byte(sum>>8), byte(sum)
}

// fuzzCount is how many packets are tried.
func fuzzCount() int {
	if testing.Short() || raceEnabled {
		return 300_000
	}
	return 10_000_000
}

var (
	fuzzNear = netip.MustParseAddr("192.0.2.1")
	fuzzPeer = netip.MustParseAddr("198.51.100.7")
)

// fuzzTunnels are peers with and without a key, and one behind NAT.
func fuzzTunnels() []Tunnel {
	t := Tunnel{Source: fuzzNear, Destination: fuzzPeer, TTL: 255, TOS: 0xc0,
		Interval: time.Second, Retries: 3, UpAfter: 1}
	keyed, signed, behind, echo := t, t, t, t
	keyed.HasKey, keyed.Key = true, 7
	signed.Destination, signed.Signed = netip.MustParseAddr("198.51.100.8"), true
	behind.Destination, behind.ReplyTo = netip.MustParseAddr("198.51.100.9"), netip.MustParseAddr("203.0.113.1")
	echo.Echo = true
	return []Tunnel{t, keyed, signed, behind, echo}
}

// goodRequests are what the peers may send.
func goodRequests() (packets [][]byte) {
	for _, t := range fuzzTunnels() {
		for options := range 8 {
			s := gre.Spec{Source: t.Destination, Destination: t.Source, TTL: 255, TOS: 0xc0, HasKey: t.HasKey, Key: t.Key,
				Checksum: options&1 != 0, Sequence: options&2 != 0}
			if options&4 != 0 {
				s.Secret = &gre.Secret{1}
			}
			packets = append(packets, s.AppendRequest(nil, gre.Marks{ID: uint16(options)}))
		}
	}
	bare := packets[0]
	metadata := append(append(append([]byte{}, bare[:24]...), 8, 0, 1, 1, 0, 1, 0, 9), bare[24:]...)
	metadata[22], metadata[23] = 0x89, 0x09
	metadata[3] += 8
	spent := gre.Spec{Source: fuzzPeer, Destination: fuzzNear, TTL: 1}
	return append(packets, metadata, spent.AppendRequest(nil, gre.Marks{ID: 9}))
}

// noisy is a network on which nothing but mangled packets arrives, until there
// were enough of them; then it ends the run.
type noisy struct {
	mangler
	t    *testing.T
	left int
	end  context.CancelFunc
	at   time.Time

	sent  int
	peers map[[4]byte]bool
}

// Receive implements Conn and ReflectConn.
func (c *noisy) Receive(handle func([]byte, time.Time)) (more bool, err error) {
	for range 1000 {
		c.at = c.at.Add(10 * time.Microsecond)
		handle(c.next(), c.at)
	}
	if c.left -= 1000; c.left <= 0 {
		c.end()
	}
	return false, nil
}

// ReceiveEvidence implements Conn.
func (c *noisy) ReceiveEvidence(func([]byte, time.Time)) error { return nil }

// QueuePacket implements ReflectConn: it checks who is answered.
func (c *noisy) QueuePacket(destination [4]byte, packet []byte) {
	c.sent++
	if !c.peers[destination] || [4]byte(packet[16:]) != destination || packet[9] != 47 {
		c.t.Errorf("an answer to %v: % x", destination, packet)
	}
}

// Egress implements Conn.
func (c *noisy) Egress(uint8, netip.Addr, string, uint8, uint8) (int, error) { return 0, nil }

// EvidenceEgress implements Conn.
func (c *noisy) EvidenceEgress(netip.Addr, string, uint8, uint8) (int, error) { return 0, nil }

// Queue implements Conn.
func (c *noisy) Queue(int, [4]byte, []byte) { c.sent++ }

func (c *noisy) Flush(func(int, error))   {}
func (c *noisy) Wait(time.Duration, bool) {}
func (c *noisy) Wake()                    {}
func (c *noisy) Dropped() uint64          { return 0 }

func newNoisy(t *testing.T, good [][]byte) (*noisy, context.Context) {
	ctx, cancel := context.WithCancel(t.Context())
	c := &noisy{mangler: mangler{random: rand.NewPCG(1, 2), good: good}, t: t,
		left: fuzzCount(), end: cancel, at: start, peers: map[[4]byte]bool{}}
	for _, tunnel := range fuzzTunnels() {
		c.peers[tunnel.Destination.As4()] = true
	}
	return c, ctx
}

// Ten million packets crash nothing, and no answer goes to who is not a peer.
func TestFuzzedRequests(t *testing.T) {
	conn, ctx := newNoisy(t, goodRequests())
	r := NewReflector(conn, ReflectorOptions{Tunnels: fuzzTunnels(), Rate: 1000})
	if err := r.Run(ctx); err != nil {
		t.Fatal(err)
	}
	s := r.Stats()
	if int(s.Requests) < fuzzCount() || s.Requests != s.Reflected+s.Limited+s.Unknown+s.NotMirrored+s.Malformed+s.Expired+s.SendErrors {
		t.Errorf("counters do not add up to %d: %+v", fuzzCount(), s)
	}
	const some = 100
	if s.Reflected < some || s.Limited < some || s.Unknown < some || s.NotMirrored < some || s.Malformed < some || s.Expired < some {
		t.Errorf("a way was hardly tried: %+v", s)
	}
	if uint64(conn.sent) != s.Reflected {
		t.Errorf("%d answers sent, %d counted", conn.sent, s.Reflected)
	}
}

// Ten million packets that are nearly answers crash nothing, and none is taken
// for the answer of a keepalive that was not sent.
func TestFuzzedAnswers(t *testing.T) {
	var good [][]byte
	for _, request := range goodRequests() {
		if p := request[24:]; p[0] == 0x45 { // those without outer options
			last := byte(7 + len(good)%2) // of two tunnels, or of one alone
			p[12], p[13], p[14], p[15], p[16], p[17], p[18], p[19] = 198, 51, 100, last, 192, 0, 2, 1
			good = append(good, p)
		}
	}
	echo := icmp.AppendEcho(make([]byte, 20), 77, 1)
	copy(echo, []byte{0x45, 0, 0, byte(len(echo)), 0, 0, 0, 0, 64, 1, 0, 0, 198, 51, 100, 7, 192, 0, 2, 1})
	echo[20], echo[22] = 0, echo[22]+8 // a reply: type 0, for which the checksum rises by 0x0800
	conn, ctx := newNoisy(t, append(good, echo))
	sink := &tallied{}
	e, err := New(conn, sink, fuzzTunnels(), Options{EchoID: 77})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Run(ctx); err != nil {
		t.Fatal(err)
	}
	s := e.Stats()
	counted := s.Strangers + sink.count[Answered] + sink.count[Late] + sink.count[Duplicate] + sink.count[Unmatched] + sink.rewritten
	if int(counted) < fuzzCount() {
		t.Errorf("%d packets are counted of %d: %+v, %v", counted, fuzzCount(), s, sink.count)
	}
	if sink.count[Answered] > sink.count[Sent] || sink.count[Unmatched] < 1000 || s.Strangers < 1000 {
		t.Errorf("%v, %+v; want unmatched and strangers, and no more answers than keepalives", sink.count, s)
	}
	if sink.rewritten < 100 {
		t.Errorf("%d answers had another key or a wrong checksum: a way was hardly tried", sink.rewritten)
	}
}

// As many packets that are nearly ICMP errors about our keepalives, or replies to
// our echoes, crash nothing; each is counted, and no reply is taken for ours,
// whose tag nobody can forge.
func TestFuzzedEvidence(t *testing.T) {
	e, err := New(&noisy{}, ignored{}, fuzzTunnels(), Options{EchoID: 77})
	if err != nil {
		t.Fatal(err)
	}
	reply := icmp.AppendMarkedEcho(make([]byte, 20), 0, 1, icmp.Mark{3: 2})
	copy(reply, []byte{0x45, 0, 0, byte(len(reply)), 0, 0, 0, 0, 64, 1, 0, 0, 198, 51, 100, 8, 192, 0, 2, 1})
	reply[20] = 0
	m := mangler{random: rand.NewPCG(3, 4), good: append(goodErrors(), sealedICMP(reply))}
	for n := range fuzzCount() {
		e.looked = time.Duration(n) * time.Millisecond
		p := m.next()
		if len(p) > 28 && n%2 == 0 {
			sealedICMP(p)
		}
		e.explain(p, start)
		if len(e.events) > 0 && e.events[0].Kind != Refused {
			t.Fatalf("% x gave %+v", p, e.events[0])
		}
		e.events = e.events[:0]
	}
	if s := e.Stats(); s.Strangers+s.Evidence != uint64(fuzzCount()) || s.Evidence < 1000 || s.Strangers < 1000 {
		t.Errorf("%+v; want all of %d, and many of each", s, fuzzCount())
	}
}

// goodErrors are ICMP errors that quote keepalives to the peers: 8 octets of
// each, so that no identification has to fit, and all of it.
func goodErrors() (packets [][]byte) {
	for _, t := range fuzzTunnels() {
		spec := t.spec(&gre.Secret{1})
		whole := spec.AppendRequest(nil, gre.Marks{ID: 1})
		for _, quote := range [][]byte{whole, whole[:28]} {
			header := []byte{0x45, 0, 0, byte(28 + len(quote)), 0, 0, 0, 0, 64, 1, 0, 0, 203, 0, 113, 1, 192, 0, 2, 1,
				3, 13, 0, 0, 0, 0, 0, 0}
			packets = append(packets, sealedICMP(append(header, quote...)))
		}
	}
	return packets
}

// sealedICMP writes the checksum of an ICMP message behind a plain IP header.
func sealedICMP(p []byte) []byte {
	var sum uint32
	for i := 20; i+1 < len(p); i += 2 {
		sum += uint32(p[i])<<8 | uint32(p[i+1])
	}
	sum = sum>>16 + sum&0xffff
	sum = ^(sum>>16 + sum)
	p[22], p[23] = byte(sum>>8), byte(sum)
	return p
}

// tallied is a Sink that counts.
type tallied struct {
	count     [Altered + 1]uint64
	rewritten uint64 // answers whose key or checksum was changed
}

// Record implements Sink.
func (c *tallied) Record(events []Event) {
	for i := range events {
		c.count[events[i].Kind]++
		if events[i].Kind == Altered && events[i].Alteration != AlteredIdentification {
			c.rewritten++
		}
	}
}
