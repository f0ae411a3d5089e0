package fleet

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// By hand: 1 unit is 64 ns; below 8 units one bucket each; 8..15 units are
// buckets 8..15 too; 16..31 units are 16..23, two units each; the doubling of
// 2^29 units has shift 26 and buckets 216..223.
func TestBucketOf(t *testing.T) {
	tests := []struct {
		rtt  time.Duration
		want int
	}{
		{-time.Second, 0},
		{0, 0},
		{63, 0},
		{64, 1},
		{8*64 - 1, 7},
		{8 * 64, 8},
		{16 * 64, 16},
		{18*64 - 1, 16},
		{18 * 64, 17},
		{1 << 35, 216},
		{1<<36 - 1, 223},
		{1 << 36, 223},
		{math.MaxInt64, 223},
	}
	for _, tt := range tests {
		if got := bucketOf(tt.rtt); got != tt.want {
			t.Errorf("bucketOf(%d) = %d, want %d", tt.rtt, got, tt.want)
		}
	}
}

func TestBucketRTTIsWithinSixPercent(t *testing.T) {
	for rtt := time.Microsecond; rtt < 64*time.Second; rtt += rtt/997 + 1 {
		got := bucketRTT(bucketOf(rtt))
		if off := math.Abs(float64(got-rtt)) / float64(rtt); off > 0.06 {
			t.Fatalf("%v stands for %v: off by %.1f %%", got, rtt, off*100)
		}
	}
}

func TestBucketsRise(t *testing.T) {
	for i := range rttBuckets {
		if got := bucketOf(bucketRTT(i)); got != i {
			t.Errorf("bucket %d is stood for by %v of bucket %d", i, bucketRTT(i), got)
		}
	}
}

// samples are round trip times as a row takes them in.
type samples struct {
	facts    rttFacts
	outcomes outcomes
	n        uint64
}

func (s *samples) add(rtt time.Duration) {
	s.facts.add(rtt, s.n == 0)
	s.n++
	s.outcomes.push(uint32(s.n))
	s.outcomes.set(uint32(s.n), answeredIn(rtt))
}

func (s *samples) lose() {
	s.outcomes.push(s.outcomes.newest + 1)
	s.outcomes.set(s.outcomes.newest, missing)
}

func (s *samples) report() RTT { return s.facts.report(s.n, &s.outcomes) }

// 98 times 1 ms, twice 100 ms: the 99th of 100 is 100 ms, the 98th is 1 ms.
func TestPercentiles(t *testing.T) {
	var s samples
	for range 98 {
		s.add(time.Millisecond)
	}
	s.add(100 * time.Millisecond)
	s.add(100 * time.Millisecond)
	h := s.outcomes.spread()
	within(t, "p98", h.percentile(98), time.Millisecond, 0.06)
	within(t, "p99", h.percentile(99), 100*time.Millisecond, 0.06)
	r := s.report()
	if r.P50 < r.Min || r.P99 > r.Max {
		t.Errorf("percentiles %v, %v outside of %v … %v", r.P50, r.P99, r.Min, r.Max)
	}
}

func TestPercentilesOfRandomTimes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var s samples
		var all []time.Duration
		for range 1 + random.IntN(lossWindow) {
			rtt := time.Duration(math.Exp(random.Float64()*18) * float64(time.Microsecond))
			rtt = min(rtt, 64*time.Second)
			s.add(rtt)
			all = append(all, rtt)
		}
		slices.Sort(all)
		r := s.report()
		within(t, "p50", r.P50, all[(len(all)*50+99)/100-1], 0.06)
		within(t, "p99", r.P99, all[(len(all)*99+99)/100-1], 0.06)
	}
}

func within(t *testing.T, what string, got, want time.Duration, ratio float64) {
	t.Helper()
	if math.Abs(float64(got-want)) > ratio*float64(want) {
		t.Errorf("%s = %v, want %v within %g", what, got, want, ratio)
	}
}

// Percentiles are those of the newest 100 keepalives: old times are gone, lost
// ones are left out, and after a long outage there are none.
func TestPercentilesOfTheNewest(t *testing.T) {
	var s samples
	for range 1000 {
		s.add(50 * time.Millisecond)
	}
	for range lossWindow {
		s.add(time.Millisecond)
	}
	r := s.report()
	within(t, "p99", r.P99, time.Millisecond, 0.06)
	if r.Max != 50*time.Millisecond || r.Samples != 1100 {
		t.Errorf("max %v of %d: extremes and counts are of all times", r.Max, r.Samples)
	}
	for range lossWindow - 1 {
		s.lose()
	}
	within(t, "p50 of the only one answered", s.report().P50, time.Millisecond, 0.06)
	s.lose()
	if r := s.report(); r.P50 != 0 || r.P99 != 0 || r.Last == 0 {
		t.Errorf("after an outage: %+v; want no percentiles", r)
	}
}

// 800, 1600, 1600 µs by hand. Jitter: 0; 800/16 = 50; 50 - 50/16 = 46.875.
// Smoothed: 800; 800+800/8 = 900; 900+700/8 = 987.5.
func TestRTTByHand(t *testing.T) {
	var f samples
	if got := f.report(); got != (RTT{}) {
		t.Errorf("without samples: %+v", got)
	}
	for _, us := range []time.Duration{800, 1600, 1600} {
		f.add(us * time.Microsecond)
	}
	r := f.report()
	r.P50, r.P99 = 0, 0
	want := RTT{
		Samples: 3, Last: 1600 * time.Microsecond, Min: 800 * time.Microsecond,
		Mean: 1_333_333, Max: 1600 * time.Microsecond, Jitter: 46_875, Sum: 4 * time.Millisecond,
	}
	if r != want {
		t.Errorf("got  %+v\nwant %+v", r, want)
	}
	if f.facts.smoothed != 987_500 {
		t.Errorf("smoothed %v, want 987.5µs", f.facts.smoothed)
	}
	f.facts.forget()
	f.add(2 * time.Millisecond)
	if f.facts.smoothed != 2*time.Millisecond {
		t.Errorf("smoothed after an outage: %v, want 2ms", f.facts.smoothed)
	}
}

func TestNegativeRTTCountsAsZero(t *testing.T) {
	var f samples
	f.add(-time.Second)
	if r := f.report(); r.Samples != 1 || r.Min != 0 || r.Max != 0 || r.P99 != 0 {
		t.Errorf("%+v", r)
	}
}

// A steady tunnel's samples are all in one bucket, which a byte must hold.
func TestOneBucketHoldsAllSamples(t *testing.T) {
	var f samples
	for i := range 5000 {
		f.add(20 * time.Millisecond)
		r := f.report()
		if r.P50 != 20*time.Millisecond || r.P99 != 20*time.Millisecond {
			t.Fatalf("after %d samples p50 is %v and p99 %v", i+1, r.P50, r.P99)
		}
	}
}
