package fleet

import "time"

const (
	// Stint is how long work on a large fleet goes on before it rests. In one go a
	// report of 100,000 tunnels takes a processor for 0.4 s, and where there are two
	// that delayed keepalives by 100 ms.
	Stint = time.Millisecond
	// RestFor is how many times as long as a stint those rest whom nobody waits for.
	RestFor = 5
)

// Stints divide such work, that of a [Pauser] above all. They are one goroutine's.
type Stints struct {
	begun time.Time // the one that goes on
	timer *time.Timer
}

// BeginStints begins the first stint.
func BeginStints(now time.Time) Stints { return Stints{begun: now} }

// Over tells how long the stint has lasted by now, once it is time to rest.
func (s *Stints) Over(now time.Time) (worked time.Duration, over bool) {
	worked = now.Sub(s.begun)
	return worked, worked >= Stint
}

// Rest is [time.After], with one timer for all rests.
func (s *Stints) Rest(d time.Duration) <-chan time.Time {
	if s.timer == nil {
		s.timer = time.NewTimer(d)
	} else {
		s.timer.Reset(d)
	}
	return s.timer.C
}

// Begin begins the next stint, after a rest.
func (s *Stints) Begin(now time.Time) { s.begun = now }
