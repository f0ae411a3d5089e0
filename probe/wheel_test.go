package probe

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"greylag/probe/alloctest"
)

// naive is the schedule as a plain list: what a wheel must agree with.
type naive map[int32]time.Duration

func (n naive) due(now time.Duration) (tunnels []int32) {
	for i, due := range n {
		if due <= now {
			tunnels = append(tunnels, i)
		}
	}
	slices.Sort(tunnels)
	return tunnels
}

func (n naive) next() (least time.Duration) {
	least = 1 << 62
	for _, due := range n {
		least = min(least, due)
	}
	return least
}

// Any sequence of adding, taking with and without a limit, and gaps from nothing
// to hours: the wheel yields what a plain list does.
func TestWheelIsAList(t *testing.T) {
	if raceEnabled {
		t.Skip("long, and for one goroutine: -race has nothing to find")
	}
	for seed := range uint64(12) {
		random := rand.New(rand.NewPCG(seed, 5))
		const tunnels = 60
		w, list, now := newWheel(tunnels), naive{}, time.Duration(0)
		idle := make([]int32, 0, tunnels)
		for i := range int32(tunnels) {
			idle = append(idle, i)
		}
		for range 400 {
			idle = addSome(random, w, list, idle, now)
			now += gap(random)
			checkNext(t, w, list, now)
			idle = append(idle, takeAll(t, random, w, list, now)...)
		}
	}
}

// addSome schedules some of the idle tunnels: for now, soon, far in the future,
// and for what is already past.
func addSome(random *rand.Rand, w *wheel, list naive, idle []int32, now time.Duration) []int32 {
	for len(idle) > 0 && random.IntN(4) > 0 {
		i := idle[0]
		idle = idle[1:]
		spans := []time.Duration{0, time.Microsecond, time.Millisecond, time.Second, slots * grainLength, 32767 * time.Second}
		due := now + time.Duration(random.Int64N(int64(spans[random.IntN(len(spans))])+1))
		if random.IntN(8) == 0 {
			due = max(0, now-time.Duration(random.Int64N(int64(10*time.Second))))
		}
		w.add(i, due)
		list[i] = due
	}
	return idle
}

func gap(random *rand.Rand) time.Duration {
	spans := []time.Duration{time.Microsecond, 3 * time.Millisecond, time.Second, 5 * time.Second, 3 * time.Hour}
	weight := random.IntN(200)
	if weight < 199 {
		return time.Duration(random.Int64N(int64(spans[weight%4])))
	}
	return time.Duration(random.Int64N(int64(spans[4])))
}

// checkNext: next is the earliest if it is within a round; if not, it is before
// the earliest, and so never oversleeps.
func checkNext(t *testing.T, w *wheel, list naive, now time.Duration) {
	t.Helper()
	got, want := w.next(), list.next()
	if got > max(want, now) {
		t.Fatalf("next is %v, but one is due at %v", got, want)
	}
	round := time.Duration(w.grain+slots) * grainLength
	if want < round && want >= time.Duration(w.grain)*grainLength && got != want {
		t.Fatalf("next is %v; want %v", got, want)
	}
}

// takeAll takes what is due, in portions, and returns it.
func takeAll(t *testing.T, random *rand.Rand, w *wheel, list naive, now time.Duration) (taken []int32) {
	t.Helper()
	want := list.due(now)
	for {
		limit := 1 + random.IntN(20)
		got := w.take(now, limit, nil)
		if len(got) > limit {
			t.Fatalf("took %d; the limit is %d", len(got), limit)
		}
		taken = append(taken, got...)
		if len(got) < limit {
			break
		}
	}
	for _, i := range taken {
		delete(list, i)
	}
	if sorted := slices.Sorted(slices.Values(taken)); !slices.Equal(sorted, want) {
		t.Fatalf("at %v took %v; due are %v", now, sorted, want)
	}
	return taken
}

// Nothing is taken with a limit of 0, nor before its time within its grain.
func TestWheelWaits(t *testing.T) {
	w := newWheel(2)
	w.add(0, 1500*time.Microsecond)
	w.add(1, 1600*time.Microsecond)
	for _, c := range []struct {
		now   time.Duration
		limit int
		want  []int32
	}{
		{1499 * time.Microsecond, 9, nil},
		{1500 * time.Microsecond, 0, nil},
		{1500 * time.Microsecond, 9, []int32{0}},
		{1700 * time.Microsecond, 9, []int32{1}},
		{time.Hour, 9, nil},
	} {
		if got := w.take(c.now, c.limit, nil); !slices.Equal(got, c.want) {
			t.Errorf("at %v, limit %d: %v; want %v", c.now, c.limit, got, c.want)
		}
	}
}

// spinner is a wheel of 10,000 tunnels at 1 s.
type spinner struct {
	*wheel
	now   time.Duration
	due   []int32 // this turn's
	taken int
}

func newSpinner() *spinner {
	const tunnels = 10_000
	s := &spinner{wheel: newWheel(tunnels), due: make([]int32, 0, tunnels)}
	for i := range int32(tunnels) {
		s.add(i, time.Duration(i)*time.Second/tunnels)
	}
	return s
}

// turn takes what is due in two milliseconds, and puts it back.
func (s *spinner) turn() {
	s.now += 2 * time.Millisecond
	s.due = s.take(s.now, cap(s.due), s.due[:0])
	s.taken += len(s.due)
	for _, i := range s.due {
		s.add(i, s.wheel.due[i]+time.Second)
	}
	s.next()
}

func TestWheelAllocatesNothing(t *testing.T) {
	s := newSpinner()
	if n := testing.AllocsPerRun(1000, s.turn); n != 0 || s.taken < 19_000 {
		t.Errorf("%v allocations a turn, in which %d tunnels were due; want 0, and about 20,000", n, s.taken)
	}
}

func BenchmarkWheel(b *testing.B) {
	s := newSpinner()
	check := alloctest.Forbid(b)
	for b.Loop() {
		s.turn()
	}
	check()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(max(s.taken, 1)), "ns/tunnel")
}

// A tunnel that is removed is not due any more, wherever it was added; others
// are.
func TestWheelRemove(t *testing.T) {
	w := newWheel(4)
	w.take(10*time.Second, 1, nil)
	due := []time.Duration{0, 9 * time.Second, 11 * time.Second, 11*time.Second + slots*grainLength} // 2 and 3 share a slot
	for i, d := range due {
		w.add(int32(i), d)
	}
	for i := range int32(4) {
		if !w.remove(i) || w.remove(i) {
			t.Errorf("tunnel %d is not on the schedule once", i)
		}
		for _, other := range w.take(time.Hour, 4, nil) {
			if other == i {
				t.Errorf("tunnel %d was due although it was removed", i)
			}
			if other > i {
				w.add(other, due[other])
			}
		}
	}
}
