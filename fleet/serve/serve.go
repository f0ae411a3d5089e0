// Package serve hands a stream to any number of viewers over a unix socket.
//
// What is written to a [Server] is kept once, whoever it is for, and each viewer has
// a goroutine that writes it on. Writing to the server waits for nobody: a viewer
// that stalls, floods, sends junk or goes away in the middle is its own affair. See
// the limits in limits.go.
package serve

import (
	"context"
	"io"
	"io/fs"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Options say what a [Server] serves, and to whom.
type Options struct {
	Path  string      // of the socket
	Mode  fs.FileMode // who may connect needs to write: 0660
	Group string      // that the socket is given to, by name or number; "": as it comes
	// Requests are what viewers may ask for, by the word that they send. Only root and
	// the user as which this process runs are heard.
	Requests map[string]Handler
	Every    time.Duration // between two reports
	Stderr   io.Writer     // where to say what goes wrong, and ends nothing
}

// Handler does what a viewer asked for. What it returns is the reply: text says what
// was done, and each line of the error what was wrong.
type Handler func(ctx context.Context) (text string, err error)

// Server is a socket with its viewers. One goroutine lets them in and writes to
// them: [Server.Admit], [Server.Gather], and what writes. All else may be called by
// any.
type Server struct {
	options  Options
	listener *net.UnixListener
	place    place
	changed  chan struct{}
	held     atomic.Int64   // bytes that are kept for viewers
	running  sync.WaitGroup // the viewers' goroutines
	asking   sync.Mutex     // held while a request is answered
	turns    turns
	drops    complaint

	largest  int64     // bytes of the largest report; only accessed by who writes
	admitted time.Time // when somebody was let in last; likewise

	mu      sync.Mutex
	closed  bool
	waiting []*viewer // connected: their stream has not begun
	viewers []*viewer // whose stream has; replaced, never changed
	stats   Stats
}

// Stats is what a server has seen.
type Stats struct {
	Viewers int    // connected now
	Waiting int    // of those: whose stream has not begun
	Dropped uint64 // because they did not read
	Refused uint64 // because there was no room, or for what they sent
}

// newServer serves nobody yet.
func newServer(o Options) *Server {
	return &Server{options: o, changed: make(chan struct{}, 1), drops: complaint{to: o.Stderr}}
}

// Stats returns what the server has seen so far.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := s.stats
	stats.Waiting = len(s.waiting)
	stats.Viewers = stats.Waiting + len(s.viewers)
	return stats
}

// Changed is a channel on which something can be read when a viewer waits to be let
// in, or has gone.
func (s *Server) Changed() <-chan struct{} { return s.changed }

func (s *Server) poke() {
	select {
	case s.changed <- struct{}{}:
	default: // it has not been taken yet
	}
}

// Admit lets in those who wait: hello and their first report go to the group that
// they are. That is once in admitPause at most: who comes sooner is let in when that
// is over, with all others who came meanwhile. nil: nobody is let in now.
func (s *Server) Admit(now time.Time) *Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 {
		return nil
	}
	if pause := admitPause - now.Sub(s.admitted); pause > 0 {
		time.AfterFunc(pause, s.poke)
		return nil
	}
	s.admitted = now
	g := &Group{server: s, viewers: s.waiting}
	s.waiting = nil
	s.viewers = append(s.viewers[:len(s.viewers):len(s.viewers)], g.viewers...)
	s.plan(len(s.viewers))
	return g
}

// Gather picks who gets the next report: the viewers that have room for it. The
// others are still reading the last one. nil: nobody has.
func (s *Server) Gather() *Group {
	g := &Group{server: s}
	all := s.everyone()
	for _, v := range all {
		if v.lag() <= room {
			g.viewers = append(g.viewers, v)
		}
	}
	s.plan(len(all))
	if len(g.viewers) == 0 {
		return nil
	}
	return g
}

// plan sees to it that so many viewers can be written a report to in time.
func (s *Server) plan(viewers int) {
	s.turns.plan(s.largest*int64(viewers), s.options.Every/writeShare)
}

// Watched tells whether there is anybody: let in, or waiting.
func (s *Server) Watched() bool { return s.Stats().Viewers > 0 }

func (s *Server) everyone() []*viewer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.viewers
}

// remove forgets a viewer.
func (s *Server) remove(v *viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = without(s.waiting, v)
	s.viewers = without(s.viewers, v)
	s.poke()
}

// without is a copy of the list in which v is not.
func without(list []*viewer, v *viewer) []*viewer {
	rest := make([]*viewer, 0, len(list))
	for _, other := range list {
		if other != v {
			rest = append(rest, other)
		}
	}
	return rest
}
