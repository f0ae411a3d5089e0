package fleet

import (
	"time"

	"greylag/probe/session"
)

// spokeTimes adds up how a spoke was reached, up to the moment counted.
type spokeTimes struct {
	counted               time.Time
	onBackup, unprotected time.Duration
}

// count adds the time up to at, during which the spoke was reached as c says.
// One that is not ranked has no protection to lose. A step back of the wall clock
// adds nothing.
func (t *spokeTimes) count(c *choice, ranked bool, at time.Time) {
	lasted := max(at.Sub(t.counted), 0)
	t.counted = at
	if c.path == PathBackup {
		t.onBackup += lasted
	}
	if ranked && c.active >= 0 && !c.protected {
		t.unprotected += lasted
	}
}

// next is the number of the tunnel that would take over from the active one: of
// those that are up the next by rank, of several the first in the file. It is -1
// where nothing is up behind the active one, or nothing is active.
func (v *view) next(sp *spoke) int32 {
	if sp.active < 0 {
		return -1
	}
	next := member{number: -1}
	for _, m := range sp.members {
		standing := m.number != sp.active && v.rows[m.number].line == session.Up
		if standing && (next.number < 0 || m.rank < next.rank) {
			next = m
		}
	}
	return next.number
}

// deadBackups names the tunnels that are down and do not rank before the active
// one: nobody misses them yet. It is nil where there are none.
func (v *view) deadBackups(sp *spoke) (names []string) {
	if sp.active < 0 {
		return nil
	}
	for _, m := range sp.members {
		if m.rank >= sp.rank && v.rows[m.number].line == session.Down {
			names = append(names, v.rows[m.number].tunnel.Name)
		}
	}
	return names
}
