package session

import (
	"testing"
	"time"
)

// Numbers wrap after 2^32 keepalives, 13 years at the shortest interval:
// answers are matched across it, in time or late, and none is awaited that
// never was sent.
func TestNumbersWrap(t *testing.T) {
	s := New(Config{Retries: 3, UpAfter: 1, Secret: 42}, make([]time.Duration, Window(3)))
	s.seq = 1<<32 - 600
	var sent []Due
	for n := range 1200 {
		now := time.Duration(n) * time.Second
		sent = append(sent, s.Advance(now))
		newest := sent[n]
		if n%3 != 0 { // else the answer comes with the next one's
			expect(t, &s, now, newest, Answered)
			expect(t, &s, now, newest, Duplicate)
		}
		if n > 0 && n%3 == 1 {
			expect(t, &s, now, sent[n-1], Answered)
		}
		if n >= 300 {
			expect(t, &s, now, sent[n-200], Duplicate)
			expect(t, &s, now, sent[n-300], Unmatched)
		}
	}
	if s.State() != Up || s.Seq() != 600 {
		t.Errorf("%v after number %d; want up after 600", s.State(), s.Seq())
	}
}

func expect(t *testing.T, s *Session, now time.Duration, d Due, want Verdict) {
	t.Helper()
	r := s.Returned(now, d.ID)
	if r.Verdict != want || want != Unmatched && r.Seq != d.Seq {
		t.Fatalf("with newest %d, the answer of %d: %+v; want verdict %d", s.Seq(), d.Seq, r, want)
	}
}
