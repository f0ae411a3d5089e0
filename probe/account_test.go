package probe_test

import (
	"fmt"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe"
	"greylag/probe/session"
	"greylag/probe/simnet"
)

// counting is a Conn that counts what it hands over, evidence included, and the
// different answers among it, by destination and identification.
type counting struct {
	probe.Conn
	handed int
	seen   map[[6]byte]bool
}

// Receive implements probe.Conn.
func (c *counting) Receive(handle func(packet []byte, at time.Time)) (more bool, err error) {
	return c.Conn.Receive(func(packet []byte, at time.Time) {
		c.handed++
		c.seen[[6]byte{packet[12], packet[13], packet[14], packet[15], packet[4], packet[5]}] = true
		handle(packet, at)
	})
}

// ReceiveEvidence implements probe.Conn.
func (c *counting) ReceiveEvidence(handle func(packet []byte, at time.Time)) error {
	return c.Conn.ReceiveEvidence(func(packet []byte, at time.Time) {
		c.handed++
		handle(packet, at)
	})
}

// Whatever the network does, each keepalive is in one place of the book, each
// packet that arrived is in one counter, and the counters of the events add up.
func TestTheBookBalances(t *testing.T) {
	for name, i := range map[string]simnet.Impairment{
		"loss":                {Loss: 0.3, Delay: 20 * time.Millisecond},
		"loss in bursts":      {Loss: 0.4, Burst: 5},
		"duplication":         {Duplicate: 0.5, Loss: 0.1, Delay: 5 * time.Millisecond},
		"reordering":          {Delay: 300 * time.Millisecond, Reorder: 0.4, HeldBack: 2500 * time.Millisecond},
		"delay over a window": {Delay: 2500 * time.Millisecond, Jitter: 4 * time.Second},
		"corruption":          {Corrupt: 0.5},
		"everything": {Loss: 0.1, Burst: 3, Delay: 400 * time.Millisecond, Jitter: 3 * time.Second, Duplicate: 0.2,
			Reorder: 0.2, HeldBack: 3 * time.Second, Corrupt: 0.2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { balances(t, i) })
		})
	}
}

func balances(t *testing.T, i simnet.Impairment) {
	n := newSimulated(t)
	n.net.SetDefault(i)
	tunnels := fleet(120, time.Second)
	for k := range tunnels {
		tunnels[k].Retries = 1 + k%5
		tunnels[k].Signed = k%7 == 0
		n.farEnd(tunnels[k].Destination, simnet.Tunnel{})
	}
	conn := &counting{Conn: n.conn(), seen: map[[6]byte]bool{}}
	sink := newRecorder()
	e := startInto(t, conn, sink, tunnels, probe.Options{})
	time.Sleep(40 * time.Second)
	n.conns[0].SetReceiveBuffer(3000) // some drops of our own
	time.Sleep(5 * time.Second)
	refused := simnet.Fault{Destination: tunnels[5].Destination, Err: syscall.ENETUNREACH}
	n.host.SetFault(refused)
	n.host.SetSendRoom(1, syscall.ENOBUFS)
	time.Sleep(5 * time.Second)
	n.host.SetSendRoom(-1, nil)
	n.conns[0].SetReceiveBuffer(1 << 20)
	time.Sleep(30 * time.Second)
	e.stop(t)
	h := sink.all()
	answers := 0
	for k := range tunnels {
		answers += recount(t, tunnels[k], h.of(k))
	}
	stats := e.Stats()
	arrived := len(h.kind(probe.Answered, probe.Late, probe.Duplicate, probe.Unmatched)) + len(h.rewritten()) +
		int(stats.Strangers+stats.Evidence)
	if arrived != conn.handed || arrived == 0 {
		t.Errorf("%d packets arrived, %d are counted", conn.handed, arrived)
	}
	if i.Corrupt == 0 && answers != len(conn.seen) {
		t.Errorf("%d different answers arrived, %d keepalives are answered, in time or late", len(conn.seen), answers)
	}
	unsent := len(h.kind(probe.Unsent))
	if unsent < 30 || int(stats.SendErrors) != unsent || int(stats.Sent) != len(h.kind(probe.Sent))-unsent || int(stats.Received) != len(h.kind(probe.Answered)) {
		t.Errorf("counters %+v; the events say %d sent, %d of them not, %d answered", stats, len(h.kind(probe.Sent)), unsent, len(h.kind(probe.Answered)))
	}
}

// rewritten returns the answers whose key or checksum was changed.
func (h history) rewritten() history {
	return h.where(func(e probe.Event) bool {
		return e.Kind == probe.Altered && e.Alteration != probe.AlteredIdentification
	})
}

// book is where each of a tunnel's keepalives is, by number.
type book map[uint32]probe.EventKind

// recount folds a tunnel's events and checks each against those before it. It
// returns how many keepalives were answered, in time or late.
func recount(t *testing.T, tunnel probe.Tunnel, h history) (answers int) {
	t.Helper()
	b, counter, newest := book{}, uint32(0), uint32(0)
	window := uint32(session.Window(tunnel.Retries))
	for n, e := range h {
		was := b[e.Seq]
		inFlight := (was == probe.Sent || was == probe.Excused) && newest-e.Seq < window
		ok := true
		switch e.Kind {
		case probe.Sent:
			newest++
			counter++
			ok = e.Seq == newest
			b[e.Seq] = probe.Sent
		case probe.Unsent:
			ok = was == probe.Sent && e.Seq == newest
			b[e.Seq] = probe.Unsent
		case probe.Answered:
			ok = inFlight
			counter = 0
			b[e.Seq] = probe.Answered
		case probe.Late:
			ok = (was == probe.Sent || was == probe.Excused) && newest-e.Seq >= window
			b[e.Seq] = probe.Late
		case probe.Duplicate:
			ok = was == probe.Answered || was == probe.Late
		case probe.Excused:
			ok = was == probe.Sent && newest-e.Seq < window && e.Counter <= counter && counter-e.Counter <= 1
			counter = e.Counter
			b[e.Seq] = probe.Excused
		}
		if e.Kind != probe.Line && !(ok && e.Counter == counter) {
			t.Fatalf("tunnel %s: counter %d by the book; it was %s; wrong:\n%s", tunnel.Name, counter, kindNames[was], h[:n+1].tail(30))
		}
	}
	return b.check(t, tunnel, newest, window)
}

// check adds the book up: sent = received + late + lost + excused + in flight, but
// for what could not be sent.
func (b book) check(t *testing.T, tunnel probe.Tunnel, sent, window uint32) (answers int) {
	t.Helper()
	places := map[string]int{}
	for seq := uint32(1); seq <= sent; seq++ {
		switch kind := b[seq]; {
		case kind == probe.Sent && sent-seq < window:
			places["in flight"]++
		case kind == probe.Sent:
			places["lost"]++
		default:
			places[kindNames[kind]]++
		}
	}
	total := places["in flight"] + places["lost"] + places["answered"] + places["late"] + places["excused"] + places["unsent"]
	if total != int(sent) || sent < 79 || sent > 81 {
		t.Errorf("tunnel %s: %d sent, which are %s", tunnel.Name, sent, fmt.Sprint(places))
	}
	return places["answered"] + places["late"]
}
