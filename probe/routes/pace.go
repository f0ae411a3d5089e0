//go:build linux

package routes

import "time"

// How often the tables are read. A reading of 10,000 routes takes 10 ms, one of
// the Internet's about a second: after long ones the pauses are long.
const (
	// settle is how long to wait for the rest of what belongs to a change: a
	// routing daemon replaces one route by another in two steps.
	settle = 50 * time.Millisecond
	// leastPause is between two readings, however much changes.
	leastPause = 500 * time.Millisecond
	// pollPause is between two readings if nothing is heard: not all changes are
	// announced.
	pollPause = 10 * time.Second
	// pollShare keeps polling below 2 %.
	pollShare = 50
)

// pace decides when the tables are read. Its zero value says: at once.
type pace struct {
	began, ended time.Time // of the last reading
	asked        time.Time // the first change heard since; zero: none
}

// ask notes that something changed.
func (p *pace) ask(now time.Time) {
	if p.asked.IsZero() {
		p.asked = now
	}
}

// read notes a reading, which answers all that was asked before.
func (p *pace) read(began, ended time.Time) { *p = pace{began: began, ended: ended} }

// due is when the next reading is.
func (p *pace) due() time.Time {
	took := p.ended.Sub(p.began)
	if p.asked.IsZero() {
		return p.ended.Add(max(pollPause, pollShare*took))
	}
	soonest := p.ended.Add(max(leastPause, took)) // half of one processor at most
	if settled := p.asked.Add(settle); settled.After(soonest) {
		return settled
	}
	return soonest
}
