package probe_test

import (
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

// ordered runs two tunnels of that interval for a while, gives the orders, and
// runs on for as long.
func ordered(t *testing.T, interval time.Duration, lose func([4]byte, int) bool, before, after time.Duration, order func(*running)) *tally {
	conn, sink := newInstant(), newTally(2)
	conn.lose = lose
	e := startInto(t, conn, sink, fleet(2, interval), probe.Options{})
	time.Sleep(before)
	order(e)
	time.Sleep(after)
	e.stop(t)
	return sink
}

func TestDisableAndEnable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var quiet, again time.Time
		sink := ordered(t, time.Second, nil, 5300*time.Millisecond, 4*time.Second, func(e *running) {
			quiet = time.Now()
			must(t, e.Disable(0))
			must(t, e.Disable(0)) // once more changes nothing
			time.Sleep(10 * time.Second)
			again = time.Now()
			must(t, e.Enable(0))
			must(t, e.Enable(0))
			must(t, e.Enable(1)) // it never was disabled
		})
		for _, at := range sink.sent[0] {
			if at.After(quiet) && at.Before(again) {
				t.Errorf("a keepalive was sent %v after the tunnel was disabled", at.Sub(quiet))
			}
		}
		if first := soonest(sink.sent[0], again); first != 0 {
			t.Errorf("the first keepalive came %v after the tunnel was enabled, want at once", first)
		}
		checkSteps(t, sink.lines.of(0), []session.State{session.Up, session.Disabled, session.Pending, session.Up})
		checkSteps(t, sink.lines.of(1), []session.State{session.Up})
		if n := len(sink.sent[1]); n < 19 || n > 20 {
			t.Errorf("the other tunnel sent %d keepalives in 19.3 s", n)
		}
	})
}

// soonest is how long after a moment the next keepalive was sent; -1: never.
func soonest(sent []time.Time, after time.Time) time.Duration {
	for _, at := range sent {
		if !at.Before(after) {
			return at.Sub(after)
		}
	}
	return -1
}

func checkSteps(t *testing.T, lines history, want []session.State) {
	t.Helper()
	from := session.Pending
	for i, e := range lines {
		if i >= len(want) || e.From != from || e.To != want[i] {
			t.Fatalf("the line's changes are\n%s\nwant from pending to %v", lines.tail(9), want)
		}
		from = e.To
	}
	if len(lines) != len(want) {
		t.Errorf("the line changed %d times, want %v", len(lines), want)
	}
}

// What is in flight as a tunnel is disabled is nobody's loss, and the counter
// begins at 0 when it is enabled: two lost before do not make it go down sooner.
func TestDisableExcusesWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lose := func(_ [4]byte, nth int) bool { return nth > 3 }
		sink := ordered(t, time.Second, lose, 4900*time.Millisecond, 3500*time.Millisecond, func(e *running) {
			must(t, e.Disable(0))
			time.Sleep(time.Second)
			must(t, e.Enable(0))
		})
		checkSteps(t, sink.lines.of(0), []session.State{session.Up, session.Disabled, session.Pending, session.Down})
		lines := sink.lines.of(0)
		if took := lines[3].At.Sub(lines[2].At); took != 3*time.Second {
			t.Errorf("down %v after it was enabled, want as the fourth keepalive falls due (R10), 3s", took)
		}
		if sink.count[probe.Excused] == 0 {
			t.Error("nothing was excused")
		}
	})
}

// A keepalive now, and from then on at the interval.
func TestProbeNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked time.Time
		sink := ordered(t, 30*time.Second, nil, 41*time.Second, 65*time.Second, func(e *running) {
			asked = time.Now()
			must(t, e.ProbeNow(1))
		})
		if wait := soonest(sink.sent[1], asked); wait != 0 {
			t.Errorf("the keepalive was sent after %v, want at once", wait)
		}
		if wait := soonest(sink.sent[1], asked.Add(time.Millisecond)); wait != 30*time.Second-time.Millisecond {
			t.Errorf("the one after it came %v later, want an interval", wait+time.Millisecond)
		}
	})
}

// Pressed again and again, keepalives stand a second apart: the answer of the
// one before may be on its way.
func TestProbeNowIsBounded(t *testing.T) {
	for interval, want := range map[time.Duration]int{20 * time.Second: 10, 500 * time.Millisecond: 20} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Time{}
			sink := ordered(t, interval, nil, 15*time.Second, 0, func(e *running) {
				begun = time.Now()
				for range 1000 {
					must(t, e.ProbeNow(0))
					time.Sleep(10 * time.Millisecond)
				}
			})
			sent := 0
			for _, at := range sink.sent[0] {
				if at.After(begun) {
					sent++
				}
			}
			if sent < want-1 || sent > want+1 {
				t.Errorf("%d keepalives in 10 s at an interval of %v, want %d", sent, interval, want)
			}
		})
	}
}

func TestProbeNowOfADisabledTunnel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := ordered(t, time.Second, nil, 3*time.Second, 5*time.Second, func(e *running) {
			must(t, e.Disable(0))
			time.Sleep(time.Millisecond)
			must(t, e.ProbeNow(0))
		})
		if n := len(sink.sent[0]); n > 3 {
			t.Errorf("%d keepalives of a tunnel that was disabled after 3 s", n)
		}
	})
}

func TestOrdersForNoTunnel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ordered(t, time.Second, nil, time.Second, time.Second, func(e *running) {
			for _, order := range []func(int) error{e.Disable, e.Enable, e.ProbeNow} {
				for _, tunnel := range []int{-1, 2} {
					if order(tunnel) == nil {
						t.Errorf("an order for tunnel %d of 2 is no error", tunnel)
					}
				}
			}
		})
	})
}
