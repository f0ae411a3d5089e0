package probe

import (
	"testing"
	"time"
	"unsafe"
)

// steppedBy returns t after the wall clock was stepped by seconds: the monotonic
// reading stays. There is no other way to make such a time; see the layout in
// package time: 33 bits of seconds over 30 of nanoseconds.
func steppedBy(t time.Time, seconds int64) time.Time {
	wall := (*uint64)(unsafe.Pointer(&t))
	*wall += uint64(seconds << 30)
	return t
}

func TestSteppedBy(t *testing.T) {
	now := time.Now()
	if s := steppedBy(now, -7200); s.Sub(now) != 0 || now.UnixNano()-s.UnixNano() != int64(2*time.Hour) {
		t.Errorf("monotonic %v apart, wall clock %d ns", s.Sub(now), now.UnixNano()-s.UnixNano())
	}
}

// GRE sequence numbers follow the wall clock in tenths of a second, and rise
// whatever it does (RFC 2890 section 2.2: an older number is dropped).
func TestNextSequence(t *testing.T) {
	at := func(tenths int64) time.Time { return time.UnixMilli(tenths * 100) }
	for _, c := range []struct {
		name string
		last uint32
		now  int64 // tenths of a second since 1970
		want uint32
	}{
		{"the first is the clock", 0, 17_000_000_000, 4_115_098_112}, // less 3·2^32
		{"the clock has moved on", 1000, 1050, 1050},
		{"same tenth", 1000, 1000, 1001},
		{"clock stepped back", 1000, 10, 1001},
		{"clock stepped ahead", 1000, 1 << 30, 1 << 30},
		{"around the end", 1<<32 - 1, 1<<32 - 1, 0},
		{"past the end", 1<<32 - 5, 1<<32 + 3, 3},
	} {
		if got := nextSequence(c.last, at(c.now)); got != c.want {
			t.Errorf("%s: after %d: %d; want %d", c.name, c.last, got, c.want)
		}
	}
}

// Over steps of the clock by hours, either way, and over a restart, each number
// is newer than the one before it, as a far end compares them.
func TestSequenceNeverGoesBack(t *testing.T) {
	clock, last := time.Now(), uint32(0)
	for n := range 5000 {
		clock = clock.Add(100 * time.Millisecond)
		switch n {
		case 1000:
			clock = steppedBy(clock, -3*3600)
		case 2000:
			clock = steppedBy(clock, 5*3600)
		}
		state := last
		if n == 4000 {
			state = 0 // restarted; the clock is ahead of all that was sent
		}
		s := nextSequence(state, clock)
		if last != 0 && int32(s-last) <= 0 {
			t.Fatalf("number %d: %d after %d", n, s, last)
		}
		last = s
	}
}

// A step of the wall clock by hours changes nothing for a running engine: the
// durations are the monotonic clock's.
func TestWallClockStep(t *testing.T) {
	conn, sink := &slower{}, &kept{}
	e := engineOver(t, conn, sink, 1)
	e.base = time.Now()
	clock := e.base
	for n := range 100 {
		switch n {
		case 30:
			clock = steppedBy(clock, 7200)
		case 60:
			clock = steppedBy(clock, -4*3600)
		}
		clock = clock.Add(500 * time.Millisecond)
		conn.at = clock
		if err := e.turn(clock); err != nil {
			t.Fatal(err)
		}
		e.planned = e.pace.turn(clock.Sub(e.base), e.wheel.next())
	}
	for _, ev := range sink.events {
		if ev.Kind == Excused || ev.Kind == Late || ev.Kind == Line && ev.From != 1 {
			t.Errorf("a step of the clock brought about %+v", ev)
		}
		if ev.Kind == Answered && ev.RTT != 500*time.Millisecond {
			t.Errorf("RTT %v; want 500 ms", ev.RTT)
		}
	}
	if s := e.Stats(); s.Sent < 45 || s.LateSends > 50 {
		t.Errorf("counters %+v; want about 50 sent", s)
	}
}
