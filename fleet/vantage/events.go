package vantage

import (
	"fmt"
	"time"

	"greylag/fleet"
)

// Service is that of the events that a set tells of by itself.
const Service = "vantage"

// The words of its events.
const (
	Agree    = "agree"
	Disagree = "disagree"
	Live     = "live"
	Stale    = "stale"
)

// EventsSince returns the changes after the one of that number, as
// [fleet.Store.EventsSince] does: those of all sources in the order in which they came,
// each with its host, and those of what the points see together.
func (s *Set) EventsSince(number uint64) (events []fleet.Event, missed uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list, missed := s.log.After(number)
	for _, e := range list {
		events = append(events, *e)
	}
	return events, missed
}

// tell takes in what happened by now.
func (s *Set) tell(now time.Time) {
	for i, p := range s.points {
		s.gather(i, p)
		s.tellStale(i, p, now)
	}
	s.tunnels.resolve(now, func(name string, begins bool, detail string) {
		e := &fleet.Event{Time: now, Service: Service, Tunnel: name, Was: Disagree, Is: Agree, Detail: detail}
		if begins {
			e.Was, e.Is, e.Trouble = Agree, Disagree, true
		}
		s.log.Add(e)
	})
}

// gather takes the events of a source.
func (s *Set) gather(i int, p *point) {
	events, missed := p.Feed.EventsSince(p.events)
	for n := range events {
		e := events[n]
		p.events = e.Number
		e.Host = s.hosts[i]
		s.log.Add(&e)
	}
	if missed > 0 {
		s.log.Add(&fleet.Event{
			Time: events[0].Time, Service: Service, Is: "missed", Trouble: true, Host: s.hosts[i],
			Detail: fmt.Sprintf("%d events came faster than they were read", missed),
		})
	}
}

// tellStale tells that a source has become stale, or is live again.
func (s *Set) tellStale(i int, p *point, now time.Time) {
	was := p.fresh
	p.fresh = s.fresh[i]
	if was == p.fresh || !p.heard && p.fresh { // the first time is no news
		p.heard = p.heard || p.fresh
		return
	}
	e := &fleet.Event{Time: now, Service: Service, Host: s.hosts[i], Was: Stale, Is: Live}
	if !p.fresh {
		e.Was, e.Is, e.Trouble, e.Detail = Live, Stale, true, p.status.Problem
		if e.Detail == "" {
			e.Detail = fmt.Sprintf("nothing has come for %v", p.status.Age.Round(time.Second))
		}
	}
	s.log.Add(e)
}
