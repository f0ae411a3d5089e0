package tui

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"greylag/tui/query"
)

// TestPullPeriod: the next look comes after the period, or after 100 ms if a key
// is pressed meanwhile; never sooner, however many keys there are.
func TestPullPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p := newPuller(ctx, newScene(1), time.Now)
		after := func(press time.Duration) time.Duration {
			begin := time.Now()
			if press > 0 {
				for range 5 {
					time.AfterFunc(press, p.now)
				}
			}
			p.wait(usual, quick)
			took := time.Since(begin)
			synctest.Wait()
			select {
			case <-p.hurry: // what was pressed at the end of the wait
			default:
			}
			return took
		}
		for _, c := range []struct{ press, want time.Duration }{
			{0, 500 * time.Millisecond},
			{30 * time.Millisecond, 100 * time.Millisecond},
			{200 * time.Millisecond, 200 * time.Millisecond},
			{499 * time.Millisecond, 499 * time.Millisecond},
		} {
			if got := after(c.press); got != c.want {
				t.Errorf("key after %v: the look comes after %v, want %v", c.press, got, c.want)
			}
		}
		cancel()
		if got := after(0); got != 0 {
			t.Errorf("at the end the wait takes %v", got)
		}
	})
}

// TestPullReusesMemory: there is one report, which changes are put into. Where the
// whole fleet is read at each look there are two that take turns, and the one on the
// screen is never the one that is being filled.
func TestPullReusesMemory(t *testing.T) {
	s := night(60)
	m := openScene(s, 80, 24)
	first := m.board.report
	for range 3 {
		s.run(5)
		look(m)
		if m.board.report != first {
			t.Fatal("another report, though little changed")
		}
	}
	m.setOrder(query.Order{By: "rtt"})
	look(m)
	second := m.board.report
	if second == first {
		t.Fatal("the report on the screen was filled again")
	}
	look(m)
	first = m.board.report
	for range 4 {
		look(m)
		if r := m.board.report; r != second || r == first {
			t.Fatal("the two reports do not take turns")
		}
		first, second = second, first
	}
}

// TestEventsAreReadOnce: each look asks for what came since the last.
func TestEventsAreReadOnce(t *testing.T) {
	s := calm(20)
	m := openScene(s, 80, 24)
	n := len(m.board.events)
	look(m)
	if got := len(m.board.events); got != n {
		t.Errorf("%d events, want %d", got, n)
	}
	s.cut("fra1-seoul-1")
	s.run(5)
	look(m)
	if got := len(m.board.events); got != n+2 {
		t.Errorf("%d events, want %d", got, n+2)
	}
}

// TestPeriod: how often, at rest and at the keys.
func TestPeriod(t *testing.T) {
	s := calm(3)
	m := openScene(s, 80, 24)
	s.now = s.now.Add(time.Minute)
	m.now = s.now
	m.thrift = thrift{} // as where little changes
	if got := m.period(); got != 500*time.Millisecond {
		t.Errorf("at rest every %v", got)
	}
	press(m, "j")
	if got := m.period(); got != 100*time.Millisecond {
		t.Errorf("while keys are pressed every %v", got)
	}
	s.now = s.now.Add(time.Second)
	look(m)
	if got := m.period(); got != 500*time.Millisecond {
		t.Errorf("a second later every %v", got)
	}
	for range 9 {
		press(m, "-")
	}
	m.lastKey = time.Time{}
	if got := m.period(); got != 10*time.Second {
		t.Errorf("slowest is every %v", got)
	}
	for range 9 {
		press(m, "+")
	}
	m.lastKey = time.Time{}
	if got := m.period(); got != 100*time.Millisecond {
		t.Errorf("fastest is every %v", got)
	}
}
