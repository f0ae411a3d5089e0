package session

import (
	"slices"
	"testing"
	"time"
)

// R10's example, `keepalive 5 4`, second by second. The first keepalive, at
// second 0, is answered; those of 5, 10, 15 and 20 are not. At 25 the fifth is
// due: the counter is 4, not below 4, so the line goes down then, and not at
// second 20 nor at 24.
func TestKeepalive54SecondBySecond(t *testing.T) {
	l := newLine(t, Config{Retries: 4})
	wantCounter := map[int]uint32{5: 1, 10: 2, 15: 3, 20: 4, 25: 5, 30: 6}
	l.is("before all", Pending, 0)
	l.send(0)
	l.is("sent", Pending, 1)
	l.answer(20*time.Millisecond, 1, Answered)
	l.is("answered", Up, 0)
	counter := uint32(0)
	for second := 1; second <= 30; second++ {
		now := time.Duration(second) * time.Second
		if c, sends := wantCounter[second]; sends {
			d := l.send(now)
			counter = c
			wantFrom, wantTo := Up, Up
			if second >= 25 {
				wantTo = Down
			}
			if second > 25 {
				wantFrom = Down
			}
			if d.From != wantFrom || d.To != wantTo {
				t.Errorf("second %d: %v to %v, want %v to %v", second, d.From, d.To, wantFrom, wantTo)
			}
		}
		want := Up
		if second >= 25 {
			want = Down
		}
		l.is(now.String(), want, counter)
	}
}

// R11: the reference's debug output shows 15, 16, 17 on a line that is down;
// then one answer sets the counter to 0 and brings the line up.
func TestCounterRisesWhileDown(t *testing.T) {
	l := newLine(t, Config{Retries: 3})
	for n := uint32(1); n <= 17; n++ {
		l.send(time.Duration(n) * time.Second)
		want := Pending
		if n >= 4 {
			want = Down
		}
		l.is("silence", want, n)
	}
	r := l.answer(17*time.Second+time.Millisecond, 17, Answered)
	l.is("first answer", Up, 0)
	want := Return{Verdict: Answered, Seq: 17, RTT: time.Millisecond, From: Down, To: Up}
	if r != want {
		t.Errorf("got %+v, want %+v", r, want)
	}
}

// R8's smallest and largest retries: down as number retries+1 falls due.
func TestExhaustedExactly(t *testing.T) {
	for _, retries := range []int{1, 2, 3, 254, 255} {
		l := newLine(t, Config{Retries: retries})
		for n := 1; n <= retries; n++ {
			l.send(time.Duration(n) * time.Second)
			l.is("below", Pending, uint32(n))
		}
		if d := l.send(time.Hour); d.From != Pending || d.To != Down {
			t.Errorf("retries %d: %v to %v", retries, d.From, d.To)
		}
		l.is("exhausted", Down, uint32(retries+1))
	}
}

