package fleet

import (
	"fmt"
	"slices"
	"time"

	"greylag/probe/session"
)

// watch is what is known of the kernel's route for a spoke's prefix.
type watch struct {
	route *Route // nil: there is none
	into  *row   // the tunnel into which it points, nil: none of ours that is probed
	dead  *row   // the same while that tunnel is down (R2), else nil
	since time.Time
}

// routed is the other direction: by tunnel, the positions of the spokes whose
// route points into it. It may be a tunnel of another spoke, or of none.
type routed struct {
	spokes map[*row][]int
	rows   map[string]*row // by tunnel name; made when the first route needs it
}

// SetRoute tells that the kernel's route for the watched prefix of the spoke at
// that position in [Inventory.Spokes] is r since at; nil: there is none. Whoever
// follows the routes tells each change; the last one told holds. The route must
// not be changed afterwards. A position that does not exist is ignored.
//
// Where r.Tunnel names a tunnel whose line protocol is down, its traffic is lost
// (R2): that is an event, and so is its end, whether the route or the line is
// what changed.
func (s *Store) SetRoute(spoke int, r *Route, at time.Time) {
	s.mu.Lock()
	defer s.release()
	s.drain() // what was recorded before comes first
	if uint(spoke) >= uint(len(s.spokes)) {
		return
	}
	w := s.spokes[spoke].watch
	if w == nil {
		w = new(watch)
		s.spokes[spoke].watch = w
	}
	was := w.route
	w.route = r
	s.repoint(spoke, s.rowNamed(r))
	s.changed.spoke(spoke)
	s.contradict(spoke, was, at)
}

// rowNamed is that of the tunnel into which a route points; nil if there is none
// that is probed.
func (s *Store) rowNamed(r *Route) *row {
	if r == nil || r.Tunnel == "" {
		return nil
	}
	if s.routed.rows == nil {
		s.routed.rows = make(map[string]*row, len(s.rows))
		for i := range s.rows {
			s.routed.rows[s.rows[i].tunnel.Name] = &s.rows[i]
		}
	}
	return s.routed.rows[r.Tunnel]
}

// repoint notes the tunnel into which a spoke's route points now.
func (s *Store) repoint(place int, into *row) {
	w, by := s.spokes[place].watch, s.routed.spokes
	if w.into == into {
		return
	}
	if by == nil {
		by = make(map[*row][]int)
		s.routed.spokes = by
	}
	if w.into != nil {
		by[w.into] = slices.DeleteFunc(by[w.into], func(p int) bool { return p == place })
	}
	if into != nil {
		by[into] = append(by[into], place)
	}
	w.into = into
}

// contradictAll follows a change of a tunnel's line to the spokes whose routes
// point into it.
func (s *Store) contradictAll(r *row, at time.Time) {
	for _, place := range s.routed.spokes[r] {
		s.contradict(place, s.spokes[place].watch.route, at)
	}
}

// contradict finds out whether a spoke's route, which was another one before,
// points into a tunnel that is down, and records when that begins, ends, or goes
// on in another tunnel.
func (s *Store) contradict(place int, was *Route, at time.Time) {
	sp := &s.spokes[place]
	w := sp.watch
	left := w.dead
	w.dead = w.into
	if w.into != nil && w.into.line != session.Down {
		w.dead = nil
	}
	if w.dead == left {
		return
	}
	if left == nil {
		w.since = at
	}
	s.changed.spoke(place)
	e := Event{
		Time:  at,
		Spoke: s.inv.Spokes[place].Name, FromPath: sp.path, ToPath: sp.path,
		Active: s.nameOf(sp.active), Protected: sp.protected,
		Route: w.route, BlackHole: w.dead != nil, Detail: w.detail(left, at),
	}
	if e.Route == nil {
		e.Route = was
	}
	s.log.add(e)
}

// detail says what contradicts what, or no longer does since the route has left a
// tunnel, or that tunnel has come up.
func (w *watch) detail(left *row, at time.Time) string {
	switch {
	case w.dead != nil:
		return fmt.Sprintf("%s, down since %s: %s is lost (R2)", w.points(), clock(w.dead.since, at), w.traffic())
	case w.into == left:
		return w.points() + " and no longer down"
	case w.route == nil:
		return fmt.Sprintf("the route is withdrawn: nothing points into %s, which is down, any more", left.tunnel.Name)
	case w.into != nil:
		return fmt.Sprintf("%s, and no longer into %s, which is down", w.points(), left.tunnel.Name)
	}
	return fmt.Sprintf("the route %s is %s, and points no longer into %s, which is down",
		w.route.Prefix, w.route.way(), left.tunnel.Name)
}

// points says into which tunnel the route points.
func (w *watch) points() string {
	return fmt.Sprintf("the route %s points into %s, which is %s", w.route.Prefix, w.route.Device, w.into.tunnel.Name)
}

// traffic is what takes the next hop that is known of the route.
func (w *watch) traffic() string {
	if w.route.NextHops > 1 {
		return "a part of its traffic"
	}
	return "its traffic"
}

// way is what the route does, where that is not to point into a tunnel of ours.
func (r *Route) way() string {
	switch {
	case r.Type != "":
		return "of type " + r.Type
	case r.Gateway != "":
		return "by " + r.Device + " to " + r.Gateway
	}
	return "by " + r.Device
}

// clock is a time of day in UTC, as the stream's times are, with the date where
// that is not the day of now.
func clock(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04:05 UTC")
	}
	return t.Format("2006-01-02 15:04:05 UTC")
}

// report adds what is known of the route. A watch that is nil knows nothing.
func (w *watch) report(r *SpokeReport) {
	if w == nil {
		return
	}
	r.Route, r.BlackHole = w.route, w.dead != nil
	if r.BlackHole {
		r.BlackHoleSince = w.since
	}
}
