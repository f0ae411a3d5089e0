package simnet_test

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"greylag/probe/gre"
	"greylag/probe/simnet"
)

// The lab's addresses: A originates, B is the local end of tunnel 1.
var (
	addrA = netip.MustParseAddr("10.77.0.1")
	addrB = netip.MustParseAddr("10.77.1.1")
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// spec is a keepalive as routers send it, from A to B.
func spec() gre.Spec { return gre.Spec{Source: addrA, Destination: addrB, TTL: 255, TOS: 0xc0} }

func request(s gre.Spec, id uint16) []byte {
	return s.AppendRequest(nil, gre.Marks{ID: id, Sequence: uint32(id)})
}

// lab returns the far end of tunnel 1 in a scenario.
func lab(t testing.TB, s simnet.Scenario) *simnet.FarEnd {
	t.Helper()
	f, err := simnet.Lab(s, 1, addrB, addrA)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// kind says what a far end sent: "silent", "answer", "echo", or "icmp 3/CODE".
func kind(p []byte) string {
	switch {
	case len(p) == 0:
		return "silent"
	case len(p) >= 24 && p[9] == 47 && p[22] == 0 && p[23] == 0:
		return "answer"
	case len(p) >= 28 && p[9] == 1 && p[20] == 0:
		return "echo"
	case len(p) >= 28 && p[9] == 1:
		return fmt.Sprintf("icmp %d/%d", p[20], p[21])
	}
	return "something else"
}

// world is host A and far end B on a network, and A's socket.
type world struct {
	testing.TB
	net    *simnet.Net
	host   *simnet.Host
	far    *simnet.FarEnd
	conn   *simnet.Conn
	egress int
	got    []arrival
}

type arrival struct {
	packet []byte
	at     time.Time
}

func newWorld(t testing.TB, s simnet.Scenario) *world {
	t.Helper()
	return seeded(t, s, 1)
}

func seeded(t testing.TB, s simnet.Scenario, seed uint64) *world {
	t.Helper()
	w := &world{TB: t, net: simnet.New(seed), far: lab(t, s)}
	w.must(w.net.Add(w.far))
	var err error
	w.host, err = w.net.Host(addrA)
	w.must(err)
	w.conn = w.host.Conn()
	w.egress, err = w.conn.Egress(47, addrA, "", 255, 0xc0)
	w.must(err)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) path(from, to netip.Addr) *simnet.Path {
	w.Helper()
	p, err := w.net.Path(from, to)
	w.must(err)
	return p
}

// send sends the keepalives with these identifications in one batch.
func (w *world) send(ids ...uint16) {
	w.Helper()
	s := spec()
	for _, id := range ids {
		w.conn.Queue(w.egress, addrB.As4(), request(s, id)[20:])
	}
	w.conn.Flush(func(place int, err error) { w.Errorf("packet %d of the batch: %v", place, err) })
}

// receiver is a Conn or a ReflectConn.
type receiver interface {
	Receive(func([]byte, time.Time)) (more bool, err error)
}

// drain takes in all that has arrived.
func drain(c receiver, handle func(packet []byte, at time.Time)) error {
	for {
		if more, err := c.Receive(handle); err != nil || !more {
			return err
		}
	}
}

// receive returns the identifications of the answers that are there.
func (w *world) receive() (ids []uint16) {
	w.Helper()
	w.got = nil
	w.must(drain(w.conn, func(p []byte, at time.Time) {
		w.got = append(w.got, arrival{append([]byte(nil), p...), at})
		if a, err := gre.ParseAnswer(p); err == nil {
			ids = append(ids, a.ID)
		}
	}))
	return ids
}

// evidence returns the kinds of what one ReceiveEvidence brings.
func (w *world) evidence() (kinds []string) {
	w.Helper()
	w.must(w.conn.ReceiveEvidence(func(p []byte, _ time.Time) { kinds = append(kinds, kind(p)) }))
	return kinds
}
