package fleet

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"greylag/probe"
)

// shown keeps the fates of each row while it is valid.
type shown struct {
	Walker
	recent map[string][]Outcome
}

func (s shown) Tunnel(t *TunnelReport) error {
	for _, packed := range t.Recent {
		s.recent[t.Tunnel.Name] = append(s.recent[t.Tunnel.Name], packed.Unpack())
	}
	return nil
}

func recentOf(s *Store) map[string][]Outcome {
	w := shown{collector{new(Report)}, map[string][]Outcome{}}
	_ = s.Walk(at(1), w)
	return w.recent
}

func TestPackedOutcome(t *testing.T) {
	for _, fate := range []Fate{FatePending, FateMissing, FateExcused, FateUnsent, ""} {
		if got := (Outcome{Fate: fate}).Pack().Unpack(); got != (Outcome{Fate: fate}) {
			t.Errorf("%q came back as %+v", fate, got)
		}
	}
	if packed := (Outcome{Fate: "lost"}).Pack(); packed != 0 {
		t.Errorf("an unknown fate is packed as %d", packed)
	}
	for rtt := 10 * time.Microsecond; rtt < time.Minute; rtt *= 3 {
		got := Outcome{FateAnswered, rtt}.Pack().Unpack()
		if got.Fate != FateAnswered {
			t.Errorf("%v came back as %+v", rtt, got)
		}
		within(t, rtt.String(), got.RTT, rtt, 0.06)
	}
	for packed := range 256 { // whatever it is
		_ = PackedOutcome(packed).Unpack()
	}
}

// A walk shows what Outcomes has of the same moment, the newest 60.
func TestRecent(t *testing.T) {
	s := NewStore(manyTunnels(3), epoch)
	s.Record(join(exchange(1, 98, ms), sent(99), fact(probe.Excused, 99), sent(100), notSent(100, syscall.ENOBUFS), silence(101, 102)))
	s.Record(of(1, exchange(1, 3, ms)...))
	got := recentOf(s)
	for position, name := range []string{"t0", "t1", "t2"} {
		want := s.Outcomes(position, nil)
		want = want[max(0, len(want)-60):]
		if !slices.Equal(got[name], want) {
			t.Errorf("%s: %v, want %v", name, got[name], want)
		}
	}
	if len(got["t0"]) != 60 || len(got["t1"]) != 3 || len(got["t2"]) != 0 {
		t.Errorf("%d, %d, %d fates, want 60, 3 and none", len(got["t0"]), len(got["t1"]), len(got["t2"]))
	}
	var tail []Fate
	for _, o := range got["t0"][55:] {
		tail = append(tail, o.Fate)
	}
	if want := []Fate{FateAnswered, FateExcused, FateUnsent, FateMissing, FatePending}; !slices.Equal(tail, want) {
		t.Errorf("the newest are %v, want %v", tail, want)
	}
}

// What is valid during the walk only is not kept in a report.
func TestReportHasNoRecent(t *testing.T) {
	if got := reportOf(oneTunnel(), at(1), exchange(1, 3, ms)).Recent; got != nil {
		t.Errorf("%v", got)
	}
}
