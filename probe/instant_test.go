package probe_test

import (
	"net/netip"
	"time"

	"greylag/probe"
)

// instant is a Conn whose far ends answer at once: what is inside a keepalive
// comes back as it is. It allocates nothing once it has grown.
type instant struct {
	// lose says whether the answer of the nth keepalive to a destination, from
	// 1, is lost; nil: none is.
	lose func(destination [4]byte, nth int) bool
	// away has the next Wait last so much longer, and becomes 0.
	away time.Duration

	echoes []time.Time // when diagnostic echoes were sent

	nth     map[[4]byte]int
	flushes int
	queued  int
	answers [][]byte
	coming  int
	wake    chan struct{}
	timer   *time.Timer
}

func newInstant() *instant {
	return &instant{nth: map[[4]byte]int{}, wake: make(chan struct{}, 1)}
}

// Egress implements probe.Conn.
func (c *instant) Egress(uint8, netip.Addr, string, uint8, uint8) (int, error) { return 0, nil }

// EvidenceEgress implements probe.Conn.
func (c *instant) EvidenceEgress(netip.Addr, string, uint8, uint8) (int, error) { return echoWay, nil }

// ReceiveEvidence implements probe.Conn.
func (c *instant) ReceiveEvidence(func(packet []byte, at time.Time)) error { return nil }

// echoWay is the handle of diagnostic echoes' way out; keepalives have 0.
const echoWay = 1

// Queue implements probe.Conn.
func (c *instant) Queue(egress int, destination [4]byte, payload []byte) {
	if egress == echoWay {
		c.echoes = append(c.echoes, time.Now())
		return
	}
	c.queued++
	if c.lose != nil {
		c.nth[destination]++
		if c.lose(destination, c.nth[destination]) {
			return
		}
	}
	if c.coming == len(c.answers) {
		c.answers = append(c.answers, nil)
	}
	options := 4 * int(payload[0]>>7+payload[0]>>5&1+payload[0]>>4&1) // RFC 2784, RFC 2890
	c.answers[c.coming] = append(c.answers[c.coming][:0], payload[4+options:]...)
	c.coming++
}

// Flush implements probe.Conn.
func (c *instant) Flush(func(place int, err error)) { c.flushes, c.queued = c.flushes+1, 0 }

// Receive implements probe.Conn.
func (c *instant) Receive(handle func(packet []byte, at time.Time)) (more bool, err error) {
	if c.coming > 0 {
		now := time.Now()
		for _, a := range c.answers[:c.coming] {
			handle(a, now)
		}
		c.coming = 0
	}
	return false, nil
}

// Wait implements probe.Conn.
func (c *instant) Wait(d time.Duration, wakeOnPacket bool) {
	if c.coming > 0 && wakeOnPacket {
		return
	}
	d += c.away
	c.away = 0
	if c.timer == nil {
		c.timer = time.NewTimer(d)
	} else {
		c.timer.Reset(d)
	}
	select {
	case <-c.timer.C:
	case <-c.wake:
	}
}

// Wake implements probe.Conn.
func (c *instant) Wake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Dropped implements probe.Conn.
func (c *instant) Dropped() uint64 { return 0 }

// tally is a Sink that keeps when each tunnel's keepalives were sent, and the
// changes of the line protocol.
type tally struct {
	sent  [][]time.Time // by tunnel
	lines history
	count map[probe.EventKind]int
}

func newTally(tunnels int) *tally {
	return &tally{sent: make([][]time.Time, tunnels), count: map[probe.EventKind]int{}}
}

// Record implements probe.Sink.
func (t *tally) Record(events []probe.Event) {
	for _, e := range events {
		t.count[e.Kind]++
		switch e.Kind {
		case probe.Sent:
			t.sent[e.Tunnel] = append(t.sent[e.Tunnel], e.At)
		case probe.Line:
			t.lines = append(t.lines, e)
		}
	}
}

// fleet returns n tunnels to different destinations.
func fleet(n int, interval time.Duration) []probe.Tunnel {
	tunnels := make([]probe.Tunnel, n)
	for i := range tunnels {
		tunnels[i] = tunnelTo(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), interval)
	}
	return tunnels
}

// number returns the place in its fleet of the tunnel to destination.
func number(destination [4]byte) int {
	return int(destination[1])<<16 | int(destination[2])<<8 | int(destination[3])
}
