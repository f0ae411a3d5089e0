package session

// The reference's text as a plain program, to hold the session against: a list
// of sends, a counter, a bool. Nothing here is shared with the code under test.

type sentKeepalive struct {
	at       int // ms
	id       uint16
	answered bool
	unsent   bool
	excused  bool
}

type model struct {
	retries int
	upAfter int
	window  int

	sends   []sentKeepalive
	counter int
	heard   bool // an answer came, or the retries ran out: no longer pending
	up      bool
	row     []int // places in sends of the answers that came in a row since the line was found dead
}

func (m *model) state() string {
	if m.up {
		return "up"
	}
	if m.heard {
		return "down"
	}
	return "pending"
}

// due is R10, then R9.
func (m *model) due(at int, id uint16) {
	if m.counter >= m.retries {
		m.up, m.heard, m.row = false, true, nil
	}
	m.counter++
	m.sends = append(m.sends, sentKeepalive{at: at, id: id})
}

// age is how many keepalives were sent after the one at place.
func (m *model) age(place int) int { return len(m.sends) - 1 - place }

// answer is R9 and R11 for the answer of the keepalive at place, and says what
// the answer is called.
func (m *model) answer(place int) Verdict {
	k := &m.sends[place]
	switch {
	case m.age(place) >= 256 || k.unsent:
		return Unmatched
	case k.answered:
		return Duplicate
	}
	k.answered = true
	if m.age(place) >= m.window {
		return Late
	}
	m.counter = 0
	if n := len(m.row); n > 0 && m.row[n-1]+1 != place {
		m.row = nil
	}
	m.row = append(m.row, place)
	if !m.heard || len(m.row) >= m.upAfter {
		m.up = true
	}
	m.heard = true
	return Answered
}

// unsent: the newest one did not leave this host.
func (m *model) unsent() { m.sends[len(m.sends)-1].unsent = true }

// excuse gives up what is awaited. The counter counts the keepalives since the
// last answer, and so loses those of them that are given up.
func (m *model) excuse(sinceAnswer int) (given []uint32) {
	for place := range m.sends {
		k := &m.sends[place]
		if m.age(place) >= m.window || k.answered || k.unsent || k.excused {
			continue
		}
		k.excused = true
		given = append(given, uint32(place+1))
		if place >= sinceAnswer {
			m.counter--
		}
	}
	return given
}
