package probe

import (
	"testing"
	"time"
)

// At any rate: the grid is none or divides a tenth of a second, so that intervals
// keep exact; it is finer for more; a turn may send no more than three times the
// share of a millisecond where that matters, and enough to catch up.
func TestPaceGrid(t *testing.T) {
	last := time.Second
	for rate := 1.0; rate < 200_000; rate *= 1.1 {
		p := newPace(rate, 1, 0)
		p.settle()
		if p.gap == 0 {
			if rate >= 100 {
				t.Errorf("%.0f a second: no grid", rate)
			}
			continue
		}
		if p.gap > last || 100*time.Millisecond%p.gap != 0 || p.gap < time.Millisecond || rate < 100 {
			t.Errorf("%.0f a second: a grid of %v, after one of %v for less", rate, p.gap, last)
		}
		last = p.gap
		if most := 3 * rate / 1000; rate >= 10_000 && float64(p.limit) > most {
			t.Errorf("%.0f a second: up to %d at once; want %.0f at most", rate, p.limit, most)
		}
		if catchUp := float64(p.limit) / p.gap.Seconds(); catchUp < 1.05*rate {
			t.Errorf("%.0f a second: turns send %.0f a second at most", rate, catchUp)
		}
	}
	if last != time.Millisecond {
		t.Errorf("the finest grid is %v; want a millisecond", last)
	}
}

// A turn has packets enough to be worth its wake-up, and not so many that they are late
// by their own sending: 112 are sent in half a millisecond.
func TestPaceGridOf(t *testing.T) {
	for rate, want := range map[float64]time.Duration{
		99: 0, 100: 10 * time.Millisecond, 2400: 10 * time.Millisecond, 2401: 5 * time.Millisecond,
		10_000: 2 * time.Millisecond, 50_000: 2 * time.Millisecond, 56_000: 2 * time.Millisecond,
		56_001: time.Millisecond, 100_000: time.Millisecond,
	} {
		if got := gapOf(rate); got != want {
			t.Errorf("%.0f a second: %v; want %v", rate, got, want)
		}
	}
}

func TestPaceSettles(t *testing.T) {
	p := newPace(10, 5000, 0)
	if p.gap == 0 || !p.sweeping {
		t.Errorf("first contact: grid %v, sweeping %v; want a grid", p.gap, p.sweeping)
	}
	p.settle()
	if p.gap != 0 || p.sweeping {
		t.Errorf("settled: grid %v, sweeping %v; want none", p.gap, p.sweeping)
	}
}

func TestPaceTurn(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name                string
		gap, now, due, want time.Duration
	}{
		{"no grid: when it is due", 0, 5 * ms, 900*ms + 7, 900*ms + 7},
		{"no grid: a grain's distance at least", 0, 5 * ms, 5*ms + 1, 6 * ms},
		{"no grid, overdue", 0, 5 * ms, 3 * ms, 6 * ms},
		{"grid: the line after it is due", 10 * ms, 3 * ms, 11 * ms, 20 * ms},
		{"grid: on the line", 10 * ms, 3 * ms, 20 * ms, 20 * ms},
		{"grid, just before the line", 10 * ms, 19 * ms, 20 * ms, 20 * ms},
		{"grid, due in the turn before: at once", 10 * ms, 13 * ms, 12 * ms, 13 * ms},
	} {
		p := newPace(50, 50, 0)
		p.gap = c.gap
		if got := p.turn(c.now, c.due); got != c.want {
			t.Errorf("%s: %v; want %v", c.name, got, c.want)
		}
	}
}

// What a turn had no room for goes out by the next, at once, as long as they have
// something left of what came due while they were late; then it waits for the next
// line, or it would be a burst.
func TestPaceOfFullTurns(t *testing.T) {
	p := newPace(10_000, 10_000, 0)
	p.settle()
	now := 20 * p.gap
	sent := 0
	for p.turn(now, 2*p.gap) == now {
		n := p.budget(now)
		p.spend(n)
		if sent += n; n > p.limit || sent > 1000 {
			t.Fatalf("%d at once, %d in all; want %d at most, and an end", n, sent, p.limit)
		}
	}
	if sent != 180 {
		t.Errorf("%d at once in all; want 12 milliseconds' share, and half as much", sent)
	}
	if got := p.turn(now+1, 2*p.gap); got != 21*p.gap {
		t.Errorf("next turn at %v; want %v", got, 21*p.gap)
	}
}

