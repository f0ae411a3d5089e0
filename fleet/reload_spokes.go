package fleet

import "time"

// turnOverSpokes has the spokes that are in both inventories go on, and tells what
// the change comes to. The caller holds mu.
func (s *Store) turnOverSpokes(p *succession, at time.Time) {
	for _, old := range p.gone {
		s.log.add(Event{
			Time: at, Spoke: p.was.inv.Spokes[old].Name,
			FromPath: p.was.spokes[old].path, ToPath: PathRemoved,
		})
	}
	for i, old := range p.spokes {
		sp := &s.spokes[i]
		if old < 0 {
			sp.since, sp.times.counted = at, at
			sp.choice = s.choose(sp)
			continue
		}
		was := &p.was.spokes[old]
		sp.goOn(was, at)
		sp.choice = was.choice
		if sp.active >= 0 {
			sp.active = p.goingOn(sp.active)
		}
		s.follow(i, at)
		s.turnOverRoute(p, i, at)
	}
}

// goingOn is the number of the tunnel that goes on as that; -1: it does not.
func (p *succession) goingOn(old int32) int32 {
	if next := p.named[old]; next >= 0 && p.from[next] == old {
		return next
	}
	return -1
}

// goOn takes over the times of the spoke as it was.
func (sp *spoke) goOn(was *spoke, at time.Time) {
	sp.since, sp.times, sp.was = was.since, was.times, was.was
	sp.times.count(&was.choice, was.ranked(), at)
}

// turnOverRoute has what is known of a spoke's route hold on, as long as it watches
// the same prefix.
func (s *Store) turnOverRoute(p *succession, place int, at time.Time) {
	old := p.spokes[place]
	was := p.was.spokes[old].watch
	if was == nil {
		return
	}
	if p.was.inv.Spokes[old].Watch != s.inv.Spokes[place].Watch {
		s.unwatch(place, was, at)
		return
	}
	w := &watch{route: was.route, dead: was.dead, since: was.since}
	s.spokes[place].watch = w
	s.repoint(place, s.rowNamed(w.route))
	if w.dead != nil { // the same tunnel, where it goes on
		if next := p.goingOn(w.dead.number); next >= 0 {
			w.dead = &s.rows[next]
		}
	}
	s.contradict(place, w.route, at)
}

// unwatch ends the route of a prefix that is not watched any more.
func (s *Store) unwatch(place int, was *watch, at time.Time) {
	if was.dead == nil {
		return
	}
	sp := &s.spokes[place]
	s.log.add(Event{
		Time: at, Spoke: s.inv.Spokes[place].Name, FromPath: sp.path, ToPath: sp.path,
		Active: s.nameOf(sp.active), Protected: sp.protected,
		Route: was.route, Detail: "the inventory does not watch " + was.route.Prefix + " any more",
	})
}
