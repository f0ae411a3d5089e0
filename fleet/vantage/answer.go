package vantage

import (
	"slices"
	"time"

	"greylag/fleet"
	"greylag/fleet/replica"
)

// Report returns the whole fleet as the point sees it that the reader stands on. What
// that one does not know is in it too, with the state [fleet.Unseen]. It reuses into;
// nil makes a new one. What the rows point to must not be changed.
func (s *Set) Report(now time.Time, into *fleet.Report) *fleet.Report {
	if into == nil {
		into = new(fleet.Report)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look(now)
	c := s.points[s.stand].changes
	into.Time = c.Time
	sum := fleet.NewSummary(c.Time)
	into.Tunnels = slices.Grow(into.Tunnels[:0], len(s.tunnels.rows))[:len(s.tunnels.rows)]
	for place := range into.Tunnels {
		s.tunnel(int32(place), &into.Tunnels[place])
		sum.Tunnels[into.Tunnels[place].State]++
	}
	into.Spokes = slices.Grow(into.Spokes[:0], len(s.spokes.rows))[:len(s.spokes.rows)]
	for place := range into.Spokes {
		s.spoke(int32(place), &into.Spokes[place])
		sum.AddSpoke(&into.Spokes[place])
	}
	sum.Engine = c.Engine
	into.Summary = sum
	return into
}

// Changes returns the rows that were told anew after a version, as
// [fleet.Store.Changes] does, and those that another point sees otherwise than before.
func (s *Set) Changes(now time.Time, since uint64, into *fleet.Changes) *fleet.Changes {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look(now)
	stand := s.points[s.stand].changes
	c := into.Restart(stand.Time)
	c.Version, c.Engine, c.Incidents = s.version, stand.Engine, s.incidents+1
	shaped := max(s.turned, s.tunnels.shaped, s.spokes.shaped)
	if c.Whole = since < shaped || since > s.version; c.Whole {
		return c
	}
	s.tunnels.since(since, func(place int32) { s.tunnel(place, c.AddTunnel(int(place))) })
	s.spokes.since(since, func(place int32) {
		var r fleet.SpokeReport
		s.spoke(place, &r)
		c.AddSpoke(int(place), r)
	})
	return c
}

// tunnel is the row at a place, as the stand sees it.
func (s *Set) tunnel(place int32, into *fleet.TunnelReport) {
	if r := s.tunnels.at(place, s.stand); r != nil {
		*into = *r
	} else {
		*into = fleet.TunnelReport{
			Tunnel: s.tunnels.first(place).Tunnel, Time: s.points[s.stand].changes.Time, State: fleet.Unseen, Availability: -1,
		}
	}
	into.Views = s.tunnels.rows[place].views
}

func (s *Set) spoke(place int32, into *fleet.SpokeReport) {
	if r := s.spokes.at(place, s.stand); r != nil {
		*into = *r
	} else {
		*into = fleet.SpokeReport{
			Spoke: s.spokes.first(place).Spoke, Time: s.points[s.stand].changes.Time, Path: fleet.PathUnseen,
		}
	}
	into.Views = s.spokes.rows[place].views
}

// View is the tunnel at a place as a point sees it, and the time by that point's clock;
// false where it does not know it. It reuses into's memory.
func (s *Set) View(point, place int, into *fleet.TunnelReport) (present time.Time, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if point < 0 || point >= len(s.points) || place < 0 || place >= len(s.tunnels.rows) {
		return time.Time{}, false
	}
	r := s.tunnels.at(int32(place), point)
	if r == nil {
		return time.Time{}, false
	}
	*into = *r
	return s.points[point].changes.Time, true
}

// Outcomes appends the fates of the newest keepalives, oldest first, of the tunnel at
// that place in [Set.Report], as the stand has sent them. It appends nothing where that
// knows none.
func (s *Set) Outcomes(place int, into []fleet.Outcome) []fleet.Outcome {
	s.mu.Lock()
	feed, position := s.points[s.stand].Feed, int32(-1)
	if place >= 0 && place < len(s.tunnels.rows) {
		position = s.tunnels.where[place*len(s.points)+s.stand]
	}
	s.mu.Unlock()
	if position < 0 {
		return into
	}
	return feed.Outcomes(int(position), into)
}

// Incidents appends those that the stand tells of.
func (s *Set) Incidents(into []fleet.Incident) []fleet.Incident {
	s.mu.Lock()
	feed := s.points[s.stand].Feed
	s.mu.Unlock()
	return feed.Incidents(into)
}

// Status is that of the source that the reader stands on.
func (s *Set) Status(now time.Time) replica.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look(now)
	status := s.points[s.stand].status
	status.Label = s.hosts[s.stand]
	return status
}