// A limit of 100 a second: one at a time, 10 ms apart, and a turn that finds
// nothing allowed waits for the next to be.
func TestPaceBudget(t *testing.T) {
	p := newPace(50, 50, 100)
	if got := p.budget(0); got != 1 {
		t.Fatalf("at first %d; want 1", got)
	}
	p.spend(1)
	if got := p.budget(4 * time.Millisecond); got != 0 {
		t.Errorf("after 4 ms: %d; want 0", got)
	}
	if got := p.turn(4*time.Millisecond, time.Millisecond); got < 10*time.Millisecond || got > 11*time.Millisecond {
		t.Errorf("next turn at %v; want 10 ms", got)
	}
	if got := p.budget(11 * time.Millisecond); got != 1 {
		t.Errorf("after 11 ms: %d; want 1", got)
	}
	p.spend(1)
	if got := p.budget(time.Hour); got != 1 {
		t.Errorf("after an hour: %d; want 1, nothing is saved up", got)
	}
}

// Without a limit the budget is a turn's at most, and what turns have a share in.
func TestPaceUnlimited(t *testing.T) {
	p := newPace(10_000, 10_000, 0)
	for _, c := range []struct {
		now  time.Duration
		want int
	}{{0, 30}, {0, 0}, {time.Millisecond, 15}, {5 * time.Millisecond, 30}, {5 * time.Millisecond, 30}, {5 * time.Millisecond, 0}} {
		got := p.budget(c.now)
		if got != c.want {
			t.Errorf("at %v: %d; want %d", c.now, got, c.want)
		}
		p.spend(got)
	}
}

// On a machine that wakes the loop late each time, by any delay under ten
// milliseconds, turns still send as much as becomes due, with max_rate too.
func TestPaceKeepsUpWhenLate(t *testing.T) {
	for rate := 100.0; rate < 200_000; rate *= 1.3 {
		for _, late := range []time.Duration{0, 300 * time.Microsecond, time.Millisecond, 3 * time.Millisecond, 8 * time.Millisecond} {
			for _, maxRate := range []int{0, int(2 * rate)} {
				if owed := owedWhenLate(rate, maxRate, late); owed > 0.05*rate+20 {
					t.Errorf("%.0f a second, at most %d, woken %v late: %.0f behind after 10 s", rate, maxRate, late, owed)
				}
			}
		}
	}
}

// owedWhenLate is how many packets a loop is behind that is woken late each time.
func owedWhenLate(rate float64, maxRate int, late time.Duration) float64 {
	p := newPace(rate, rate, maxRate)
	sent, now := 0, time.Duration(0)
	for now < 10*time.Second {
		n := min(int(rate*now.Seconds())-sent, p.budget(now))
		p.spend(n)
		sent += n
		due := time.Duration(float64(sent+1)/rate*float64(time.Second)) + time.Microsecond // what rounding takes
		if next := p.turn(now, due); next > now {
			now = next + late
		}
	}
	return rate*now.Seconds() - float64(sent)
}

// Turns that come late, because others had the processor, may together send more
// than the rate: what is late is caught up with.
func TestPaceOfLateTurns(t *testing.T) {
	p := newPace(10_000, 10_000, 0)
	p.settle()
	sent, now := 0, time.Duration(0)
	for range 100 {
		now += 3 * p.gap
		for more := true; more; more = p.turn(now, now) == now {
			n := p.budget(now)
			p.spend(n)
			sent += n
		}
	}
	if rate := float64(sent) / now.Seconds(); rate < 12_000 || rate > 16_000 {
		t.Errorf("up to %.0f a second; want half as much again as 10,000", rate)
	}
}
