package fleet

import "time"

// Summary counts the fleet as of now, without making a report of it: a millisecond or
// so for 100,000 tunnels.
func (s *Store) Summary(now time.Time) Summary {
	s.Flush()
	from := s.sources.current()
	v, sum := &from.view, NewSummary(now)
	sum.Tunnels[Disabled] = len(v.numbers) - len(v.rows)
	s.inSteps(len(v.rows), func(i int) { sum.Tunnels[v.rows[i].state()]++ })
	s.inSteps(len(v.spokes), func(i int) {
		sp := &v.spokes[i]
		sum.AddSpoke(&SpokeReport{Path: sp.path, Active: v.nameOf(sp.active), Ranked: sp.ranked(), Protected: sp.protected})
	})
	sum.Engine = from.engine()
	return sum
}

// summaryRows is how many rows a summary counts while it holds the lock.
const summaryRows = 1 << 10

// inSteps calls do for each of n positions while it holds the lock, which it lets go
// now and then.
func (s *Store) inSteps(n int, do func(int)) {
	for first := 0; first < n; first += summaryRows {
		s.mu.Lock()
		for i := first; i < min(first+summaryRows, n); i++ {
			do(i)
		}
		s.release()
	}
}
