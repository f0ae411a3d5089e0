package serve

import (
	"io"
	"time"
)

// everyone writes to every viewer that has been let in.
type everyone struct{ *Server }

// Write implements [io.Writer].
func (e everyone) Write(text []byte) (int, error) {
	e.send(text, e.everyone())
	return len(text), nil
}

// Everyone writes to every viewer that has been let in: whole lines. That never
// fails, and waits for none of them.
func (s *Server) Everyone() io.Writer { return everyone{s} }

// Group is who gets a report.
type Group struct {
	server  *Server
	viewers []*viewer
	size    int64 // bytes of the report so far
}

// Write implements [io.Writer], as [Server.Everyone] does.
func (g *Group) Write(text []byte) (int, error) {
	g.size += int64(len(text))
	g.server.largest = max(g.server.largest, g.size)
	g.server.send(text, g.viewers)
	return len(text), nil
}

// Busy tells whether even the quickest of them has yet to read what was written: it
// is time to rest.
func (g *Group) Busy() bool {
	for _, v := range g.viewers {
		if v.lag() <= ahead {
			return false
		}
	}
	return true
}

// send queues text for viewers, and drops those who leave no room for it.
func (s *Server) send(text []byte, to []*viewer) {
	if len(to) == 0 || len(text) == 0 {
		return
	}
	now := time.Now()
	c := newChunk(text, len(to), &s.held)
	for _, v := range to {
		if stalled := v.take(c, now); stalled {
			s.drop(v, now)
		}
	}
	for s.held.Load() > heldBase+heldReports*s.largest {
		v := s.idlest()
		if v == nil {
			return
		}
		s.drop(v, now)
	}
}

// idlest is the viewer that has read nothing for longest, while there was something.
func (s *Server) idlest() (idlest *viewer) {
	var since time.Time
	for _, v := range s.everyone() {
		if at, lags := v.lagsSince(); lags && (idlest == nil || at.Before(since)) {
			idlest, since = v, at
		}
	}
	return idlest
}

// drop gives a viewer up that does not read.
func (s *Server) drop(v *viewer, now time.Time) {
	since, _ := v.lagsSince()
	lag := v.lag()
	if !v.leave() {
		return
	}
	s.mu.Lock()
	s.stats.Dropped++
	dropped := s.stats.Dropped
	s.mu.Unlock()
	s.drops.say(now, "socket %s: a viewer (%s) was dropped: it has read nothing for %v, and %.1f MiB waited for it; %d dropped so far",
		s.options.Path, v.who, now.Sub(since).Round(time.Second), float64(lag)/(1<<20), dropped)
}
