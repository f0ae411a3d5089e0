package probe_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/session"
	"greylag/probe/simnet"
)

// explanation is what the events of a tunnel say of why its answers are missing.
type explanation struct {
	icmp    string // type/code of the errors; "": there were none
	sender  netip.Addr
	replies bool // to diagnostic echoes
}

// explain reads it from the events, of which those of a kind must agree.
func (h history) explain(t *testing.T) (x explanation) {
	t.Helper()
	for _, e := range h {
		switch e.Kind {
		case probe.Refused:
			got := explanation{fmt.Sprintf("%d/%d", e.ICMPType, e.ICMPCode), netip.AddrFrom4(e.Sender), x.replies}
			if x.icmp != "" && x != got {
				t.Errorf("refused: %+v, then %+v", x, got)
			}
			x = got
		case probe.Replied:
			x.replies = true
		}
	}
	return x
}

// explanations of the lab's scenarios, as its kernel was seen to give them.
var explanations = []struct {
	scenario simnet.Scenario
	want     explanation
}{
	{simnet.ACLReject, explanation{"3/13", far(1), true}},
	{simnet.NoGRE, explanation{"3/2", far(2), true}},
	{simnet.NoTunnel, explanation{"3/3", far(3), true}},
	{simnet.NoHost, explanation{"3/1", far(200), false}},
	{simnet.ACL, explanation{replies: true}},
	{simnet.URPF, explanation{replies: true}},
	{simnet.VRF, explanation{replies: true}},
	{simnet.NoLocal, explanation{replies: true}},
	{simnet.NoForward, explanation{replies: true}},
	{simnet.ACLInner, explanation{replies: true}},
	{simnet.Silent, explanation{}},
}

// Each cause shows in the events before the line has been down for two
// intervals.
func TestEvidence(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		var tunnels []probe.Tunnel
		var every []int
		for i, c := range explanations {
			tunnel := tunnelTo(far(byte(i+1)), max(n.interval(), 400*time.Millisecond))
			tunnel.Retries = 1 + i%3
			end := n.farEnd(tunnel.Destination, simnet.Tunnel{})
			must(t, end.SetRouter(far(200)))
			must(t, end.SetScenario(c.scenario))
			tunnels, every = append(tunnels, tunnel), append(every, i)
		}
		e := start(t, n.conn(), tunnels, probe.Options{})
		e.await(t, n.patience(), "all down", inState(session.Down, every...))
		mark := len(e.all())
		e.await(t, n.patience(), "two intervals", atLeast(2, probe.Sent, mark, every...))
		e.stop(t)
		for i, c := range explanations {
			h := e.all().of(i)
			if got := h.untilDownAnd(2 * tunnels[i].Interval).explain(t); got != c.want {
				t.Errorf("%s: %+v; want %+v:\n%s", c.scenario, got, c.want, h.tail(20))
			}
			numbered(t, h)
		}
	})
}

// untilDownAnd returns the events until a time after the line went down.
func (h history) untilDownAnd(more time.Duration) history {
	down := h.kind(probe.Line)[0].At
	return h.where(func(e probe.Event) bool { return e.At.Sub(down) < more })
}

// numbered checks that evidence names keepalives that were sent, the echoes' in
// their order and each once, and that the counter is the tunnel's.
func numbered(t *testing.T, h history) {
	t.Helper()
	var sent, counter uint32
	asked, replied := map[uint32]bool{}, map[uint32]bool{}
	for n, e := range h {
		ok := e.Counter == counter
		switch e.Kind {
		case probe.Sent:
			sent, counter, ok = e.Seq, e.Counter, true
		case probe.Line:
			continue
		case probe.Asked:
			ok = ok && e.Seq == sent && !asked[e.Seq] && sent > 1
			asked[e.Seq] = true
		case probe.Replied:
			ok = ok && asked[e.Seq] && !replied[e.Seq] && e.TTL == 64
			replied[e.Seq] = true
		case probe.Refused:
			ok = ok && e.Seq <= sent && e.Seq > 0
		}
		if !ok {
			t.Errorf("wrong:\n%s", h[:n+1].tail(9))
			return
		}
	}
	if len(asked) == 0 {
		t.Errorf("nobody asked:\n%s", h.tail(9))
	}
}

// Errors about echoes that probe a tunnel are its evidence too.
func TestEvidenceOfEchoTunnels(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		tunnel := tunnelTo(far(1), n.interval())
		tunnel.Echo = true
		end := n.farEnd(far(1))
		must(t, end.SetScenario(simnet.NoHost))
		e := start(t, n.conn(), []probe.Tunnel{tunnel}, probe.Options{EchoID: echoID})
		e.await(t, n.patience(), "down", inState(session.Down, 0))
		e.await(t, n.patience(), "refused", atLeast(1, probe.Refused, 0, 0))
		e.stop(t)
		if got := e.all().explain(t); got != (explanation{"3/1", far(1), false}) {
			t.Errorf("%+v; want 3/1 by the router:\n%s", got, e.all().tail(9))
		}
		if len(e.all().kind(probe.Asked)) > 0 {
			t.Errorf("an echo tunnel's destination was asked:\n%s", e.all().tail(9))
		}
	})
}

