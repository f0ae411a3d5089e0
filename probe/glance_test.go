package probe_test

import (
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe"
	"greylag/probe/session"
	"greylag/probe/simnet"
)

// With ten seconds between two keepalives nobody waits so long for the reasons:
// they are told within a fifth of a second.
func TestEvidenceIsPrompt(t *testing.T) {
	onSimulated(t, func(t *testing.T, n network) {
		end := n.farEnd(far(1), simnet.Tunnel{})
		must(t, end.SetScenario(simnet.NoTunnel))
		n.wayBack(far(1), wayBack{delay: time.Second})
		e := start(t, n.conn(), []probe.Tunnel{tunnelTo(far(1), 10*time.Second)}, probe.Options{})
		e.await(t, n.patience(), "asked", atLeast(1, probe.Asked, 0, 0))
		asked := time.Now()
		e.await(t, n.patience(), "refused", atLeast(2, probe.Refused, 0, 0)) // the first after 10 s
		e.await(t, n.patience(), "replied", atLeast(1, probe.Replied, 0, 0))
		if took := time.Since(asked); took < time.Second || took > 1200*time.Millisecond {
			t.Errorf("told %v after it was asked; want 1 s and a little", took)
		}
	})
}

// What is there when the engine ends is told too.
func TestFinishTakesInEvidence(t *testing.T) {
	onSimulated(t, func(t *testing.T, n network) {
		end := n.farEnd(far(1), simnet.Tunnel{})
		must(t, end.SetScenario(simnet.NoTunnel))
		n.wayBack(far(1), wayBack{delay: 20 * time.Millisecond})
		e := start(t, n.conn(), []probe.Tunnel{tunnelTo(far(1), 10*time.Second)}, probe.Options{})
		e.await(t, n.patience(), "asked", atLeast(1, probe.Asked, 0, 0))
		time.Sleep(30 * time.Millisecond) // before the engine looks
		before := len(e.all().kind(probe.Replied))
		e.stop(t)
		if after := len(e.all().kind(probe.Replied)); before != 0 || after != 1 {
			t.Errorf("%d replies, %d after the end; want 0, 1", before, after)
		}
	})
}

// hardOfHearing is a Conn whose Wait takes a Wake only when it is over anyhow.
type hardOfHearing struct{ probe.Conn }

// Wait implements probe.Conn.
func (c *hardOfHearing) Wait(d time.Duration, _ bool) {
	time.Sleep(d)
	c.Conn.Wait(0, false)
}

// An engine that is told to end as it looks at evidence ends, though nothing will
// wake it again.
func TestEndWhileLooking(t *testing.T) {
	onSimulated(t, func(t *testing.T, n network) {
		e := start(t, &hardOfHearing{n.conn()}, []probe.Tunnel{tunnelTo(far(1), 10*time.Second)}, probe.Options{})
		e.await(t, n.patience(), "asked", atLeast(1, probe.Asked, 0, 0))
		time.Sleep(50 * time.Millisecond)
		synctest.Wait()
		begun := time.Now()
		e.stop(t)
		if took := time.Since(begun); took > 100*time.Millisecond {
			t.Errorf("it took %v to end", took)
		}
	})
}

// Nor does an order given meanwhile wait for the next keepalive.
func TestOrderWhileLooking(t *testing.T) {
	onSimulated(t, func(t *testing.T, n network) {
		e := start(t, &hardOfHearing{n.conn()}, []probe.Tunnel{tunnelTo(far(1), 10*time.Second)}, probe.Options{})
		e.await(t, n.patience(), "asked", atLeast(1, probe.Asked, 0, 0))
		time.Sleep(50 * time.Millisecond)
		must(t, e.Disable(0))
		begun := time.Now()
		e.await(t, n.patience(), "disabled", inState(session.Disabled, 0))
		if took := time.Since(begun); took > 100*time.Millisecond {
			t.Errorf("it took %v", took)
		}
	})
}

// A tunnel that is disabled while its echo waits for the rate is not asked.
func TestDisabledTunnelsAreNotAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const tunnels = 500
		conn, sink := newInstant(), newRecorder()
		conn.lose = func([4]byte, int) bool { return true }
		e := startInto(t, conn, sink, fleet(tunnels, time.Second), probe.Options{MaxRate: tunnels + 20})
		time.Sleep(20 * time.Second)
		for i := range tunnels - 1 {
			must(t, e.Disable(i))
		}
		time.Sleep(10 * time.Millisecond)
		before := len(sink.all())
		time.Sleep(30 * time.Second)
		e.stop(t)
		for _, asked := range sink.all()[before:].kind(probe.Asked) {
			if asked.Tunnel != tunnels-1 {
				t.Fatalf("tunnel %d is disabled, and asked", asked.Tunnel)
			}
		}
	})
}
