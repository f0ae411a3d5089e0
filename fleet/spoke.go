package fleet

import (
	"time"

	"greylag/probe/session"
)

// spoke is the verdict on one spoke, kept up to date by its tunnels' changes.
type spoke struct {
	members []member  // its enabled tunnels, in the inventory's order
	lowest  int       // of all its declared tunnels' ranks, the disabled ones' too
	paths   int       // how many tunnels it declares, the disabled ones too
	since   time.Time // of its path; where was is set: of that
	was     uint8     // position in words: its path before the start, while pending; 0: not known
	choice
	times spokeTimes
	watch *watch // nil: no route is known
}

// member is an enabled tunnel of a spoke.
type member struct {
	number int32 // the engine's
	rank   int
}

// choice is how a spoke is reached.
type choice struct {
	path      Path
	active    int32 // number of the tunnel that carries the traffic, -1: none
	rank      int   // of active
	protected bool
}

// choose derives how a spoke is reached from its tunnels' states.
//
// The active tunnel is the one of the lowest rank that is up or degraded; of
// several the one that is active already, else the first in the file. The path
// is primary if its rank is the lowest that the spoke declares, and backup
// otherwise. While a tunnel of a lower rank than the best one that is up is
// still pending the path is pending: it is not known yet whether the primary
// works, and a start must not report a failover. With nothing up the path is
// pending if something may still come up, and none otherwise: so it is for a
// spoke without an enabled tunnel, for nobody can say that it is reached.
func (v *view) choose(sp *spoke) choice {
	best, up, awaited := v.survey(sp)
	switch {
	case awaited != nil && (best == nil || awaited.rank < best.rank):
		return choice{path: PathPending, active: -1}
	case best == nil:
		return choice{path: PathNone, active: -1}
	}
	c := choice{path: PathBackup, active: best.number, rank: best.rank, protected: up > 1}
	if best.rank == sp.lowest {
		c.path = PathPrimary
	}
	return c
}

// survey finds the best tunnel that is up, how many are, and the pending one of
// the lowest rank.
func (v *view) survey(sp *spoke) (best *member, up int, awaited *member) {
	for i := range sp.members {
		m := &sp.members[i]
		switch v.rows[m.number].line {
		case session.Up:
			up++
			if best == nil || m.rank < best.rank || m.rank == best.rank && m.number == sp.active {
				best = m
			}
		case session.Pending:
			if awaited == nil || m.rank < awaited.rank {
				awaited = m
			}
		}
	}
	return best, up, awaited
}

// follow derives a spoke's verdict after one of its tunnels changed, and
// records what is new: another path, another active tunnel, or another
// protection where more than one tunnel is enabled.
func (s *Store) follow(place int, at time.Time) {
	sp := &s.spokes[place]
	was := sp.choice
	sp.choice = s.choose(sp)
	if sp.choice == was {
		return
	}
	s.changed.spoke(place)
	sp.times.count(&was, sp.ranked(), at)
	var went time.Time
	if sp.path != was.path {
		sp.since, went = sp.resume(at)
	}
	s.log.add(Event{
		Time:      at,
		Since:     went,
		Spoke:     s.inv.Spokes[place].Name,
		FromPath:  was.path,
		ToPath:    sp.path,
		Active:    s.nameOf(sp.active),
		Protected: sp.protected,
	})
}

// reportSpoke derives what readers see of a spoke.
func (v *view) reportSpoke(place int, now time.Time) SpokeReport {
	sp := &v.spokes[place]
	times := sp.times
	times.count(&sp.choice, sp.ranked(), now)
	r := SpokeReport{
		Spoke:       &v.inv.Spokes[place],
		Time:        now,
		Path:        sp.path,
		Since:       sp.since,
		Active:      v.nameOf(sp.active),
		Rank:        sp.rank,
		Protected:   sp.protected,
		Ranked:      sp.ranked(),
		Next:        v.nameOf(v.next(sp)),
		DeadBackups: v.deadBackups(sp),
		OnBackup:    times.onBackup,
		Unprotected: times.unprotected,
	}
	if sp.was != 0 {
		r.Was, r.WasSince, r.Since = Path(words[sp.was]), sp.since, v.begun
	}
	sp.watch.report(&r)
	return r
}

// ranked tells whether protection is configured. A backup that somebody shut
// down is one that is missing.
func (sp *spoke) ranked() bool { return sp.paths > 1 }
