package session

import (
	"testing"
	"time"

	"greylag/probe/alloctest"
)

func answeredSession() Session {
	return New(Config{Retries: 3, UpAfter: 1, Secret: 42}, make([]time.Duration, Window(3)))
}

func BenchmarkAdvance(b *testing.B) {
	s := answeredSession()
	check := alloctest.Forbid(b)
	for b.Loop() {
		s.Advance(time.Second)
	}
	check()
}

func BenchmarkAdvanceReturned(b *testing.B) {
	s := answeredSession()
	check := alloctest.Forbid(b)
	for b.Loop() {
		d := s.Advance(time.Second)
		s.Returned(time.Second, d.ID)
	}
	check()
}

func BenchmarkReturnedUnmatched(b *testing.B) {
	s := answeredSession()
	id := s.Advance(0).ID
	check := alloctest.Forbid(b)
	for b.Loop() {
		s.Returned(time.Second, id+1)
	}
	check()
}

func TestNoAllocation(t *testing.T) {
	s := answeredSession()
	for name, f := range map[string]func(){
		"Advance, Returned": func() { s.Returned(0, s.Advance(0).ID) },
		"Unsent":            func() { s.Advance(0); s.Unsent() },
		"Number":            func() { s.Number(s.Advance(0).ID) },
		"Excuse":            func() { s.Advance(0); s.Excuse(func(uint32) {}) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
