package probe_test

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/gre"
	"greylag/probe/session"
	"greylag/probe/simnet"
)

// answerOf returns the answer to a keepalive, as a far end would send it.
func answerOf(from, to netip.Addr, id uint16) []byte {
	spec := gre.Spec{Source: to, Destination: from, TTL: 255, TOS: 0xc0}
	return spec.AppendRequest(nil, gre.Marks{ID: id})[gre.IPv4HeaderLen+gre.HeaderLen:]
}

// A second copy is counted, and changes nothing.
func TestDuplicates(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		n.farEnd(far(1), simnet.Tunnel{})
		n.wayBack(far(1), wayBack{duplicate: true})
		e := start(t, n.conn(), []probe.Tunnel{tunnelTo(far(1), n.interval())}, probe.Options{})
		e.await(t, n.patience(), "five duplicates", atLeast(5, probe.Duplicate, 0, 0))
		e.stop(t)
		for _, d := range e.all().kind(probe.Duplicate) {
			if d.Counter != 0 || d.TTL != 254 {
				t.Errorf("%+v; want counter 0 and TTL 254", d)
			}
		}
		if first := e.all().kind(probe.Duplicate)[0]; first.Seq != 1 {
			t.Errorf("the first duplicate is of %d; want 1", first.Seq)
		}
		h := e.all()
		if a, d := len(h.kind(probe.Answered)), len(h.kind(probe.Duplicate)); a < d || a > d+1 {
			t.Errorf("%d answered, %d duplicates; want as many", a, d)
		}
	})
}

// Answers that come after the window are late: counted, and of no effect, so the
// line goes down though something comes back.
func TestLateAnswers(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		n.farEnd(far(1), simnet.Tunnel{})
		tunnel := tunnelTo(far(1), n.interval())
		tunnel.Retries = 2 // an answer is awaited for session.Window: 4 keepalives
		delay := n.interval()*9/2 + n.interval()/4
		n.wayBack(far(1), wayBack{delay: delay})
		e := start(t, n.conn(), []probe.Tunnel{tunnel}, probe.Options{})
		e.await(t, n.patience(), "four late answers", atLeast(4, probe.Late, 0, 0))
		e.stop(t)
		h := e.all()
		if len(h.kind(probe.Answered)) != 0 || h.line(0) != session.Down {
			t.Errorf("line %v; want down, and no answer in time:\n%s", h.line(0), h.tail(20))
		}
		for i, l := range h.kind(probe.Late) {
			if l.Seq != uint32(i+1) || l.Counter < 5 {
				t.Errorf("late answer %d: %+v; want that of keepalive %d, and the counter untouched", i, l, i+1)
			}
		}
	})
}

// A way that takes longer than the interval is no loss.
func TestDelayOverTheInterval(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		n.farEnd(far(1), simnet.Tunnel{})
		delay := n.interval() * 9 / 4
		n.wayBack(far(1), wayBack{delay: delay})
		e := start(t, n.conn(), []probe.Tunnel{tunnelTo(far(1), n.interval())}, probe.Options{})
		e.await(t, n.patience(), "six answers", atLeast(6, probe.Answered, 0, 0))
		e.stop(t)
		h := e.all()
		if l := h.kind(probe.Line); len(l) != 1 || h.line(0) != session.Up {
			t.Errorf("lines:\n%swant up alone", l.tail(9))
		}
		for _, a := range h.kind(probe.Answered) {
			if a.RTT < delay || a.RTT > delay+20*n.tolerance() {
				t.Errorf("RTT %v; want %v", a.RTT, delay)
			}
		}
	})
}

