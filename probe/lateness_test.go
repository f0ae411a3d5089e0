package probe

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe/alloctest"
)

// Buckets follow each other without a gap, hold what they say, and are narrow.
func TestSpreadBuckets(t *testing.T) {
	begin := time.Duration(0)
	for i := range spreadBuckets {
		end := spreadEnd(i)
		if spreadBucket(begin) != i || spreadBucket(end-1) != i {
			t.Fatalf("bucket %d is from %v to %v, and %v is in %d, %v in %d",
				i, begin, end, begin, spreadBucket(begin), end-1, spreadBucket(end-1))
		}
		if width := end - begin; width > 1024 && float64(width) > 0.0626*float64(begin) {
			t.Errorf("bucket %d, from %v to %v, is wide", i, begin, end)
		}
		begin = end
	}
	for _, d := range []time.Duration{-time.Second, 0} {
		if spreadBucket(d) != 0 {
			t.Errorf("%v is in bucket %d", d, spreadBucket(d))
		}
	}
	if last := spreadBuckets - 1; begin < time.Hour || spreadBucket(1<<62) != last {
		t.Errorf("the last bucket ends at %v, and the longest is in %d", begin, spreadBucket(1<<62))
	}
}

func TestQuantile(t *testing.T) {
	var s Spread
	if s.Quantile(0.5) != 0 || s.Quantile(1) != 0 {
		t.Error("there is a quantile of nothing")
	}
	for ms := range 100 {
		s[spreadBucket(time.Duration(ms+1)*time.Millisecond)]++
	}
	for q, want := range map[float64]time.Duration{0: time.Millisecond, 0.5: 51 * time.Millisecond, 0.98: 99 * time.Millisecond, 1: 100 * time.Millisecond} {
		if got := s.Quantile(q); got < want || float64(got) > 1.0626*float64(want) {
			t.Errorf("%v: %v; want %v, up to 6 %% more", q, got, want)
		}
	}
	later := s
	later[3] += 7
	if since := (&Lateness{Due: later}).Since(&Lateness{Due: s}); since.Due.Count() != 7 || since.Due[3] != 7 || since.Turn.Count() != 0 {
		t.Errorf("%d since, want 7", since.Due.Count())
	}
}

// slow is a network that takes its time to take in a batch, and wakes late.
type slow struct {
	still
	flush, wake time.Duration
}

func (c *slow) Flush(func(int, error)) { time.Sleep(c.flush) }

func (c *slow) Receive(handle func([]byte, time.Time)) (more bool, err error) {
	c.at = time.Now()
	return c.still.Receive(handle)
}

func (c *slow) Wait(d time.Duration, _ bool) { time.Sleep(max(0, d) + c.wake) }

// What the kernel takes, what the machine adds and what the grid adds are each
// seen where they belong.
func TestLateness(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name        string
		tunnels     int // at 1 s
		flush, wake time.Duration
		due, turn   [2]time.Duration // of all, at least and at most
	}{
		{"when each is due", 10, 0, 0, [2]time.Duration{0, 0}, [2]time.Duration{0, 0}},
		{"a slow kernel", 10, 3 * ms, 0, [2]time.Duration{3 * ms, 3 * ms}, [2]time.Duration{3 * ms, 3 * ms}},
		{"a busy machine", 10, 0, 2 * ms, [2]time.Duration{2 * ms, 2 * ms}, [2]time.Duration{2 * ms, 2 * ms}},
		{"on a grid of 5 ms", 3000, 0, 0, [2]time.Duration{0, 5 * ms}, [2]time.Duration{0, 0}},
		// Each turn comes so late that every other one is left out.
		{"all together", 3000, 1 * ms, 2 * ms, [2]time.Duration{1 * ms, 11 * ms}, [2]time.Duration{3 * ms, 3 * ms}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := &slow{flush: c.flush, wake: c.wake}
				e := engineOver(t, conn, ignored{}, c.tunnels)
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				if err := e.Run(ctx); err != nil {
					t.Fatal(err)
				}
				l := e.Lateness()
				within(t, "from due", &l.Due, c.due, e.Stats().Sent)
				within(t, "from the turn", &l.Turn, c.turn, e.Stats().Sent)
			})
		})
	}
}

func within(t *testing.T, what string, s *Spread, want [2]time.Duration, count uint64) {
	t.Helper()
	least, most := s.Quantile(0.01), s.Quantile(1)
	upper := spreadEnd(spreadBucket(want[1] + 2*time.Microsecond))
	if s.Count() != count || count < 90 || least < want[0] || most < want[1] && want[1] == want[0] || most > upper {
		t.Errorf("%s: %d, from %v to %v; want %d, from %v to %v", what, s.Count(), least, most, count, want[0], want[1])
	}
}

// BenchmarkHanded is what the count costs, for 10 keepalives in a turn.
func BenchmarkHanded(b *testing.B) {
	var l lateness
	waits := make([]time.Duration, 10)
	for i := range waits {
		waits[i] = time.Duration(i) * 100 * time.Microsecond
	}
	clock := time.Now()
	check := alloctest.Forbid(b)
	for b.Loop() {
		l.waited = append(l.waited[:0], waits...)
		l.handed(time.Millisecond, time.Since(clock))
	}
	check()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10, "ns/keepalive")
}

func TestSpreadSumAndAtMost(t *testing.T) {
	var s Spread
	for _, d := range []time.Duration{100 * time.Microsecond, time.Millisecond, time.Millisecond, 30 * time.Millisecond} {
		s[spreadBucket(d)]++
	}
	sum := 32100 * time.Microsecond
	if got := s.Sum(); got < sum || got > sum*107/100 {
		t.Errorf("sum %v, want %v and up to 6 %% more", got, sum)
	}
	for bound, want := range map[time.Duration]uint64{
		50 * time.Microsecond: 0, 110 * time.Microsecond: 1, 1100 * time.Microsecond: 3, 29 * time.Millisecond: 3, time.Second: 4,
	} {
		if got := s.AtMost(bound); got != want {
			t.Errorf("%d of at most %v, want %d", got, bound, want)
		}
	}
}
