package probe_test

import (
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe"
	"greylag/probe/session"
	"greylag/probe/simnet"
)

// oversleeping is a Conn of which one Wait, once told, lasts a minute longer: the
// process was stopped, or its machine.
type oversleeping struct {
	probe.Conn
	away chan time.Duration // holds how long
}

func oversleep(c probe.Conn) *oversleeping {
	return &oversleeping{c, make(chan time.Duration, 1)}
}

// Wait implements probe.Conn.
func (c *oversleeping) Wait(d time.Duration, wakeOnPacket bool) {
	select {
	case away := <-c.away:
		time.Sleep(max(d, 0) + away)
	default:
		c.Conn.Wait(d, wakeOnPacket)
	}
}

// After a minute in which this host was away no tunnel is called down, even with
// one retry; what was skipped is counted late; each tunnel keeps its phase.
func TestBeingAway(t *testing.T) {
	for name, lost := range map[string]bool{"answers are in the buffer": false, "answers were lost": true} {
		t.Run(name, func(t *testing.T) {
			onSimulated(t, func(t *testing.T, n network) {
				tunnels := awayFleet(n)
				conn := oversleep(n.conn())
				sink := newRecorder()
				e := startInto(t, conn, sink, tunnels, probe.Options{})
				time.Sleep(5050 * time.Millisecond)
				for i := range tunnels {
					n.wayBack(tunnels[i].Destination, wayBack{delay: 300 * time.Millisecond, lost: lost})
				}
				time.Sleep(100 * time.Millisecond)
				conn.away <- time.Minute
				time.Sleep(30 * time.Second)
				for i := range tunnels {
					n.wayBack(tunnels[i].Destination, wayBack{delay: 300 * time.Millisecond})
				}
				time.Sleep(50 * time.Second)
				e.stop(t)
				checkAway(t, tunnels, sink.all(), e.Stats(), lost)
			})
		})
	}
}

func awayFleet(n network) []probe.Tunnel {
	tunnels := fleet(40, time.Second)
	for i := range tunnels {
		tunnels[i].Interval = []time.Duration{time.Second, 2 * time.Second, 700 * time.Millisecond}[i%3]
		tunnels[i].Retries = 1 + i%3
		n.farEnd(tunnels[i].Destination, simnet.Tunnel{})
		n.wayBack(tunnels[i].Destination, wayBack{delay: 300 * time.Millisecond})
	}
	return tunnels
}

func checkAway(t *testing.T, tunnels []probe.Tunnel, h history, stats probe.Stats, lost bool) {
	t.Helper()
	var skipped uint64
	for i, tunnel := range tunnels {
		own := h.of(i)
		if lines := own.kind(probe.Line); len(lines) != 1 || lines[0].To != session.Up {
			t.Errorf("tunnel %d, retries %d: lines:\n%swant up alone; before it:\n%s", i, tunnel.Retries, lines.tail(9), own.tail(40))
		}
		sent := own.kind(probe.Sent)
		last := sent[len(sent)-1].At.Sub(sent[1].At) // the first may be early
		if off := (last + tunnel.Interval/2) % tunnel.Interval; (off - tunnel.Interval/2).Abs() > 10*time.Millisecond {
			t.Errorf("tunnel %d: its phase moved by %v", i, off-tunnel.Interval/2)
		}
		skipped += uint64((last+tunnel.Interval/2)/tunnel.Interval) + 2 - uint64(len(sent))
	}
	if stats.LateSends < skipped || stats.LateSends > skipped+uint64(len(tunnels)) {
		t.Errorf("%d late sends; %d were skipped and up to %d came late", stats.LateSends, skipped, len(tunnels))
	}
	if excused := len(h.kind(probe.Excused)); (excused > 0) != lost {
		t.Errorf("%d excused; want some: %v", excused, lost)
	}
}

// Answers that our own receive buffer had no room for excuse what was in flight:
// no line goes down, though most answers are lost for three seconds.
func TestDroppedAnswersExcuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newSimulated(t)
		tunnels := fleet(300, time.Second)
		for i := range tunnels {
			tunnels[i].Retries = 1
			n.farEnd(tunnels[i].Destination, simnet.Tunnel{})
		}
		sink := newRecorder()
		e := startInto(t, n.conn(), sink, tunnels, probe.Options{})
		time.Sleep(3005 * time.Millisecond)
		n.conns[0].SetReceiveBuffer(1) // one packet
		time.Sleep(3 * time.Second)
		n.conns[0].SetReceiveBuffer(1 << 20)
		time.Sleep(3 * time.Second)
		e.stop(t)
		h, stats := sink.all(), e.Stats()
		if lines := h.kind(probe.Line); len(lines) != len(tunnels) {
			t.Errorf("%d changes of line; want %d to up:\n%s", len(lines), len(tunnels), lines.tail(9))
		}
		dropped, excused := n.conns[0].Dropped(), uint64(len(h.kind(probe.Excused)))
		if dropped < 300 || stats.Dropped != dropped || excused != dropped {
			t.Errorf("%d dropped, %d counted, %d excused; want all alike, over 300", dropped, stats.Dropped, excused)
		}
		if stats.Sent != stats.Received+excused {
			t.Errorf("%d sent, %d received, %d excused", stats.Sent, stats.Received, excused)
		}
	})
}

// A tunnel that is truly dead goes down all the same, once we lose nothing more.
func TestDownAfterDropsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newSimulated(t)
		tunnels := fleet(300, time.Second)
		for i := range tunnels[1:] {
			n.farEnd(tunnels[i+1].Destination, simnet.Tunnel{}) // none for tunnel 0
		}
		e := start(t, n.conn(), tunnels, probe.Options{})
		time.Sleep(5 * time.Millisecond)
		n.conns[0].SetReceiveBuffer(1)
		time.Sleep(10 * time.Second)
		n.conns[0].SetReceiveBuffer(1 << 20)
		before := time.Now()
		e.await(t, n.patience(), "down", inState(session.Down, 0))
		if took := time.Since(before); took > 5*time.Second {
			t.Errorf("down %v after the drops ended; want 3 retries of 1 s and a little", took)
		}
	})
}
