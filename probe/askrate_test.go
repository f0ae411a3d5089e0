package probe_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe"
)

// With every answer missing, keepalives and diagnostic echoes together keep to
// max_rate; what the keepalives leave of it is used, and everybody gets a share.
func TestMaxRateHoldsForEchoesToo(t *testing.T) {
	for _, c := range []struct {
		tunnels, maxRate int
		interval         time.Duration
		echoes           int // a second, nearly
	}{
		{1000, 0, time.Second, 1000},
		{1000, 5000, time.Second, 1000},
		{1000, 1500, time.Second, 500},
		{1000, 1000, time.Second, 0},
		{1000, 500, time.Second, 0},
		{500, 20, 50 * time.Second, 10}, // 10 a second are keepalives
		{10, 3, 10 * time.Second, 1},
		{20, 0, 10 * time.Second, 2},
		{50, 1000, 100 * time.Millisecond, 50}, // one of ten keepalives
	} {
		t.Run(fmt.Sprintf("%d at %v, %d a second", c.tunnels, c.interval, c.maxRate), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn, sink := newInstant(), newRecorder()
				conn.lose = func([4]byte, int) bool { return true }
				d, begin := max(20*time.Second, 6*c.interval), time.Now()
				e := startInto(t, conn, sink, fleet(c.tunnels, c.interval), probe.Options{MaxRate: c.maxRate})
				time.Sleep(d)
				e.stop(t)
				perMilli := make([]int, d/time.Millisecond)
				for _, ev := range sink.all().kind(probe.Sent, probe.Asked) {
					perMilli[min(int(ev.At.Sub(begin)/time.Millisecond), len(perMilli)-1)]++
				}
				if c.maxRate > 0 {
					staysUnder(t, perMilli, c.maxRate)
				}
				shares(t, conn, sink.all(), c.tunnels, c.echoes, d)
			})
		})
	}
}

// Keepalives that a stall has kept waiting go first, and alone: together with
// echoes they would exceed max_rate.
func TestEchoesWaitForOverdueKeepalives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const tunnels, maxRate, d = 1000, 1500, 20 * time.Second
		conn, sink, begin := newInstant(), newRecorder(), time.Now()
		stalled := false
		conn.lose = func([4]byte, int) bool {
			if !stalled && time.Since(begin) > 10*time.Second {
				conn.away, stalled = 900*time.Millisecond, true
			}
			return true
		}
		e := startInto(t, conn, sink, fleet(tunnels, time.Second), probe.Options{MaxRate: maxRate})
		time.Sleep(d)
		e.stop(t)
		perMilli := make([]int, d/time.Millisecond+1)
		for _, ev := range sink.all().kind(probe.Sent, probe.Asked) {
			perMilli[ev.At.Sub(begin)/time.Millisecond]++
		}
		staysUnder(t, perMilli, maxRate)
		if !stalled || e.Stats().LateSends == 0 {
			t.Errorf("%+v: nothing was late, so nothing was tested", e.Stats())
		}
	})
}

// A tunnel that is answered while its echo waits for the rate is not asked.
func TestAnsweredTunnelsAreNotAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const tunnels, outage = 1000, 5 * time.Second
		conn, sink, begin := newInstant(), newRecorder(), time.Now()
		conn.lose = func([4]byte, int) bool { return time.Since(begin) < outage }
		e := startInto(t, conn, sink, fleet(tunnels, time.Second), probe.Options{MaxRate: 1100})
		time.Sleep(2 * outage)
		e.stop(t)
		last := map[int32]uint32{}
		asked := 0
		for _, ev := range sink.all() {
			switch ev.Kind {
			case probe.Answered:
				last[ev.Tunnel] = ev.Seq
			case probe.Asked:
				if asked++; last[ev.Tunnel] != 0 {
					t.Fatalf("tunnel %d is asked %v after the outage began, though keepalive %d was answered", ev.Tunnel, ev.At.Sub(begin), last[ev.Tunnel])
				}
			}
		}
		if asked < 300 { // 100 a second are left
			t.Errorf("%d echoes in %v", asked, outage)
		}
	})
}

// shares checks how many echoes there were, and that each tunnel had its share.
func shares(t *testing.T, conn *instant, h history, tunnels, echoes int, d time.Duration) {
	t.Helper()
	asked := h.kind(probe.Asked)
	if len(asked) != len(conn.echoes) {
		t.Errorf("%d echoes are told of, %d were sent", len(asked), len(conn.echoes))
	}
	most, least := echoes*int(d/time.Second), echoes*int(d/time.Second)*6/10 // the first interval has none
	if len(asked) > most+tunnels || len(asked) < least {
		t.Errorf("%d echoes in %v; want %d … %d", len(asked), d, least, most)
	}
	count := map[int32]int{}
	for _, e := range asked {
		count[e.Tunnel]++
	}
	fair := len(asked) / tunnels
	for i := range int32(tunnels) {
		if count[i] < fair-2 || count[i] > fair+2 {
			t.Errorf("tunnel %d was asked %d times; want about %d", i, count[i], fair)
		}
	}
}
