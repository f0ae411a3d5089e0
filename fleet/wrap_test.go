package fleet

import (
	"testing"

	"greylag/probe"
)

// Numbers of keepalives wrap after 2^32: the book balances across it, and loss
// and the fates are those of the newest.
func TestNumbersWrap(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	received := uint64(0)
	seq := uint32(1<<32 - 500)
	for n := range uint64(1000) {
		s.Record([]probe.Event{sent(seq)})
		if n%10 != 9 {
			s.Record([]probe.Event{answer(seq, ms)})
			received++
		}
		if n%10 == 0 && n > 0 { // one that was lost is answered after all
			s.Record([]probe.Event{answer(seq-1, ms)})
			received++
		}
		if n%20 == 10 && n > 0 {
			s.Record([]probe.Event{fact(probe.Duplicate, seq-1)})
		}
		r := s.Report(at(float64(n)), nil).Tunnels[0]
		if r.Sent != n+1 || r.Received != received || r.Sent != r.Received+r.Lost+r.InFlight || r.Lost != 0 {
			t.Fatalf("keepalive %d: sent %d, received %d, lost %d, in flight %d; want %d and %d",
				seq, r.Sent, r.Received, r.Lost, r.InFlight, n+1, received)
		}
		seq++
	}
	for range 50 {
		s.Record([]probe.Event{sent(seq)})
		seq++
	}
	// The newest is in flight; of the 100 before it 49 are lost, and the one before those.
	if r := s.Report(at(1000), nil).Tunnels[0]; r.Lost != 50 || r.Loss != 0.5 {
		t.Errorf("lost %d, loss %v; want 50 and 0.5", r.Lost, r.Loss)
	}
}