// Forged answers: of a tunnel of ours, but with a wrong tag; of none; broken. The
// far end is silent, so that nothing but a forgery could bring the line up.
func TestForgedAnswers(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		signed := tunnelTo(far(1), n.interval())
		signed.Signed = true
		e := start(t, n.conn(), []probe.Tunnel{signed}, probe.Options{})
		e.await(t, n.patience(), "one sent", atLeast(1, probe.Sent, 0, 0))
		wrongTag := append(answerOf(far(1), near, 7), make([]byte, gre.SignedLen)...)
		wrongTag[3] = byte(len(wrongTag))
		sealed(wrongTag)
		badGRE := append(answerOf(far(1), near, 9), 0, 0, 0, 0)
		badGRE[3], badGRE[20] = byte(len(badGRE)), 0x80 // a checksum, which is 0: wrong
		sealed(badGRE)
		for _, forged := range [][]byte{
			wrongTag, answerOf(far(1), near, 8), // unmatched: no tag is a wrong one
			answerOf(far(2), near, 7), answerOf(far(1), nearOther, 7), // strangers
			badGRE, // altered
		} {
			n.inject(forged)
		}
		e.await(t, n.patience(), "two unmatched", atLeast(2, probe.Unmatched, 0, 0))
		e.await(t, n.patience(), "down", inState(session.Down, 0))
		e.stop(t)
		if h := e.all(); len(h.kind(probe.Answered, probe.Late, probe.Duplicate)) != 0 || len(h.kind(probe.Unmatched)) != 2 {
			t.Errorf("events:\n%swant two unmatched", h.tail(20))
		}
		if h := e.all().rewritten(); len(h) != 1 || h[0].Alteration != probe.AlteredChecksum {
			t.Errorf("events:\n%swant one wrong checksum", h.tail(20))
		}
		if s := e.Stats(); s.Strangers != 2 || s.Received != 0 {
			t.Errorf("%d strangers, %d received; want 2, 0", s.Strangers, s.Received)
		}
	})
}

// An echo reply to another program's echo is a stranger, should a filter let it
// pass; so is one from an address that no tunnel goes to.
func TestForeignEchoReplies(t *testing.T) {
	onSimulated(t, func(t *testing.T, n network) {
		tunnel := tunnelTo(far(1), n.interval())
		tunnel.Echo = true
		e := start(t, n.conn(), []probe.Tunnel{tunnel}, probe.Options{EchoID: echoID})
		e.await(t, n.patience(), "down", inState(session.Down, 0))
		h := header{ttl: 64, protocol: 1}
		for from, id := range map[netip.Addr]uint16{far(1): echoID + 1, far(2): echoID} {
			message := []byte{0, 0, 0, 0, byte(id >> 8), byte(id), 0, 1}
			binary.BigEndian.PutUint16(message[2:], internetChecksum(message))
			n.inject(h.packet(from, near, message))
		}
		e.await(t, n.patience(), "it goes on", atLeast(2, probe.Sent, len(e.all()), 0))
		e.stop(t)
		if s := e.Stats(); s.Strangers != 2 || len(e.all().kind(probe.Unmatched, probe.Answered)) != 0 {
			t.Errorf("%d strangers; want 2:\n%s", s.Strangers, e.all().tail(9))
		}
	})
}

// sealed writes the IPv4 header's checksum (RFC 791 section 3.1), computed here
// anew.
func sealed(packet []byte) {
	packet[10], packet[11] = 0, 0
	var sum uint32
	for i := 0; i < int(packet[0]&15)*4; i += 2 {
		sum += uint32(packet[i])<<8 | uint32(packet[i+1])
	}
	for sum>>16 != 0 {
		sum = sum>>16 + sum&0xffff
	}
	packet[10], packet[11] = ^byte(sum>>8), ^byte(sum)
}

// What arrives between the last turn and the end counts: the last report must not
// call it lost.
func TestFinishTakesInAnswers(t *testing.T) {
	onSimulated(t, func(t *testing.T, n network) {
		n.farEnd(far(1), simnet.Tunnel{})
		n.wayBack(far(1), wayBack{delay: time.Second})
		tunnel := tunnelTo(far(1), 10*time.Second)
		e := start(t, &deaf{Conn: n.conn()}, []probe.Tunnel{tunnel}, probe.Options{})
		time.Sleep(3 * time.Second) // sent at 0.5 s, answered at 1.5 s; nobody looked
		e.stop(t)
		if h := e.all().kind(probe.Answered); len(h) != 1 || h[0].RTT != time.Second {
			t.Errorf("events:\n%swant one answer after 1 s", e.all().tail(9))
		}
	})
}

// deaf is a Conn whose Wait does not notice packets.
type deaf struct{ probe.Conn }

// Wait waits for the time or a wake-up.
func (c *deaf) Wait(d time.Duration, _ bool) { c.Conn.Wait(d, false) }
