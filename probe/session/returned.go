package session

import "time"

// Verdict is what an answer turned out to be.
type Verdict uint8

// The verdicts. Only Answered touches the counter and the line protocol.
const (
	Answered  Verdict = iota + 1 // that of a keepalive in flight
	Late                         // that of one no longer awaited
	Duplicate                    // a second one
	Unmatched                    // that of no keepalive of ours
)

// Return is what came of an answer.
type Return struct {
	Verdict  Verdict
	Seq      uint32        // the keepalive it answers; 0 if Unmatched
	RTT      time.Duration // Answered only
	From, To State         // of the line protocol, before and after
}

// Returned is called with each answer that comes back: when it arrived, and its
// inner IP identification. One that is in flight sets the counter to 0 (R9) and
// brings the line up (R11), once UpAfter in a row are answered where it was down.
func (s *Session) Returned(at time.Duration, id uint16) Return {
	seq, ok := s.find(id)
	if !ok {
		return s.strayed(Unmatched, 0)
	}
	return s.returned(at, seq)
}

// ReturnedNumber is [Session.Returned] for an answer that says itself which
// keepalive it answers, and is to be believed: a signed one.
func (s *Session) ReturnedNumber(at time.Duration, seq uint32) Return {
	if s.seq-seq >= s.newestOf(remembered) {
		return s.strayed(Unmatched, 0)
	}
	return s.returned(at, seq)
}

func (s *Session) returned(at time.Duration, seq uint32) Return {
	inFlight := s.seq-seq < uint32(len(s.sentAt))
	switch s.history.get(seq) {
	case answered:
		return s.strayed(Duplicate, seq)
	case notSent:
		return s.strayed(Unmatched, 0)
	}
	s.history.set(seq, answered)
	if !inFlight {
		s.raiseFloor(seq)
		return s.strayed(Late, seq)
	}
	return s.answered(at, seq)
}

// raiseFloor has no row of answers reach back to keepalive seq.
func (s *Session) raiseFloor(seq uint32) {
	if s.seq-seq < s.seq-s.floor {
		s.floor = seq
	}
}

func (s *Session) answered(at time.Duration, seq uint32) Return {
	from := s.state
	s.counter, s.forgave = 0, 0
	if s.upAfter == 1 || s.state == Down && s.row(seq) >= uint32(s.upAfter) {
		s.step(answer)
	} else {
		s.step(partial)
	}
	// A receive timestamp may be older than a clock reading by its grain.
	rtt := max(at-s.sentAt[s.slot(seq)], 0)
	return Return{Verdict: Answered, Seq: seq, RTT: rtt, From: from, To: s.state}
}

// row returns how many keepalives in a row, with seq among them, are answered: by
// number, so that a way that changes their order does not matter. It counts none
// up to floor, and stops at UpAfter.
func (s *Session) row(seq uint32) (n uint32) {
	oldest := min(remembered, s.seq-s.floor) // this old does not count
	for x := seq; n < uint32(s.upAfter) && s.seq-x < oldest && s.history.get(x) == answered; x-- {
		n++
	}
	if n == 0 {
		return 0
	}
	for x := seq + 1; n < uint32(s.upAfter) && s.seq-x < oldest && s.history.get(x) == answered; x++ {
		n++
	}
	return n
}

func (s *Session) strayed(v Verdict, seq uint32) Return {
	from := s.state
	s.step(stray)
	return Return{Verdict: v, Seq: seq, From: from, To: s.state}
}

// find returns the number of the keepalive that an answer with this
// identification belongs to.
func (s *Session) find(id uint16) (seq uint32, ok bool) {
	if s.matchAddress {
		return s.newest()
	}
	return s.Number(id)
}

// Number returns the number of the keepalive that has this identification, if it
// is among the newest 256, whatever became of it: an ICMP error that quotes one
// of ours is known by it. Where the far end rewrites identifications, those of
// answers say nothing.
func (s *Session) Number(id uint16) (seq uint32, ok bool) {
	place, ok := s.ids.place(id)
	if !ok {
		return 0, false
	}
	// s.place is the next one's, so the newest has age 0.
	age := (uint32(s.place) + cycle - 1 - uint32(place)) % cycle
	if age >= s.newestOf(remembered) {
		return 0, false
	}
	return s.seq - age, true
}

// newest returns the newest keepalive whose answer is awaited, or else the
// newest one.
func (s *Session) newest() (seq uint32, ok bool) {
	for age := range s.inWindow() {
		if f := s.history.get(s.seq - age); f == awaited || f == unknown {
			return s.seq - age, true
		}
	}
	return s.seq, s.newestOf(1) > 0
}
