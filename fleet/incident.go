package fleet

import (
	"cmp"
	"slices"
)

// Incidents appends the incidents: those that go on first, by their start, then
// those that ended, the newest first. It reuses the memory behind into, that of
// the members that were there included: a reader hands in what it had last time,
// cut to [:0]. The newest 256 that ended are kept, or fewer, where they had more
// than 262,144 members together.
func (s *Store) Incidents(into []Incident) []Incident {
	list, names := s.copyIncidents(func(g *incidents) []incident {
		list := append(copied(g.open, 0), copied(g.ended, 0)...)
		slices.SortStableFunc(list[:len(g.open)], func(a, b incident) int { return a.start.Compare(b.start) })
		slices.Reverse(list[len(g.open):])
		return list
	})
	before := len(into)
	into = slices.Grow(into, len(list))[:before+len(list)]
	for i := range list {
		list[i].tell(&names, &into[before+i])
	}
	return into
}

// IncidentsSince returns the incidents that changed after the one with that
// version, each as it is now and the one that changed longest ago first; 0 asks
// for all. latest is what to ask with the next time.
func (s *Store) IncidentsSince(version uint64) (changed []Incident, latest uint64) {
	list, names := s.copyIncidents(func(g *incidents) []incident {
		latest = g.version
		return append(copied(g.ended, version), copied(g.open, version)...)
	})
	slices.SortFunc(list, func(a, b incident) int { return cmp.Compare(a.version, b.version) })
	changed = make([]Incident, len(list))
	for i := range list {
		list[i].tell(&names, &changed[i])
	}
	return changed, latest
}

// IncidentCounts returns how many incidents go on, and how many there ever were.
func (s *Store) IncidentCounts() (open int, ever uint64) {
	s.copyIncidents(func(g *incidents) []incident {
		open, ever = len(g.open), g.last
		return nil
	})
	return open, ever
}

// copyIncidents copies incidents while it holds the rows: not their members,
// which stay as they are.
func (s *Store) copyIncidents(pick func(*incidents) []incident) ([]incident, roster) {
	s.Flush()
	s.mu.Lock()
	defer s.release()
	return pick(&s.incidents), s.incidents.roster
}

// copied returns copies of those that changed after a version.
func copied(list []*incident, version uint64) []incident {
	copies := make([]incident, 0, len(list))
	for _, inc := range list {
		if inc.version > version {
			copies = append(copies, *inc)
		}
	}
	return copies
}

// tell makes of a copy of an incident what readers see of it.
func (inc *incident) tell(names *roster, into *Incident) {
	members := slices.Grow(into.Members[:0], len(inc.members))
	for _, m := range inc.members {
		members = append(members, names.nameOf(m))
	}
	*into = Incident{
		Number: inc.number, Version: inc.version,
		Time: inc.time, Start: inc.start, End: inc.ended,
		Factor: kinds[inc.common.kind], Value: inc.common.value, Shared: inc.common.shared(),
		Members: members, Down: inc.down, Up: inc.up,
		Reason: inc.reason(), Into: inc.into,
	}
}

// reason is why most of the members went down; "" if no reason is that of most.
func (inc *incident) reason() Reason {
	for word, n := range inc.reasons {
		if int(n)*2 > len(inc.members) {
			return Reason(words[word])
		}
	}
	return ""
}
