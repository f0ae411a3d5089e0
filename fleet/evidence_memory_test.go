package fleet

import (
	"testing"
	"time"

	"greylag/probe"
)

// TestEvidenceIsGivenBack: a keepalive that was lost costs memory until the next answer;
// what else was observed is kept.
func TestEvidenceIsGivenBack(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	answer := func(seq uint32, second float64) {
		s.Record([]probe.Event{
			{Kind: probe.Sent, Seq: seq, At: at(second)},
			{Kind: probe.Answered, Seq: seq, At: at(second + 0.01), RTT: 10 * time.Millisecond, TTL: 254},
		})
	}
	answer(1, 0)
	s.Record([]probe.Event{{Kind: probe.Sent, Seq: 2, At: at(10)}, {Kind: probe.Asked, Seq: 2, At: at(10)}, {Kind: probe.Replied, Seq: 2, At: at(10.1)}})
	if s.rows[0].evidence == nil {
		t.Fatal("an echo is no evidence")
	}
	answer(3, 20)
	if s.rows[0].evidence != nil {
		t.Error("the outage is over, and its memory is kept")
	}
	s.Record([]probe.Event{{Kind: probe.Unmatched, At: at(21)}, {Kind: probe.Asked, Seq: 4, At: at(22)}})
	answer(5, 30)
	if e := s.rows[0].evidence; e == nil || e.unmatched != 1 || e.echo.asks != 0 {
		t.Errorf("an unmatched answer is forgotten, or an echo is not: %+v", e)
	}
}
