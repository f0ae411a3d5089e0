package probe_test

import (
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe"
	"greylag/probe/simnet"
)

// An engine that has nothing to send turns when it is nudged.
func TestNudge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newSimulated(t)
		n.farEnd(far(1), simnet.Tunnel{Remote: near})
		e := start(t, n.conn(), []probe.Tunnel{tunnelTo(far(1), time.Hour)}, probe.Options{})
		time.Sleep(time.Minute)
		synctest.Wait()
		idle := e.Turns()
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if turns := e.Turns(); turns != idle || idle == 0 {
			t.Errorf("it had turned %d times, and a millisecond later %d times", idle, turns)
		}
		e.Nudge()
		synctest.Wait()
		if turns := e.Turns(); turns != idle+1 {
			t.Errorf("nudged, it has turned %d times, want %d", turns, idle+1)
		}
	})
}
