package session

import (
	"testing"
	"time"
)

// A power of two, at least 4, and over retries: R10's counter holds retries
// when the line goes down, and one more is let in.
func TestWindow(t *testing.T) {
	for retries, want := range map[int]int{1: 4, 2: 4, 3: 4, 4: 8, 7: 8, 8: 16, 15: 16, 16: 32, 127: 128, 128: 256, 255: 256} {
		if got := Window(retries); got != want {
			t.Errorf("Window(%d) = %d, want %d", retries, got, want)
		}
	}
}

// With retries 3 answers are awaited for the newest 4. An answer that is one,
// two or three intervals late still counts; the next is too late.
func TestReturnedWithinWindow(t *testing.T) {
	for intervals, want := range []Verdict{Answered, Answered, Answered, Answered, Late, Late} {
		l := newLine(t, Config{Retries: 3})
		for n := 0; n <= intervals; n++ {
			l.send(time.Duration(n) * time.Second)
		}
		at := time.Duration(intervals)*time.Second + 7*time.Millisecond
		r := l.answer(at, 1, want)
		if want == Late {
			l.is("too late", Down, uint32(intervals+1))
			if r != (Return{Verdict: Late, Seq: 1, From: Down, To: Down}) {
				t.Errorf("%d intervals: got %+v", intervals, r)
			}
			continue
		}
		l.is("still counts", Up, 0)
		if r.RTT != at || r.Seq != 1 {
			t.Errorf("%d intervals: seq %d rtt %v, want 1 and %v", intervals, r.Seq, r.RTT, at)
		}
	}
}

func TestDuplicate(t *testing.T) {
	l := newLine(t, Config{Retries: 3})
	l.send(0)
	l.answer(0, 1, Answered)
	l.send(time.Second)
	for range 2 {
		if r := l.answer(time.Second, 1, Duplicate); r.Seq != 1 {
			t.Errorf("duplicate of %d, want 1", r.Seq)
		}
		l.is("a duplicate resets nothing", Up, 1)
	}
	for range 9 {
		l.send(time.Second)
	}
	l.answer(time.Second, 1, Duplicate) // beyond the window too
	l.answer(time.Second, 2, Late)
	l.answer(time.Second, 2, Duplicate) // of a late one
	l.is("down all the while", Down, 10)
}

// What was answered is known for the last 256; an older identification is one
// of the 65,535 that may be anybody's.
func TestForgottenAfter256(t *testing.T) {
	l := newLine(t, Config{Retries: 1})
	for range 257 {
		l.send(0)
	}
	l.answer(0, 1, Unmatched)
	l.answer(0, 2, Late)
	l.is("neither counts", Down, 257)
}

// A copy of a keepalive on its way out tells its number, whatever became of it
// and however its answers are matched; other identifications tell none.
func TestNumber(t *testing.T) {
	for _, byAddress := range []bool{false, true} {
		l := newLine(t, Config{Retries: 2, MatchAddress: byAddress})
		if seq, ok := l.Number(7); ok {
			t.Errorf("before any keepalive: that of %d", seq)
		}
		for range 300 {
			l.send(0)
		}
		if !byAddress {
			l.answer(0, 299, Answered)
		}
		l.Unsent()
		known := 0
		for id := range 1 << 16 {
			if _, ok := l.Number(uint16(id)); ok {
				known++
			}
		}
		if known != 256 {
			t.Errorf("by address %v: %d identifications are known; want 256", byAddress, known)
		}
		for want := uint32(300 - 255); want <= 300; want++ {
			if seq, ok := l.Number(l.ids[want]); !ok || seq != want {
				t.Errorf("by address %v: keepalive %d is told as %d, %v", byAddress, want, seq, ok)
			}
		}
	}
}

func TestUnmatched(t *testing.T) {
	l := newLine(t, Config{Retries: 3})
	if r := l.Returned(0, 77); r != (Return{Verdict: Unmatched, From: Pending, To: Pending}) {
		t.Errorf("before any keepalive: %+v", r)
	}
	first := l.send(0)
	matched := 0
	for id := 0; id <= 0xffff; id++ {
		if uint16(id) == first.ID {
			continue
		}
		if r := l.Returned(0, uint16(id)); r.Verdict != Unmatched || r.Seq != 0 {
			matched++
		}
	}
	if matched != 0 {
		t.Errorf("%d identifications that were never used matched", matched)
	}
	l.is("none counts", Pending, 1)
}

