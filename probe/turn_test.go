package probe

import (
	"testing"
	"time"

	"greylag/probe/alloctest"
)

// turner drives an engine turn by turn, by a clock of its own.
type turner struct {
	*Engine
	conn  *still
	clock time.Time
}

func newTurner(t testing.TB, tunnels int) *turner {
	t.Helper()
	conn := &still{}
	r := &turner{Engine: engineOver(t, conn, ignored{}, tunnels), conn: conn, clock: time.Now()}
	r.base = r.clock
	for range 3000 { // past the first contact, and all buffers grown
		r.turnOnce(t)
	}
	return r
}

// turnOnce is what Run does, a millisecond later than the last time.
func (r *turner) turnOnce(t testing.TB) {
	r.clock = r.clock.Add(time.Millisecond)
	r.conn.at = r.clock
	if err := r.turn(r.clock); err != nil {
		t.Fatal(err)
	}
	if err := r.sleep(t.Context(), r.clock.Sub(r.base)); err != nil {
		t.Fatal(err)
	}
}

// In steady state a turn allocates nothing: neither sending nor taking in.
func TestTurnAllocatesNothing(t *testing.T) {
	r := newTurner(t, 10_000)
	before := r.Stats().Received
	if n := testing.AllocsPerRun(2000, func() { r.turnOnce(t) }); n != 0 {
		t.Errorf("%v allocations a turn; want 0", n)
	}
	if got := r.Stats().Received - before; got < 19_000 {
		t.Errorf("%d answers taken in meanwhile; want about 20,000: nothing was measured", got)
	}
}

// A healthy fleet looks for evidence ten times a second, one that misses answers
// in each turn.
func TestLooksAtEvidence(t *testing.T) {
	r := newTurner(t, 1000)
	for _, c := range []struct {
		mute        bool
		least, most int
	}{{false, 19, 21}, {true, 1900, 2100}} {
		r.conn.mute = c.mute
		for range 2000 { // until answers are missing
			r.turnOnce(t)
		}
		r.conn.looks = 0
		for range 2000 {
			r.turnOnce(t)
		}
		if r.conn.looks < c.least || r.conn.looks > c.most {
			t.Errorf("answers missing: %v; %d looks in 2,000 turns; want %d … %d", c.mute, r.conn.looks, c.least, c.most)
		}
	}
}

// While every answer is missing and every destination is asked, a turn allocates
// nothing either.
func TestAskingAllocatesNothing(t *testing.T) {
	r := newTurner(t, 10_000)
	r.conn.mute = true
	for range 3000 {
		r.turnOnce(t)
	}
	before := r.Stats().Echoes
	if n := testing.AllocsPerRun(2000, func() { r.turnOnce(t) }); n != 0 {
		t.Errorf("%v allocations a turn; want 0", n)
	}
	if got := r.Stats().Echoes - before; got < 19_000 {
		t.Errorf("%d echoes sent meanwhile; want about 20,000: nothing was measured", got)
	}
}

// BenchmarkTurn is the engine's own share of a keepalive's round trip: 10,000
// tunnels at 1 s, no kernel.
func BenchmarkTurn(b *testing.B) {
	r := newTurner(b, 10_000)
	before := r.Stats().Received
	check := alloctest.Forbid(b)
	for b.Loop() {
		r.turnOnce(b)
	}
	check()
	got := r.Stats().Received - before
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(max(got, 1)), "ns/keepalive")
}