func TestUpAfter(t *testing.T) {
	t.Run("one", func(t *testing.T) {
		l := newLine(t, Config{Retries: 2, UpAfter: 1})
		now := l.down()
		l.send(now)
		l.answer(now, 4, Answered)
		l.is("one answer", Up, 0)
	})
	t.Run("three", func(t *testing.T) {
		l := newLine(t, Config{Retries: 2, UpAfter: 3})
		now := l.down()
		for seq := uint32(4); seq <= 5; seq++ {
			l.send(now)
			l.answer(now, seq, Answered)
			l.is("too few", Down, 0) // R9 holds all the same
		}
		l.send(now)
		l.answer(now, 6, Answered)
		l.is("three in a row", Up, 0)
	})
	t.Run("gap", func(t *testing.T) {
		l := newLine(t, Config{Retries: 2, UpAfter: 3})
		now := l.down()
		l.send(now) // 4
		l.answer(now, 4, Answered)
		l.send(now) // 5
		l.answer(now, 5, Answered)
		l.send(now) // 6 is lost, its row ends
		l.send(now) // 7
		for seq := uint32(7); seq <= 8; seq++ {
			l.answer(now, seq, Answered)
			l.is("after a gap", Down, 0)
			l.send(now)
		}
		l.answer(now, 9, Answered)
		l.is("three in a row", Up, 0)
	})
	t.Run("exhausted between", func(t *testing.T) {
		l := newLine(t, Config{Retries: 1, UpAfter: 2})
		now := l.down() // 1, 2
		l.answer(now, 2, Answered)
		l.send(now) // 3: counter 1
		l.send(now) // 4: exhausted, the row starts again
		l.answer(now, 3, Answered)
		l.is("first of a new row", Down, 0)
		l.answer(now, 4, Answered)
		l.is("second", Up, 0)
	})
	t.Run("always in another order", func(t *testing.T) {
		l := newLine(t, Config{Retries: 3, UpAfter: 3})
		l.down() // 1 to 4
		for range 4 {
			l.send(0) // 5 to 8
		}
		for _, seq := range []uint32{6, 5} {
			l.answer(0, seq, Answered)
			l.is("two in a row", Down, 0)
		}
		l.answer(0, 8, Answered)
		l.is("8 alone", Down, 0)
		l.answer(0, 7, Answered)
		l.is("5 to 8 are answered", Up, 0)
	})
	t.Run("one of them late", func(t *testing.T) {
		l := newLine(t, Config{Retries: 1, UpAfter: 3}) // window 4
		l.down()                                        // 1, 2
		for range 5 {
			l.send(0) // 3 to 7
		}
		l.answer(0, 3, Late) // sent before the line was found dead once more
		for _, seq := range []uint32{4, 5} {
			l.answer(0, seq, Answered)
		}
		l.is("3 does not count", Down, 0)
		l.answer(0, 6, Answered)
		l.is("4 to 6", Up, 0)
	})
	t.Run("pending needs one", func(t *testing.T) {
		l := newLine(t, Config{Retries: 3, UpAfter: 3})
		l.send(0)
		l.answer(0, 1, Answered)
		l.is("first answer", Up, 0)
	})
	t.Run("up needs one", func(t *testing.T) {
		l := newLine(t, Config{Retries: 3, UpAfter: 3})
		l.send(0)
		l.answer(0, 1, Answered)
		l.send(0)
		l.send(0)
		l.answer(0, 3, Answered) // 2 is lost, the line is up and stays so
		l.is("up", Up, 0)
	})
}

func TestUnsentKeepsItsStep(t *testing.T) {
	l := newLine(t, Config{Retries: 2})
	l.send(0)
	l.answer(0, 1, Answered)
	for n := uint32(1); n <= 2; n++ {
		l.send(time.Second)
		l.Unsent()
		l.is("not sent", Up, n)
	}
	l.answer(time.Second, 3, Unmatched) // what was not sent cannot be answered
	l.is("forged", Up, 2)
	l.send(2 * time.Second)
	l.Unsent()
	l.is("this host cannot send", Down, 3)
	l.send(3 * time.Second)
	l.answer(3*time.Second, 5, Answered)
	l.is("recovered", Up, 0)
}