// A healthy fleet asks nobody.
func TestNoEvidenceInGoodTimes(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		n.farEnd(far(1), simnet.Tunnel{})
		e := start(t, n.conn(), []probe.Tunnel{tunnelTo(far(1), n.interval())}, probe.Options{})
		e.await(t, n.patience(), "ten answers", atLeast(10, probe.Answered, 0, 0))
		e.stop(t)
		if h, s := e.all(), e.Stats(); len(h.protocol()) != len(h) || s.Echoes != 0 || s.Evidence != 0 || s.Strangers != 0 {
			t.Errorf("%+v:\n%s", s, h.tail(20))
		}
	})
}

// A destination is asked once a second at most, and while answers are missing
// only.
func TestAskedOnceASecond(t *testing.T) {
	onSimulated(t, func(t *testing.T, n network) {
		end := n.farEnd(far(1), simnet.Tunnel{})
		tunnel := tunnelTo(far(1), 100*time.Millisecond)
		e := start(t, n.conn(), []probe.Tunnel{tunnel}, probe.Options{})
		time.Sleep(10 * time.Second)
		must(t, end.SetScenario(simnet.ACL))
		time.Sleep(9950 * time.Millisecond)
		must(t, end.SetScenario(simnet.Plain))
		time.Sleep(10 * time.Second)
		e.stop(t)
		asked := e.all().kind(probe.Asked)
		if len(asked) != 10 || len(e.all().kind(probe.Replied)) != 10 || e.Stats().Echoes != 10 {
			t.Errorf("asked %d times in 10 s; want 10:\n%s", len(asked), asked.tail(20))
		}
		for i := 1; i < len(asked); i++ {
			if gap := asked[i].At.Sub(asked[i-1].At); gap != time.Second {
				t.Errorf("asked again after %v", gap)
			}
		}
	})
}

// An echo that cannot be sent is not told of, and does nothing to the keepalive
// beside it.
func TestEchoesThatFail(t *testing.T) {
	onSimulated(t, func(t *testing.T, n network) {
		conn := n.conn()
		e := start(t, conn, []probe.Tunnel{tunnelTo(far(1), time.Second)}, probe.Options{})
		n.(*simulated).host.SetSendRoom(1, syscall.ENOBUFS)
		time.Sleep(10 * time.Second)
		e.stop(t)
		h, s := e.all(), e.Stats()
		if len(h.kind(probe.Asked, probe.Unsent)) != 0 || s.EchoErrors < 8 || s.Echoes != 0 || s.SendErrors != 0 {
			t.Errorf("%+v:\n%s", s, h.tail(20))
		}
		if sent := len(h.kind(probe.Sent)); sent != int(s.Sent) || sent != 10 {
			t.Errorf("%d sent, %d counted; want 10", sent, s.Sent)
		}
	})
}

// Copies of a reply count once; one that is slow counts all the same, though
// others have been asked meanwhile.
func TestReplies(t *testing.T) {
	for name, w := range map[string]wayBack{
		"twice": {duplicate: true},
		"slow":  {delay: 7500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			onSimulated(t, func(t *testing.T, n network) {
				end := n.farEnd(far(1), simnet.Tunnel{})
				must(t, end.SetScenario(simnet.ACL))
				n.wayBack(far(1), w)
				e := start(t, n.conn(), []probe.Tunnel{tunnelTo(far(1), time.Second)}, probe.Options{})
				time.Sleep(30 * time.Second)
				e.stop(t)
				h := e.all()
				numbered(t, h)
				asked, replied := h.kind(probe.Asked), h.kind(probe.Replied)
				if len(asked) < 28 || len(asked)-len(replied) > 8 {
					t.Errorf("asked %d times, %d replies", len(asked), len(replied))
				}
				for i, r := range replied {
					if took := r.At.Sub(asked[i].At); r.Seq != asked[i].Seq || took != w.delay {
						t.Errorf("reply %d is of keepalive %d after %v; want %d, %v", i, r.Seq, took, asked[i].Seq, w.delay)
					}
				}
				if s := e.Stats(); s.Strangers != 0 || s.Received != 0 {
					t.Errorf("%+v", s)
				}
			})
		})
	}
}

// icmpError is an error by a router at 203.0.113.1 (RFC 792), sealed, that quotes
// a packet, or as much of it as there is.
func icmpError(to netip.Addr, kind, code byte, quote []byte) []byte {
	message := append([]byte{kind, code, 0, 0, 0, 0, 0, 0}, quote...)
	binary.BigEndian.PutUint16(message[2:], internetChecksum(message))
	return header{ttl: 60, protocol: 1}.packet(router, to, message)
}

var router = netip.MustParseAddr("203.0.113.1")
