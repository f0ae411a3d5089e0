//go:build linux

package netlab

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestQueueOrderAndWait(t *testing.T) {
	start := time.Now()
	ms := func(n int) time.Time { return start.Add(time.Duration(n) * time.Millisecond) }
	q := newQueue()
	if got, wait := q.take(nil, 9, start); len(got) != 0 || wait >= 0 {
		t.Errorf("an empty queue gave %q, %v; want nothing and a negative wait", got, wait)
	}
	for _, p := range []struct {
		at   int
		name string
	}{{30, "d"}, {10, "a"}, {20, "b"}, {20, "c"}, {-5, "late"}} {
		q.add(ms(p.at), []byte(p.name))
	}
	for _, c := range []struct {
		now, limit int
		want       string
		wait       time.Duration
	}{
		{0, 9, "late", 10 * time.Millisecond},
		{9, 9, "", time.Millisecond},
		{20, 2, "a b", 0}, // c is due too
		{20, 2, "c", 10 * time.Millisecond},
		{31, 2, "d", -1},
	} {
		got, wait := q.take(nil, c.limit, ms(c.now))
		if joined := join(got); joined != c.want || wait != c.wait {
			t.Errorf("at %d ms: %q, wait %v; want %q, %v", c.now, joined, wait, c.want, c.wait)
		}
	}
}

func join(packets [][]byte) (joined string) {
	for i, p := range packets {
		if i > 0 {
			joined += " "
		}
		joined += string(p)
	}
	return joined
}

// Whatever the order of adding, packets come out by time, and first in first out
// within a time.
func TestQueueIsStable(t *testing.T) {
	type added struct{ at, number byte }
	start, random, q := time.Now(), rand.New(rand.NewPCG(1, 2)), newQueue()
	var want []added
	for i := range 200 {
		a := added{byte(random.IntN(10)), byte(i)}
		want = append(want, a)
		q.add(start.Add(time.Duration(a.at)), []byte{a.at, a.number})
	}
	slices.SortStableFunc(want, func(a, b added) int { return int(a.at) - int(b.at) })
	got, _ := q.take(nil, 1000, start.Add(time.Second))
	for i, p := range got {
		if (added{p[0], p[1]}) != want[i] {
			t.Fatalf("packet %d is %v; want %v", i, p, want[i])
		}
	}
	if len(got) != 200 {
		t.Errorf("%d packets; want 200", len(got))
	}
}

func TestRouseNeverBlocks(t *testing.T) {
	q := newQueue()
	q.rouse()
	q.rouse()
	if len(q.wake) != 1 {
		t.Errorf("%d wakes; want 1", len(q.wake))
	}
}

func TestIsIPv4(t *testing.T) {
	header := func(first byte, length int) []byte {
		p := make([]byte, length)
		p[0] = first
		return p
	}
	for _, c := range []struct {
		why    string
		packet []byte
		want   bool
	}{
		{"empty", nil, false},
		{"19 bytes", header(0x45, 19), false},
		{"version 6", header(0x65, 40), false},
		{"a header of 16 bytes", header(0x44, 20), false},
		{"options cut off", header(0x46, 20), false},
		{"options", header(0x46, 24), true},
		{"a bare header", header(0x45, 20), true},
	} {
		if got := isIPv4(c.packet); got != c.want {
			t.Errorf("%s: %v; want %v", c.why, got, c.want)
		}
	}
}
