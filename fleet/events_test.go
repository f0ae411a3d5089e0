package fleet

import (
	"math"
	"testing"
	"testing/synctest"

	"greylag/probe"
	"greylag/probe/session"
)

// flap records n changes of tunnel 0: up, down, up …, one a second.
func flap(s *Store, n int) {
	state := session.Down
	for i := range n {
		from := state
		state = session.Up + session.Down - state
		s.Record([]probe.Event{line(from, state, at(float64(i)))})
	}
}

func TestEventsSince(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	if events, missed := s.EventsSince(0); len(events) != 0 || missed != 0 {
		t.Errorf("of nothing: %v, %d missed", events, missed)
	}
	flap(s, 1000)
	tests := []struct {
		since uint64
		want  int
	}{{0, 1000}, {1, 999}, {990, 10}, {1000, 0}, {1001, 0}, {math.MaxUint64, 0}}
	for _, tt := range tests {
		events, missed := s.EventsSince(tt.since)
		if len(events) != tt.want || missed != 0 {
			t.Errorf("since %d: %d, %d missed; want %d", tt.since, len(events), missed, tt.want)
		}
		for i, e := range events {
			if e.Number != tt.since+1+uint64(i) || !e.Time.Equal(at(float64(e.Number-1))) {
				t.Fatalf("since %d: at %d: %+v", tt.since, i, e)
			}
		}
	}
}

func TestOldEventsAreGone(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	flap(s, 65_536)
	if events, missed := s.EventsSince(0); len(events) != 65_536 || missed != 0 {
		t.Errorf("full: %d, %d missed", len(events), missed)
	}
	flap(s, 100_000)
	tests := []struct{ since, missed uint64 }{
		{0, 100_000}, {1, 99_999}, {99_999, 1}, {100_000, 0}, {165_530, 0},
	}
	for _, tt := range tests {
		events, missed := s.EventsSince(tt.since)
		if missed != tt.missed || uint64(len(events))+missed+tt.since != 165_536 {
			t.Fatalf("since %d: %d, %d missed, want %d", tt.since, len(events), missed, tt.missed)
		}
		for i, e := range events {
			if e.Number != tt.since+missed+1+uint64(i) {
				t.Fatalf("since %d: number %d at %d", tt.since, e.Number, i)
			}
		}
	}
}

func TestSubscribe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStore(oneTunnel(), epoch)
		var woken [3]int
		var cancels [3]func()
		stop := make(chan struct{})
		for i := range woken {
			changed, cancel := s.Subscribe()
			cancels[i] = cancel
			go func() {
				for {
					select {
					case <-changed:
						woken[i]++
					case <-stop:
						return
					}
				}
			}()
		}
		expect := func(want [3]int) {
			t.Helper()
			synctest.Wait()
			if woken != want {
				t.Errorf("woken %v, want %v", woken, want)
			}
		}
		s.Record(exchange(1, 5, ms)) // facts alone are no change
		expect([3]int{0, 0, 0})
		flap(s, 1)
		expect([3]int{1, 1, 1})
		cancels[1]()
		cancels[1]() // twice does no harm
		flap(s, 1)   // the same state again
		expect([3]int{1, 1, 1})
		s.Record([]probe.Event{goesDown})
		expect([3]int{2, 1, 2})
		close(stop)
	})
}

// A subscriber that never reads stops nobody and misses nothing.
func TestSubscriberThatSleeps(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	changed, cancel := s.Subscribe()
	defer cancel()
	flap(s, 5000)
	<-changed
	if events, _ := s.EventsSince(0); len(events) != 5000 {
		t.Errorf("%d", len(events))
	}
	select {
	case <-changed:
		t.Error("woken twice")
	default:
	}
}

// What waited while a reader held the rows wakes subscribers as it is applied.
func TestQueuedChangesWake(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	changed, cancel := s.Subscribe()
	defer cancel()
	s.mu.Lock()
	s.Record([]probe.Event{comesUp})
	select {
	case <-changed:
		t.Fatal("woken before the change was applied")
	default:
	}
	s.release()
	select {
	case <-changed:
	default:
		t.Fatal("not woken")
	}
}