// A receive timestamp a grain older than the clock that stamped the send.
func TestRTTIsNeverNegative(t *testing.T) {
	l := newLine(t, Config{Retries: 3})
	l.send(time.Second)
	if r := l.answer(time.Second-time.Microsecond, 1, Answered); r.RTT != 0 {
		t.Errorf("RTT %v, want 0", r.RTT)
	}
}

// A far end that rewrites the identification: any answer is that of the newest
// keepalive in flight.
func TestMatchAddress(t *testing.T) {
	l := newLine(t, Config{Retries: 3, MatchAddress: true})
	want := func(v Verdict, seq uint32, rtt time.Duration) {
		t.Helper()
		r := l.Returned(3*time.Second, 0xdead)
		if r.Verdict != v || r.Seq != seq || r.RTT != rtt {
			t.Fatalf("got %+v, want verdict %d of %d after %v", r, v, seq, rtt)
		}
	}
	want(Unmatched, 0, 0) // none was sent
	l.send(1 * time.Second)
	l.send(2 * time.Second)
	want(Answered, 2, 1*time.Second)
	want(Answered, 1, 2*time.Second)
	want(Duplicate, 2, 0) // nothing is awaited
	l.is("up", Up, 0)
	l.send(3 * time.Second)
	l.Unsent()
	want(Unmatched, 0, 0) // the newest did not leave, the others are answered
	l.is("this host could not send", Up, 1)
	l.send(2 * time.Second)
	l.send(3 * time.Second)
	l.Excuse(func(uint32) {}) // 4 and 5, which are still awaited
	want(Answered, 5, 0)
	want(Answered, 4, 1*time.Second)
}

// The identifications go round after 65,535 keepalives; the numbers go on.
func TestIdentificationsGoRound(t *testing.T) {
	l := newLine(t, Config{Retries: 3})
	for range cycle + 300 {
		l.send(0)
	}
	if l.ids[1] != l.ids[1+cycle] {
		t.Errorf("cycle is not %d long", cycle)
	}
	if r := l.answer(0, cycle+299, Answered); r.Seq != cycle+299 {
		t.Errorf("answer of %d, want %d", r.Seq, cycle+299)
	}
	l.answer(0, cycle+44, Unmatched) // age 256
	l.answer(0, cycle+45, Late)
	l.is("up", Up, 0)
}

// A signed answer says its number, whatever became of the identification. Number
// 0, one that was not sent yet and one of 256 or more ago are nobody's.
func TestReturnedNumber(t *testing.T) {
	l := newLine(t, Config{Retries: 3})
	if r := l.ReturnedNumber(0, 0); r.Verdict != Unmatched {
		t.Errorf("before any keepalive: %+v", r)
	}
	for n := range 300 {
		l.send(time.Duration(n) * time.Second)
	}
	for _, c := range []struct {
		seq, wantSeq uint32
		want         Verdict
	}{
		{0, 0, Unmatched}, {301, 0, Unmatched}, {1<<32 - 1, 0, Unmatched}, {44, 0, Unmatched},
		{45, 45, Late}, {45, 45, Duplicate}, {296, 296, Late}, {297, 297, Answered}, {297, 297, Duplicate},
	} {
		if r := l.ReturnedNumber(300*time.Second, c.seq); r.Verdict != c.want || r.Seq != c.wantSeq {
			t.Errorf("number %d: %+v, want verdict %d", c.seq, r, c.want)
		}
	}
	l.is("297 was in the window of 4", Up, 0)
	l.send(300 * time.Second)
	l.Unsent()
	if r := l.ReturnedNumber(300*time.Second, 301); r != (Return{Verdict: Unmatched, From: Up, To: Up}) {
		t.Errorf("not sent: %+v", r)
	}
}
