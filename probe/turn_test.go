package probe

import (
	"testing"
	"time"
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
	r.sleep(r.clock.Sub(r.base))
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

// BenchmarkTurn is the engine's own share of a keepalive's round trip: 10,000
// tunnels at 1 s, no kernel.
func BenchmarkTurn(b *testing.B) {
	r := newTurner(b, 10_000)
	before := r.Stats().Received
	b.ReportAllocs()
	for b.Loop() {
		r.turnOnce(b)
	}
	got := r.Stats().Received - before
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(max(got, 1)), "ns/keepalive")
}
