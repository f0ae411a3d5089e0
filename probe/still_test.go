package probe

import (
	"errors"
	"net/netip"
	"testing"
	"time"
)

// still is a Conn that answers what was sent, all at time at, and never waits.
type still struct {
	at      time.Time
	mute    bool // nothing is answered
	looks   int  // for evidence
	answers [][]byte
	coming  int
}

func (c *still) Egress(uint8, netip.Addr, string, uint8, uint8) (int, error) { return 0, nil }

func (c *still) EvidenceEgress(netip.Addr, string, uint8, uint8) (int, error) { return 0, nil }

func (c *still) Queue(_ int, _ [4]byte, payload []byte) {
	if c.mute {
		return
	}
	if c.coming == len(c.answers) {
		c.answers = append(c.answers, nil)
	}
	c.answers[c.coming] = append(c.answers[c.coming][:0], payload[4:]...) // a bare GRE header
	c.coming++
}

func (c *still) Flush(func(int, error)) {}

func (c *still) Receive(handle func([]byte, time.Time)) (more bool, err error) {
	for _, a := range c.answers[:c.coming] {
		handle(a, c.at)
	}
	c.coming = 0
	return false, nil
}

// slower is a network whose answers take until the turn after.
type slower struct {
	still
	before [][]byte // of the turn before
}

func (c *slower) Receive(handle func([]byte, time.Time)) (more bool, err error) {
	for _, a := range c.before {
		handle(a, c.at)
	}
	c.before, c.answers, c.coming = c.answers[:c.coming], nil, 0
	return false, nil
}

func (c *still) ReceiveEvidence(func([]byte, time.Time)) error {
	c.looks++
	return nil
}

func (c *still) Wait(time.Duration, bool) {}
func (c *still) Wake()                    {}
func (c *still) Dropped() uint64          { return 0 }

// kept is a Sink that keeps everything.
type kept struct{ events []Event }

func (k *kept) Record(events []Event) { k.events = append(k.events, events...) }

// ignored is a Sink that keeps nothing.
type ignored struct{}

func (ignored) Record([]Event) {}

// engineOver returns an engine of n plain tunnels at 1 s.
func engineOver(t testing.TB, conn Conn, sink Sink, n int) *Engine {
	t.Helper()
	tunnels := make([]Tunnel, n)
	for i := range tunnels {
		d := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		tunnels[i] = Tunnel{Name: d.String(), Source: netip.AddrFrom4([4]byte{192, 0, 2, 1}), Destination: d,
			TTL: 255, TOS: 0xc0, Interval: time.Second, Retries: 3, UpAfter: 1}
	}
	e, err := New(conn, sink, tunnels, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

var errRefused = errors.New("refused by the test")
