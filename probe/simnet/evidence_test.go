package simnet_test

import (
	"fmt"
	"net/netip"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe/gre"
	"greylag/probe/icmp"
	"greylag/probe/simnet"
)

const evidenceID = 0x1267

// askWay lets the world send diagnostic echoes, and returns their way out.
func (w *world) askWay() int {
	w.Helper()
	w.conn.SetEvidenceID(evidenceID)
	way, err := w.conn.EvidenceEgress(addrA, "", 255, 0xc0)
	w.must(err)
	return way
}

// What explains a missing answer, in each scenario, as the lab's kernel was seen
// to do it: ICMP errors about the keepalive, and whether an echo is answered.
func TestEvidenceOfScenarios(t *testing.T) {
	for scenario, want := range map[simnet.Scenario][]string{
		simnet.Plain:     {"echo"},
		simnet.ACL:       {"echo"},
		simnet.ACLReject: {"icmp 3/13", "echo"},
		simnet.ACLInner:  {"echo"},
		simnet.URPF:      {"echo"},
		simnet.VRF:       {"echo"},
		simnet.NoLocal:   {"echo"},
		simnet.NoForward: {"echo"},
		simnet.NoGRE:     {"icmp 3/2", "echo"},
		simnet.NoTunnel:  {"icmp 3/3", "echo"},
		simnet.NoHost:    {"icmp 3/1"},
		simnet.Silent:    nil,
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, scenario)
			way := w.askWay()
			w.conn.Queue(w.egress, addrB.As4(), request(spec(), 1)[20:])
			w.conn.Queue(way, addrB.As4(), icmp.AppendEcho(nil, evidenceID, 1))
			w.conn.Flush(func(place int, err error) { t.Errorf("packet %d of the batch: %v", place, err) })
			if got := w.evidence(); !slices.Equal(got, want) {
				t.Errorf("%s: %q; want %q", scenario, got, want)
			}
			answers := 0
			if scenario == simnet.Plain {
				answers = 1
			}
			if got := w.receive(); len(got) != answers || len(w.got) != answers {
				t.Errorf("%s: %d packets for Receive; want %d", scenario, len(w.got), answers)
			}
		})
	}
}

// The router that speaks for an absent host is the sender, and quotes what was
// sent, one hop on its way.
func TestErrorQuotesThePacket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.NoHost)
		router := netip.MustParseAddr("10.77.9.9")
		w.must(w.far.SetRouter(router))
		w.send(7)
		w.must(w.conn.ReceiveEvidence(func(p []byte, _ time.Time) {
			x, err := icmp.ParseError(p)
			if err != nil || x.Sender != router.As4() || x.Source != addrA.As4() || x.Destination != addrB.As4() || x.Protocol != 47 {
				t.Fatalf("%+v, %v", x, err)
			}
			if q, err := gre.ParseQuote(x.Quote); err != nil || !q.HasID || q.ID != 7 {
				t.Errorf("quote %+v, %v; want identification 7", q, err)
			}
		}))
	})
}

// Errors about other packets are none of ours, nor are those about diagnostic
// echoes; those about the echoes that probe are.
func TestErrorsOfInterest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.NoHost)
		asking := w.askWay()
		probing, err := w.conn.Egress(1, addrA, "", 255, 0xc0)
		w.must(err)
		for _, c := range []struct {
			name string
			way  int
			id   uint16
			want int
		}{
			{"diagnostic", asking, evidenceID, 0},
			{"probing", probing, evidenceID + 1, 1},
		} {
			w.conn.Queue(c.way, addrB.As4(), icmp.AppendEcho(nil, c.id, 1))
			w.conn.Flush(func(_ int, err error) { t.Error(err) })
			if got := w.evidence(); len(got) != c.want {
				t.Errorf("%s: %q; want %d errors", c.name, got, c.want)
			}
		}
		udp := w.host.ReflectConn()
		packet := request(spec(), 1)
		packet[9] = 17
		udp.QueuePacket(addrB.As4(), packet)
		udp.Flush(func(_ int, err error) { t.Error(err) })
		if got := w.evidence(); got != nil {
			t.Errorf("an error about UDP: %q", got)
		}
	})
}

// Evidence ends no Wait, is handed over 64 at a time, of errors and of replies
// each, and what there is no room for is not in Dropped.
func TestEvidenceIsNeverUrgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.ACLReject)
		way := w.askWay()
		w.send(1)
		refusal := w.far.Handle(nil, request(spec(), 2), time.Now())
		begun := time.Now()
		w.conn.Wait(time.Second, true)
		if took := time.Since(begun); took != time.Second {
			t.Errorf("waited %v of a second", took)
		}
		for range 1000 {
			w.conn.Errors.Inject(refusal)
		}
		for n := range uint16(70) {
			w.conn.Queue(way, addrB.As4(), icmp.AppendEcho(nil, evidenceID, n))
		}
		w.conn.Flush(func(_ int, err error) { t.Error(err) })
		for _, want := range []map[string]int{{"icmp 3/13": 64, "echo": 64}, {"icmp 3/13": 64, "echo": 6}, {"icmp 3/13": 64}} {
			got := map[string]int{}
			for _, kind := range w.evidence() {
				got[kind]++
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got %v; want %v", got, want)
			}
		}
		if w.conn.Dropped() != 0 || w.conn.Errors.Dropped() < 500 {
			t.Errorf("%d dropped, %d errors dropped; want 0, most of 1,000", w.conn.Dropped(), w.conn.Errors.Dropped())
		}
	})
}

func TestEvidenceFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simnet.Plain)
		w.conn.Replies.FailReceive(syscall.ENETDOWN)
		if err := w.conn.ReceiveEvidence(func([]byte, time.Time) {}); err != syscall.ENETDOWN {
			t.Errorf("%v; want %v", err, syscall.ENETDOWN)
		}
		if _, err := w.conn.EvidenceEgress(netip.IPv6Loopback(), "", 1, 0); err == nil {
			t.Error("an IPv6 source: no error")
		}
	})
}
