package probe

import (
	"net/netip"
	"testing"
	"time"
)

// After any number of keepalives the next one is due a whole number of intervals
// after the tunnel's phase, to the nanosecond.
func TestNothingDrifts(t *testing.T) {
	for _, c := range []struct {
		name      string
		lasts     time.Duration
		least     uint64 // keepalives
		intervals []time.Duration
	}{
		{"six hours of short ones", 6 * time.Hour, 250_000, []time.Duration{100 * time.Millisecond, time.Second, 1234567891 * time.Nanosecond}},
		{"a day of long ones", 24 * time.Hour, 1500, []time.Duration{time.Minute, time.Hour, 1234567890123 * time.Nanosecond, 32767 * time.Second}},
		{"a quarter of an hour on a grid", 15 * time.Minute, 224_000, many(25, 100*time.Millisecond)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if raceEnabled {
				c.lasts, c.least = c.lasts/10, c.least/11
			}
			e, conn := engineAt(t, c.intervals)
			clock := e.base
			for clock.Sub(e.base) < c.lasts {
				conn.at = clock
				if err := e.turn(clock); err != nil {
					t.Fatal(err)
				}
				for _, i := range e.due {
					onTime(t, e, i)
				}
				if err := e.sleep(t.Context(), clock.Sub(e.base)); err != nil {
					t.Fatal(err)
				}
				clock = e.base.Add(e.planned)
			}
			if s := e.Stats(); s.LateSends != 0 || s.Received < s.Sent-uint64(len(c.intervals)) || s.Sent < c.least {
				t.Errorf("%+v; want none late, an answer to each, and %d", s, c.least)
			}
		})
	}
}

func many(n int, interval time.Duration) (list []time.Duration) {
	for range n {
		list = append(list, interval)
	}
	return list
}

// onTime checks tunnel i, which has just been due.
func onTime(t *testing.T, e *Engine, i int32) {
	t.Helper()
	m := &e.members[i]
	if want := m.phase + time.Duration(m.session.Seq())*m.interval; e.wheel.due[i] != want {
		t.Fatalf("after %d keepalives at %v the next is due at %v; want %v", m.session.Seq(), m.interval, e.wheel.due[i], want)
	}
}

// engineAt returns an engine of tunnels with these intervals.
func engineAt(t *testing.T, intervals []time.Duration) (*Engine, *still) {
	t.Helper()
	tunnels := make([]Tunnel, len(intervals))
	for i, interval := range intervals {
		d := netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})
		tunnels[i] = Tunnel{Name: d.String(), Source: netip.AddrFrom4([4]byte{192, 0, 2, 1}), Destination: d,
			TTL: 255, TOS: 0xc0, Interval: interval, Retries: 3, UpAfter: 1}
	}
	conn := &still{}
	e, err := New(conn, ignored{}, tunnels, Options{})
	if err != nil {
		t.Fatal(err)
	}
	e.base = time.Now()
	return e, conn
}
