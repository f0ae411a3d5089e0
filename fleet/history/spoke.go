package history

import (
	"greylag/fleet"
	"greylag/fleet/stream"
)

// spoke is one spoke's row.
type spoke struct {
	Identity
	course
	keep bool   // one of its tunnels is in the report
	told uint32 // number of the last report that had it

	way                         // as it was told last
	claim                 way   // of a report; path "": none
	claimed               int64 // since when
	members, live         int   // its tunnels that were told, and those that are probed
	onBackup, unprotected int64
}

// way is how a spoke is reached.
type way struct {
	path                       fleet.Path
	reached, protected, ranked bool
}

// spokeNamed is the row of that name; nil where there is no room for it.
func (h *History) spokeNamed(name []byte) *spoke {
	s := h.spokesNamed[string(name)]
	if s == nil && len(h.spokes) < maxRows {
		s = &spoke{Identity: Identity{Of: "spoke", Name: string(name)}, keep: h.options.Keep == nil}
		h.spokes = append(h.spokes, s)
		h.spokesNamed[s.Name] = s
	}
	return s
}

// spend adds the time up to at, also to those on backup and unprotected, as fleet
// counts them.
func (s *spoke) spend(w window, at int64) {
	d := s.course.spend(w, at)
	if s.state == absent {
		return
	}
	if s.path == fleet.PathBackup {
		s.onBackup += d
	}
	if s.ranked && s.reached && !s.protected {
		s.unprotected += d
	}
}

func (s *spoke) jump(w window, from, to int64) {
	s.spend(w, from)
	s.course.jump(w, from, to)
}

func (s *spoke) leave(w window, at int64) {
	s.spend(w, at)
	s.course.leave(w, at)
	s.claim = way{}
}

// stateOf is what a path means: with no tunnel that is probed nobody can say that a
// spoke is down.
func (s *spoke) stateOf(p fleet.Path) state {
	switch {
	case p == fleet.PathPrimary || p == fleet.PathBackup:
		return up
	case p == fleet.PathPending:
		return pending
	case p == fleet.PathNone && s.members > 0 && s.live == 0:
		return disabled
	case p == fleet.PathNone:
		return down
	}
	return absent
}

// spokeTold takes in a row of a report.
func (h *History) spokeTold(b *stream.Brief, at int64) {
	h.run.book.spokes++
	s := h.spokeNamed(b.Name)
	if s == nil {
		return
	}
	s.told = h.run.book.number
	told := way{b.Path, len(b.Active) > 0, b.Protected, b.Ranked}
	since := msOf(b.Since)
	if s.state == absent {
		h.appearSpoke(s, told, since, at)
		s.remember(&s.Identity, &s.keep, s.stateOf(b.WasPath), msOf(b.WasSince))
		return
	}
	h.believeSpoke(s)
	s.ranked = told.ranked // no event tells it
	switch {
	case told == s.way:
	case told.path != s.path && since != never:
		s.claim, s.claimed = told, min(since, at)
	default:
		s.claim, s.claimed = told, at
	}
}

// appearSpoke takes in the first that is told of a spoke in a run.
func (h *History) appearSpoke(s *spoke, told way, since, at int64) {
	known := s.open
	h.moveSpoke(s, told, min(max(since, h.run.began), at))
	s.date(known, since, at)
}

// believeSpoke takes over what a report claimed and no event has told since.
func (h *History) believeSpoke(s *spoke) {
	c := s.claim
	s.claim = way{}
	if c.path == "" || c == s.way {
		return
	}
	h.report.Unwritten++
	h.moveSpoke(s, c, max(s.claimed, s.spent))
}

// spokeChanged takes in an event.
func (h *History) spokeChanged(b *stream.Brief, at int64) {
	s := h.spokeNamed(b.Name)
	if s == nil {
		return
	}
	if s.claim.path != "" && at > s.claimed {
		h.believeSpoke(s)
	}
	told := way{b.Path, len(b.Active) > 0, b.Protected, s.ranked}
	if s.stateOf(b.Path) == absent {
		h.removeSpoke(s, at)
		return
	}
	if s.state == absent {
		h.moveSpoke(s, way{path: b.FromPath, ranked: s.ranked}, h.firstSeen(at))
	}
	h.moveSpoke(s, told, at)
	s.goOn(at, msOf(b.Since))
	if s.claim == told {
		s.claim = way{}
	}
}

// moveSpoke lets a spoke be reached in another way.
func (h *History) moveSpoke(s *spoke, to way, at int64) {
	s.spend(h.window, at)
	s.way = to
	h.enterSpoke(s, s.stateOf(to.path), at)
}

func (h *History) enterSpoke(s *spoke, to state, at int64) {
	if to == s.state {
		return
	}
	began, ended := s.enter(h.window, to, at)
	if began != nil {
		began.of, began.keep, began.course = &s.Identity, &s.keep, &s.course
	}
	h.queue(ended)
}

// removeSpoke takes away a spoke that is not in the inventory any more.
func (h *History) removeSpoke(s *spoke, at int64) {
	if s.state != absent {
		h.moveSpoke(s, way{}, at)
	}
}

// review finds out whether the last tunnel of a spoke that is down was disabled. When
// one is enabled again an event tells.
func (h *History) review(s *spoke, at int64) {
	if s.state == down && s.stateOf(s.path) == disabled {
		s.spend(h.window, at)
		h.enterSpoke(s, disabled, at)
	}
}
