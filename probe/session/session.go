package session

import (
	"math"
	"time"
)

// Config is what the operator says about a tunnel's keepalives.
type Config struct {
	Retries int // R8: 1 … 255
	// UpAfter is how many keepalives in a row must be answered, in whatever order
	// the answers come, to bring a line up that was down (R11: 1); 1 … 255.
	UpAfter int
	// MatchAddress takes any answer for that of the newest keepalive in flight:
	// for far ends that rewrite the IP identification.
	MatchAddress bool
	// Secret makes the identifications unpredictable. It should be random, and
	// different for each tunnel.
	Secret uint64
}

// Window is how many of the newest keepalives an answer is awaited for, with
// the given retries: as many as the counter can hold before R10 takes the line
// down and one more, at least 4, so that a long way is not taken for loss. It is
// a power of two.
func Window(retries int) int {
	w := 4
	for w <= retries {
		w *= 2
	}
	return w
}

// Session is the state of one tunnel's keepalives. Make it with [New].
type Session struct {
	sentAt  []time.Duration // ring of the window, by number
	history history
	ids     identities

	seq     uint32 // number of the newest keepalive; 0: none yet, unless wrapped
	counter uint32 // keepalives since the last answer (R9)
	floor   uint32 // keepalives up to this number do not help a line up (UpAfter)
	place   uint16 // of the next keepalive in the cycle of identifications
	forgave uint16 // steps that Excuse has taken off the counter since the last answer

	retries, upAfter uint8
	matchAddress     bool
	wrapped          bool // there have been over 2^32 keepalives
	state            State
}

// New returns a session in state [Pending]. ring is its memory for the times of
// the keepalives in flight and must be Window(cfg.Retries) long: a caller with
// many sessions can cut them all from one piece.
func New(cfg Config, ring []time.Duration) Session {
	return Session{
		sentAt:       ring,
		ids:          identities(cfg.Secret),
		place:        uint16(cfg.Secret % cycle),
		retries:      uint8(cfg.Retries),
		upAfter:      uint8(cfg.UpAfter),
		matchAddress: cfg.MatchAddress,
		state:        Pending,
	}
}

// Move has the session go on with another ring, as long as its own.
func (s *Session) Move(ring []time.Duration) {
	copy(ring, s.sentAt)
	s.sentAt = ring
}

// State returns the state of the line protocol.
func (s *Session) State() State { return s.state }

// Counter returns the keepalive counter (R9).
func (s *Session) Counter() uint32 { return s.counter }

// Seq returns the number of the newest keepalive; 0 if there is none yet.
func (s *Session) Seq() uint32 { return s.seq }

// SentAt returns when the newest keepalive was sent; 0 if there is none yet.
func (s *Session) SentAt() time.Duration { return s.sentAt[s.slot(s.seq)] }

// Due is a keepalive to be sent.
type Due struct {
	Seq      uint32 // its number, from 1
	ID       uint16 // its inner IP identification
	From, To State  // of the line protocol, before and after
}

// Advance is called when a keepalive falls due at now. The line goes down if
// retries are exhausted (R10), the counter rises (R9), and the keepalive is
// recorded as sent at now: so its answer cannot overtake the record. If it then
// cannot be sent, say [Session.Unsent].
func (s *Session) Advance(now time.Duration) Due {
	from := s.state
	if s.counter >= uint32(s.retries) {
		s.step(exhausted)
		s.raiseFloor(s.seq - s.counter) // answers from before do not help a line up again
	} else {
		s.step(due)
	}
	if s.counter < math.MaxUint32 {
		s.counter++
	}
	if s.seq++; s.seq == 0 {
		s.wrapped = true
	}
	s.history.set(s.seq, awaited)
	s.sentAt[s.slot(s.seq)] = now
	id := s.ids.at(s.place)
	if s.place++; s.place == cycle {
		s.place = 0
	}
	return Due{Seq: s.seq, ID: id, From: from, To: s.state}
}

// Unsent says that the keepalive that Advance returned last could not be sent.
// The counter keeps its step: the line was not tested, so it must not stay up.
func (s *Session) Unsent() {
	s.history.set(s.seq, notSent)
	s.step(unsent)
}

// Excuse gives up the answers in flight as unknown, because this host lost
// packets or was away: the counter forgets them. It calls each with their
// numbers. Should such an answer come back all the same, it counts.
//
// Of one silence the counter forgets no more steps than the [Window] holds: who
// keeps us losing packets cannot hide an outage for longer than that. A line that
// is dead goes down as its keepalive number window + retries + 1 since the last
// answer falls due, at the latest.
func (s *Session) Excuse(each func(seq uint32)) {
	steps := s.counter
	for age := s.inWindow(); age > 0; age-- {
		seq := s.seq - (age - 1)
		if s.history.get(seq) != awaited {
			continue
		}
		s.history.set(seq, unknown)
		// The counter holds no step of one from before the last answer.
		if age <= steps && int(s.forgave) < len(s.sentAt) {
			s.forgave++
			s.counter--
		}
		each(seq)
	}
	s.step(excused)
}

// Stop ends probing as the operator wants it: the line is [Disabled], and what is
// in flight is given up as by [Session.Excuse].
func (s *Session) Stop(each func(seq uint32)) (from, to State) {
	from = s.state
	s.Excuse(each)
	s.step(stopped)
	return from, s.state
}

// Resume begins anew after [Session.Stop], as [New] did; numbers go on.
func (s *Session) Resume() (from, to State) {
	from = s.state
	if s.step(resumed); s.state != from {
		s.counter, s.forgave, s.floor = 0, 0, s.seq
	}
	return from, s.state
}

// inWindow returns how many keepalives the window holds.
func (s *Session) inWindow() uint32 { return s.newestOf(uint32(len(s.sentAt))) }

// newestOf returns how many there are of the n newest keepalives: fewer only
// where so many have not been sent yet.
func (s *Session) newestOf(n uint32) uint32 {
	if s.wrapped {
		return n
	}
	return min(n, s.seq)
}

func (s *Session) slot(seq uint32) int { return int(seq) & (len(s.sentAt) - 1) }

func (s *Session) step(e event) { s.state = transitions[s.state][e] }
