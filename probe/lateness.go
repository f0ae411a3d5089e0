package probe

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// Buckets of a [Spread]: steps of 1.024 µs up to 16 of them, from there 16 to
// each power of two, so that each is within 6 %. The last holds all that is over
// an hour.
const (
	spreadShift   = 10 // nanoseconds to steps
	spreadSteps   = 16
	spreadBuckets = spreadSteps * 29
)

// Spread is how a duration is distributed: how many there were in each bucket.
type Spread [spreadBuckets]uint64

// Lateness is how late keepalives were sent.
type Lateness struct {
	// Due is the time from when a keepalive was due until the kernel had taken the
	// batch in which it was. Many tunnels make turns worth their wake-ups: on a grid
	// of turns, 10 ms apart at 100 keepalives a second and 1 ms at 20,000, a keepalive
	// waits for its turn if its interval is no multiple of that.
	Due Spread
	// Turn is the same from when the turn that sent it was to begin: without that
	// wait, what the machine and this program's own slowness add.
	Turn Spread
}

// Since returns what came after the earlier l.
func (l *Lateness) Since(earlier *Lateness) Lateness {
	return Lateness{Due: l.Due.since(&earlier.Due), Turn: l.Turn.since(&earlier.Turn)}
}

func (s *Spread) since(earlier *Spread) (later Spread) {
	for i := range s {
		later[i] = s[i] - earlier[i]
	}
	return later
}

// Count returns how many there were.
func (s *Spread) Count() (n uint64) {
	for _, c := range s {
		n += c
	}
	return n
}

// Quantile returns the duration that a share q of all, 0 … 1, do not exceed: the
// upper end of its bucket; 0 where there are none. 1 asks for the longest.
func (s *Spread) Quantile(q float64) time.Duration {
	rank := uint64(q * float64(s.Count()))
	var seen uint64
	for i, c := range s {
		if seen += c; c > 0 && (seen > rank || q >= 1 && seen == s.Count()) {
			return spreadEnd(i)
		}
	}
	return 0
}

// AtMost returns how many surely were not longer than d: of those within 6 % below
// it not all are counted.
func (s *Spread) AtMost(d time.Duration) (n uint64) {
	for i, c := range s {
		if spreadEnd(i) > d {
			break
		}
		n += c
	}
	return n
}

// Sum returns all durations together, each taken for the end of its bucket.
func (s *Spread) Sum() (sum time.Duration) {
	for i, c := range s {
		sum += time.Duration(c) * spreadEnd(i)
	}
	return sum
}

// spreadBucket returns the bucket of d; below 0 counts as 0.
func spreadBucket(d time.Duration) int {
	steps := uint64(max(d, 0)) >> spreadShift
	if steps < spreadSteps {
		return int(steps)
	}
	octave := bits.Len64(steps) - bits.Len64(spreadSteps)
	return min(octave*spreadSteps+int(steps>>octave), spreadBuckets-1)
}

// spreadEnd returns the least duration beyond bucket i.
func spreadEnd(i int) time.Duration {
	if i < spreadSteps {
		return time.Duration(i+1) << spreadShift
	}
	octave := i/spreadSteps - 1
	return time.Duration(i%spreadSteps+spreadSteps+1) << (octave + spreadShift)
}

// lateness is written by Run alone, and read by anyone.
type lateness struct {
	due, turn [spreadBuckets]atomic.Uint64
	waited    []time.Duration // from due to the turn's clock, of this turn's; only accessed by Run
}

// handed counts this turn's keepalives, which the kernel has taken by now, the
// turn itself being late by so much and having taken so long.
func (l *lateness) handed(late, took time.Duration) {
	for _, w := range l.waited {
		l.due[spreadBucket(w+took)].Add(1)
	}
	l.turn[spreadBucket(late+took)].Add(uint64(len(l.waited)))
	l.waited = l.waited[:0]
}

// Lateness returns how late keepalives were sent since the engine started. Any
// goroutine may call it.
func (e *Engine) Lateness() *Lateness {
	l := new(Lateness)
	for i := range l.Due {
		l.Due[i], l.Turn[i] = e.lateness.due[i].Load(), e.lateness.turn[i].Load()
	}
	return l
}
