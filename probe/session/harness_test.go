package session

import (
	"testing"
	"time"
)

// line is a session under test that remembers the identifications it used.
type line struct {
	*testing.T
	Session
	ids []uint16 // by number, from 1
}

func newLine(t *testing.T, cfg Config) *line {
	t.Helper()
	if cfg.UpAfter == 0 {
		cfg.UpAfter = 1
	}
	if cfg.Secret == 0 {
		cfg.Secret = 0x0123456789abcdef
	}
	s := New(cfg, make([]time.Duration, Window(cfg.Retries)))
	return &line{T: t, Session: s, ids: []uint16{0}}
}

// send lets a keepalive fall due and checks its number.
func (l *line) send(now time.Duration) Due {
	l.Helper()
	d := l.Advance(now)
	if want := uint32(len(l.ids)); d.Seq != want {
		l.Fatalf("at %v: keepalive number %d, want %d", now, d.Seq, want)
	}
	l.ids = append(l.ids, d.ID)
	return d
}

// answer lets the answer of keepalive seq come back, and checks the verdict.
func (l *line) answer(now time.Duration, seq uint32, want Verdict) Return {
	l.Helper()
	r := l.Returned(now, l.ids[seq])
	if r.Verdict != want {
		l.Fatalf("at %v: answer of %d has verdict %d, want %d", now, seq, r.Verdict, want)
	}
	return r
}

// is checks state and counter.
func (l *line) is(when string, state State, counter uint32) {
	l.Helper()
	if l.State() != state || l.Counter() != counter {
		l.Fatalf("%s: %v with counter %d, want %v with %d", when, l.State(), l.Counter(), state, counter)
	}
}

// down brings the line down by silence, from number 1 on, a second apart.
func (l *line) down() time.Duration {
	l.Helper()
	now := time.Duration(0)
	for l.State() != Down {
		l.send(now)
		now += time.Second
	}
	return now
}
