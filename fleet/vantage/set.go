package vantage

import (
	"slices"
	"sync"
	"time"

	"greylag/fleet"
	"greylag/fleet/replica"
)

// Set is the fleet as several vantage points see it, one of which the reader stands
// on. All its methods may be called from several goroutines at once; none waits for a
// source.
type Set struct {
	mu     sync.Mutex
	points []*point
	stand  int
	hosts  []string // by point; never changed, but replaced
	fresh  []bool   // by point

	tunnels *table[fleet.TunnelReport, fleet.State]
	spokes  *table[fleet.SpokeReport, fleet.Path]
	version uint64 // counts the changes
	turned  uint64 // the version when the stand changed

	incidents uint64 // another number where they are others
	log       replica.Log
	looked    time.Time
}

// New returns the set of some sources, at least one. It stands on the first.
func New(sources ...Source) *Set {
	s := &Set{fresh: make([]bool, len(sources)), hosts: make([]string, len(sources))}
	s.tunnels = newTable(kind[fleet.TunnelReport, fleet.State]{
		name:    func(t *fleet.TunnelReport) string { return t.Tunnel.Name },
		verdict: func(t *fleet.TunnelReport) fleet.State { return t.State },
		views:   fleet.TunnelViews,
		settles: func(t *fleet.TunnelReport) time.Duration {
			return time.Duration(t.Tunnel.Retries+1) * min(t.Tunnel.Interval, mostWait)
		},
	}, &s.version)
	s.spokes = newTable(kind[fleet.SpokeReport, fleet.Path]{
		name:    func(r *fleet.SpokeReport) string { return r.Spoke.Name },
		verdict: func(r *fleet.SpokeReport) fleet.Path { return r.Path },
		views:   fleet.SpokeViews, // its tunnels' disputes are told
	}, &s.version)
	for _, source := range sources {
		s.points = append(s.points, &point{Source: source})
		s.tunnels.columns = append(s.tunnels.columns, column[fleet.TunnelReport]{})
		s.spokes.columns = append(s.spokes.columns, column[fleet.SpokeReport]{})
	}
	return s
}

// Stand changes the point that is answered for. One that does not exist changes
// nothing.
func (s *Set) Stand(at int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at < 0 || at >= len(s.points) || at == s.stand {
		return
	}
	s.stand = at
	s.version++
	s.turned = s.version
	s.incidents++
}

// Points returns the vantage points as they are now, in the order in which they were
// given.
func (s *Set) Points(now time.Time) []Point {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look(now)
	list := make([]Point, len(s.points))
	for i, p := range s.points {
		list[i] = Point{s.hosts[i], !p.fresh, p.status}
	}
	return list
}

// look takes in what the sources have told. A moment is looked at once.
func (s *Set) look(now time.Time) {
	if now.Equal(s.looked) && s.version > 0 {
		return
	}
	s.looked = now
	anew := s.inspect(now)
	for i, p := range s.points {
		s.pull(i, p, now)
	}
	seen := &sighting{now, s.hosts, s.fresh}
	s.tunnels.settle(seen, anew)
	s.spokes.settle(seen, anew)
	s.tell(now)
}

// inspect finds out how the sources are, and tells whether that changes how all rows
// are seen.
func (s *Set) inspect(now time.Time) (anew bool) {
	fresh := make([]bool, len(s.points))
	for i, p := range s.points {
		p.status = p.Feed.Status(now)
		fresh[i] = isFresh(&p.status)
	}
	hosts := hostsOf(s.points)
	anew = !slices.Equal(fresh, s.fresh) || !slices.Equal(hosts, s.hosts)
	s.fresh = fresh
	if !slices.Equal(hosts, s.hosts) {
		s.hosts = hosts
	}
	return anew
}

// pull reads what one source has told.
func (s *Set) pull(i int, p *point, now time.Time) {
	at, isStand := p.status.Moment(now), i == s.stand
	was := uint64(0)
	if p.changes != nil {
		was = p.changes.Incidents
	}
	c := p.Feed.Changes(at, p.version, p.changes)
	if c.Whole {
		r := p.Feed.Report(at, nil)
		s.tunnels.replace(i, r.Tunnels, isStand)
		s.spokes.replace(i, r.Spokes, isStand)
	}
	for n, position := range c.Positions {
		s.tunnels.put(i, int(position), &c.Tunnels[n], isStand)
	}
	for n, place := range c.Places {
		s.spokes.put(i, int(place), &c.Spokes[n], isStand)
	}
	if isStand && c.Incidents != was {
		s.incidents++
	}
	p.changes, p.version = c, c.Version
}
