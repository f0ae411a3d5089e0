package tui

import (
	"strings"
	"testing"
	"time"
)

func TestDifference(t *testing.T) {
	for _, c := range []struct {
		before, after string
		want          int
	}{
		{"", "", 0},
		{"abc\ndef", "abc\ndef", 0},
		{"abc\ndef", "aXc\ndef", 1},
		{"abc\ndef", "aXc\nXeX", 4}, // of the second line all: its ends differ
		{"abc", "abcd", 1},
		{"abcd", "abc", 0}, // what is cleared costs next to nothing
		{"", "abc\ndef", 6},
		{"aaa", "aa", 0},
	} {
		if got := difference(c.before, c.after); got != c.want {
			t.Errorf("from %q to %q: %d, want %d", c.before, c.after, got, c.want)
		}
	}
}

// In quiet times 4,000 bytes a second, while things change 16,000; two seconds
// at most.
func TestThriftPauses(t *testing.T) {
	start := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	screen := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		what   string
		bytes  int
		events bool
		after  time.Duration
		want   time.Duration
	}{
		{"nothing changed", 0, false, 0, 0},
		{"quiet", 2000, false, 0, 500 * time.Millisecond},
		{"a storm", 8000, true, 0, 500 * time.Millisecond},
		{"just after a storm", 8000, true, stormTime - time.Nanosecond, 500 * time.Millisecond},
		{"after a storm", 4000, true, stormTime, time.Second},
		{"a whole screen in quiet times", 20_000, false, 0, longest},
	} {
		var a thrift
		a.account("", screen(c.bytes), c.events, start)
		if got := a.pause(start.Add(c.after)); got != c.want {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

// What screens send over what was reckoned is made up for by longer pauses, but
// for no longer than two seconds; and what they send less is not saved up.
func TestThriftPaysDebts(t *testing.T) {
	start := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	a := thrift{paid: start}
	for _, c := range []struct {
		what    string
		after   time.Duration // the look before
		written uint64        // meanwhile
		want    time.Duration // pause, where the next screen seems to cost 2,000
	}{
		{"as much as may be", time.Second, 4000, 500 * time.Millisecond},
		{"a fifth more", time.Second, 4800, 700 * time.Millisecond},
		{"paid back", time.Second, 3200, 500 * time.Millisecond},
		{"little", time.Second, 10, 500 * time.Millisecond},
		{"as much as may be again", time.Second, 4000, 500 * time.Millisecond},
		{"somebody paged through", time.Second, 100_000, longest},
		{"two seconds of rest", longest, 0, 500 * time.Millisecond},
	} {
		start = start.Add(c.after)
		a.pay(a.written+c.written, start)
		a.cost = 2000
		if got := a.pause(start); got != c.want {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

// The period is longer where a screen was dear, but not where somebody is at the
// keys, nor where the period was chosen.
func TestPeriodIsThrifty(t *testing.T) {
	m := openScene(night(60), 200, 50)
	look(m)
	m.now = m.lastKey.Add(time.Minute)
	m.thrift = thrift{cost: 4000}
	if got := m.period(); got != time.Second {
		t.Errorf("after a dear screen %v, want 1s", got)
	}
	m.thrift.cost = 10
	if got := m.period(); got != usual {
		t.Errorf("after a cheap screen %v, want %v", got, usual)
	}
	m.thrift.cost = 4000
	m.lastKey = m.now
	if got := m.period(); got != quick {
		t.Errorf("while keys are pressed %v, want %v", got, quick)
	}
	m.lastKey = time.Time{}
	press(m, "+")
	m.now = m.lastKey.Add(time.Minute)
	if got := m.period(); got != m.settings.refresh() || got >= usual {
		t.Errorf("with a period that was chosen %v, want %v", got, m.settings.refresh())
	}
}

// A snapshot is paid for by what it changed on the screen.
func TestSnapshotsAreAccounted(t *testing.T) {
	s := night(60)
	m := openScene(s, 120, 40)
	look(m)
	look(m) // the same moment
	if m.thrift.cost != 0 {
		t.Errorf("a screen without a change costs %d bytes", m.thrift.cost)
	}
	s.run(3)
	look(m)
	if m.thrift.cost < 100 {
		t.Errorf("three seconds of 60 tunnels cost %d bytes", m.thrift.cost)
	}
}

// A screen that costs much by what is measured alone is read in parts; not while
// somebody is at the keys, and then as before.
func TestThriftDivides(t *testing.T) {
	var a thrift
	parts := 1
	for i, c := range []struct {
		cost int
		calm bool
		want int
	}{
		{9000, true, 1}, {6000, true, 1}, {6000, true, 3}, {2000, true, 3}, {500, false, 1}, {6000, true, 3}, {2000, true, 3},
		{500, true, 1}, {90_000, true, mostParts}, {0, true, 1},
	} {
		a.cost = c.cost
		if parts = a.divide(c.calm, parts); parts != c.want {
			t.Errorf("screen %d: %d parts, want %d", i, parts, c.want)
		}
	}
}

// Of rows that are read in parts, each has its turn.
func TestRowsTakeTurns(t *testing.T) {
	s := calm(500)
	m := openScene(s, 120, 40)
	counted := &countedReads{scene: s, tunnels: map[int]int{}}
	m.board.fresh.reader = counted
	look(m)
	for range 6 {
		s.run(1)
		clear(counted.tunnels)
		m.board.fresh.parts = 3
		look(m)
		if got := len(counted.tunnels); got < pageLines/3-1 || got > pageLines/3+1 {
			t.Errorf("%d rows read at once, want a third of %d", got, pageLines)
		}
	}
	m.visible(func(position int) {
		if got := m.board.rows[position].Tunnel.Sent; got < 34 || got > 36 {
			t.Errorf("%d sent, want those of the last three looks: 34 to 36", got)
		}
	})
}
