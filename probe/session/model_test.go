package session

// The reference's text as a plain program, to hold the session against: a list
// of sends, a counter, a bool. Nothing here is shared with the code under test.

type sentKeepalive struct {
	at       int // ms
	id       uint16
	answered bool
	unsent   bool
	excused  bool
	inTime   bool // answered as it was awaited
}

type model struct {
	retries int
	upAfter int
	window  int

	sends   []sentKeepalive
	counter int
	heard   bool // an answer came, or the retries ran out: no longer pending
	up      bool
	from    int // the place in sends from which answers count for a line that was down
	mercy   int // how many steps the counter may still forget in this silence
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
		m.up, m.heard, m.from = false, true, max(m.from, len(m.sends)-m.counter)
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
		m.from = max(m.from, place+1)
		return Late
	}
	k.inTime = true
	m.counter, m.mercy = 0, m.window
	if !m.heard || m.upAfter == 1 || m.inRow(place) >= m.upAfter {
		m.up = true
	}
	m.heard = true
	return Answered
}

// inRow is the longest run of keepalives that were answered in time and stand
// next to each other, the one at place among them.
func (m *model) inRow(place int) int {
	run, with := 0, false
	for i := m.from; i < len(m.sends); i++ {
		switch {
		case m.sends[i].inTime:
			run, with = run+1, with || i == place
		case with:
			return run
		default:
			run = 0
		}
	}
	if !with {
		return 0
	}
	return run
}

// unsent: the newest one did not leave this host.
func (m *model) unsent() { m.sends[len(m.sends)-1].unsent = true }

// excuse gives up what is awaited. The counter counts the keepalives since the
// last answer, and so loses those of them that are given up; but in one silence
// no more than the window holds.
func (m *model) excuse(sinceAnswer int) (given []uint32) {
	for place := range m.sends {
		k := &m.sends[place]
		if m.age(place) >= m.window || k.answered || k.unsent || k.excused {
			continue
		}
		k.excused = true
		given = append(given, uint32(place+1))
		if place >= sinceAnswer && m.mercy > 0 {
			m.mercy--
			m.counter--
		}
	}
	return given
}