func TestExcuse(t *testing.T) {
	excuse := func(l *line) (got []uint32) {
		l.Excuse(func(seq uint32) { got = append(got, seq) })
		return got
	}
	same := func(t *testing.T, got []uint32, want ...uint32) {
		t.Helper()
		if len(got) != len(want) {
			t.Fatalf("excused %v, want %v", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("excused %v, want %v", got, want)
			}
		}
	}
	t.Run("counter forgets them", func(t *testing.T) {
		l := newLine(t, Config{Retries: 3})
		l.send(0)
		l.answer(0, 1, Answered)
		l.send(0)
		l.send(0)
		l.send(0)
		l.is("three in flight", Up, 3)
		same(t, excuse(l), 2, 3, 4)
		l.is("excused", Up, 0)
		same(t, excuse(l)) // once is enough
		l.send(0)
		l.is("not exhausted", Up, 1)
	})
	t.Run("comes back all the same", func(t *testing.T) {
		l := newLine(t, Config{Retries: 3})
		l.send(0)
		l.send(time.Second)
		excuse(l)
		l.send(2 * time.Second)
		r := l.answer(3*time.Second, 2, Answered)
		l.is("an excused answer", Up, 0)
		if r.RTT != 2*time.Second {
			t.Errorf("RTT %v, want 2s", r.RTT)
		}
		l.answer(3*time.Second, 2, Duplicate)
	})
	t.Run("unsent keeps its step", func(t *testing.T) {
		// 1 is lost, 2 answered, 3 could not be sent: the counter's one step is
		// that of 3, and 1, given up, was in no counter any more.
		l := newLine(t, Config{Retries: 3})
		l.send(0)
		l.send(0)
		l.answer(0, 2, Answered)
		l.send(0)
		l.Unsent()
		same(t, excuse(l), 1)
		l.is("3 was not sent", Up, 1)
	})
	t.Run("down stays down", func(t *testing.T) {
		l := newLine(t, Config{Retries: 2}) // window 4
		for range 6 {
			l.send(0)
		}
		l.is("silence", Down, 6)
		same(t, excuse(l), 3, 4, 5, 6)
		l.is("those beyond the window are lost for good", Down, 2)
		l.send(0)
		same(t, excuse(l), 7)
		l.is("and no more is forgotten in this silence", Down, 3)
		l.answer(0, 7, Answered)
		l.send(0)
		same(t, excuse(l), 8)
		l.is("another silence", Up, 0)
	})
	t.Run("an outage cannot be hidden for ever", func(t *testing.T) {
		for retries, window := range map[int]uint32{1: 4, 2: 4, 3: 4, 4: 8, 255: 256} {
			l := newLine(t, Config{Retries: retries})
			l.send(0)
			l.answer(0, 1, Answered)
			for l.State() == Up {
				l.send(0)
				excuse(l)
			}
			if want := 1 + window + uint32(retries) + 1; l.Seq() != want {
				t.Errorf("retries %d: down as %d falls due, want %d", retries, l.Seq(), want)
			}
		}
	})
	t.Run("nothing sent", func(t *testing.T) {
		l := newLine(t, Config{Retries: 2})
		same(t, excuse(l))
		l.is("new", Pending, 0)
	})
}

// Disabled after two of three retries, and enabled again: what was in flight is
// given up, its answer still counts but starts nothing, and the count begins
// anew.
func TestStopAndResume(t *testing.T) {
	l := newLine(t, Config{Retries: 3})
	l.send(0)
	l.answer(time.Millisecond, 1, Answered)
	l.send(1 * time.Second)
	l.send(2 * time.Second)
	l.is("two are missing", Up, 2)
	var given []uint32
	if from, to := l.Stop(func(seq uint32) { given = append(given, seq) }); from != Up || to != Disabled {
		t.Errorf("Stop: from %v to %v", from, to)
	}
	if !slices.Equal(given, []uint32{2, 3}) {
		t.Errorf("given up: %v, want 2 and 3", given)
	}
	l.is("disabled", Disabled, 0)
	if r := l.answer(2100*time.Millisecond, 3, Answered); r.From != Disabled || r.To != Disabled {
		t.Errorf("an answer took the line from %v to %v", r.From, r.To)
	}
	if at := l.SentAt(); at != 2*time.Second {
		t.Errorf("the newest was sent at %v, want 2s", at)
	}
	if from, to := l.Resume(); from != Disabled || to != Pending {
		t.Errorf("Resume: from %v to %v", from, to)
	}
	for i := range 3 {
		l.send(time.Duration(10+i) * time.Second)
	}
	l.is("three are missing, none more is due", Pending, 3)
	l.send(13 * time.Second)
	l.is("the fourth is due (R10)", Down, 4)
}
