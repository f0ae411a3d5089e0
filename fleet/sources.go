package fleet

import (
	"sync"
	"time"
)

// PeerSource tells what is known of a tunnel's far end's own keepalives (R12):
// how many were answered, when the last came, and the interval as observed; 0
// where not known. The tunnel is the engine's number.
type PeerSource func(tunnel int) (reflected uint64, last time.Time, interval time.Duration)

// AdviceSource tells which rules would explain that the tunnel at
// that position in [Inventory.Tunnels] is down, by what is declared of its far
// end. The slice is not changed by whoever gets it.
type AdviceSource func(position int) []Advice

// sources are the facts that others own. They are asked while a report is made,
// with no lock held, and may take their time: only that report waits.
type sources struct {
	mu sync.Mutex // held only to copy the functions
	sourceSet
}

type sourceSet struct {
	engine func() EngineReport
	peers  PeerSource
	advice AdviceSource

	hearsPeers bool      // peers is somebody's
	heardSince time.Time // since when it is; zero: from the start
	view       view      // to which peers and advice belong
}

// SetAdvice sets where reports find advice. Without one, or after nil, there is
// none.
func (s *Store) SetAdvice(source AdviceSource) {
	s.sources.mu.Lock()
	defer s.sources.mu.Unlock()
	s.sources.advice = source
}

// SetEngine sets where reports find the engine's health. Without one, or after
// nil, it is reported as zero.
func (s *Store) SetEngine(source func() EngineReport) {
	s.sources.mu.Lock()
	defer s.sources.mu.Unlock()
	s.sources.engine = source
}

// SetPeers sets where reports find what the far ends send. Without one, or
// after nil, nothing is known of them.
func (s *Store) SetPeers(source PeerSource) {
	s.sources.mu.Lock()
	defer s.sources.mu.Unlock()
	s.sources.peers = source
}

// replace sets what a reload brings. The caller holds the store's mu, so that both
// views change as one.
func (s *sources) replace(r *Reload, v view, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.peers == nil && r.Peers != nil {
		s.heardSince = at
	}
	s.peers, s.advice, s.view = r.Peers, r.Advice, v
}

// current returns the functions as they are set now; none of them is nil.
func (s *sources) current() sourceSet {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.sourceSet
	if c.engine == nil {
		c.engine = func() EngineReport { return EngineReport{} }
	}
	if c.hearsPeers = c.peers != nil; !c.hearsPeers {
		c.peers = func(int) (uint64, time.Time, time.Duration) { return 0, time.Time{}, 0 }
	}
	if c.advice == nil {
		c.advice = func(int) []Advice { return nil }
	}
	return c
}
