package replica

import (
	"cmp"
	"slices"

	"greylag/fleet"
)

// incidents are those told of, by number. One in it never changes, it is replaced.
type incidents struct {
	list    []*fleet.Incident // in the order of their numbers
	version uint64
	weight  int64
}

func weighIncident(i *fleet.Incident) int64 {
	return eventWeight + weighTexts(string(i.Factor), i.Value, string(i.Reason)) + weighTexts(i.Members...)
}

// put keeps an incident as it is now.
func (s *incidents) put(i *fleet.Incident) {
	s.version++
	i.Version = s.version
	at, known := slices.BinarySearchFunc(s.list, i.Number, func(have *fleet.Incident, number uint64) int {
		return cmp.Compare(have.Number, number)
	})
	if known {
		s.weight -= weighIncident(s.list[at])
		s.list[at] = i
	} else {
		s.list = slices.Insert(s.list, at, i)
	}
	s.weight += weighIncident(i)
	for len(s.list) > incidentsKept || s.weight > maxIncidentsWeight && len(s.list) > 1 {
		s.drop()
	}
}

// drop forgets the oldest that ended, or where all go on, the oldest.
func (s *incidents) drop() {
	oldest := max(0, slices.IndexFunc(s.list, hasEnded))
	s.weight -= weighIncident(s.list[oldest])
	s.list = slices.Delete(s.list, oldest, oldest+1)
}

func hasEnded(i *fleet.Incident) bool { return !i.End.IsZero() }

// sorted appends those that go on, in the order in which they began, then the
// others, the newest end first.
func (s *incidents) sorted(into []fleet.Incident) []fleet.Incident {
	begin := len(into)
	for _, i := range s.list {
		into = append(into, *i)
	}
	slices.SortStableFunc(into[begin:], func(a, b fleet.Incident) int {
		switch {
		case hasEnded(&a) && hasEnded(&b):
			return cmp.Or(b.End.Compare(a.End), cmp.Compare(b.Number, a.Number))
		case hasEnded(&a):
			return 1
		case hasEnded(&b):
			return -1
		}
		return a.Start.Compare(b.Start)
	})
	return into
}
