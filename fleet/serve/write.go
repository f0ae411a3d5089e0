package serve

import (
	"io"
	"time"
)

// writer writes to some of the viewers. It never fails, and waits for none.
type writer func(text []byte)

// Write implements [io.Writer]. text must be whole lines.
func (w writer) Write(text []byte) (int, error) {
	w(text)
	return len(text), nil
}

// Everyone writes to every viewer that has been let in.
func (s *Server) Everyone() io.Writer {
	return writer(func(text []byte) { s.send(text, s.everyone()) })
}

// Gathered writes to those whom [Server.Admit] or [Server.Gather] picked last.
func (s *Server) Gathered() io.Writer {
	return writer(func(text []byte) {
		s.report += int64(len(text))
		s.largest = max(s.largest, s.report)
		s.send(text, s.group)
	})
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
