package probe

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// watched is a network that keeps in which order keepalives leave and arrivals are
// read: "ssr" is a batch of two, then a reading.
type watched struct {
	still
	queued int
	lose   int           // so many of the newest answers, once
	late   time.Duration // the next turn, once
	log    strings.Builder
}

// EvidenceEgress returns a handle of its own: echoes are not watched.
func (c *watched) EvidenceEgress(netip.Addr, string, uint8, uint8) (int, error) { return 1, nil }

func (c *watched) Queue(way int, to [4]byte, payload []byte) {
	if way == 0 {
		c.queued++
		c.still.Queue(way, to, payload)
	}
}

func (c *watched) Flush(func(int, error)) {
	c.log.WriteString(strings.Repeat("s", c.queued))
	c.queued = 0
}

func (c *watched) Receive(handle func([]byte, time.Time)) (bool, error) {
	c.log.WriteByte('r')
	c.coming -= c.lose
	c.lose = 0
	return c.still.Receive(handle)
}

// watch returns an engine of n tunnels, all up, and what lets it turn a second later
// and returns what it did.
func watch(t *testing.T, n int) (e *Engine, conn *watched, turn func() string) {
	t.Helper()
	conn = &watched{}
	e = engineOver(t, conn, ignored{}, n)
	e.base = time.Now()
	clock := e.base
	for i := range e.members { // all due at once
		e.wheel.remove(int32(i))
		e.members[i].phase = 0
		e.wheel.add(int32(i), 0)
	}
	turn = func() string {
		t.Helper()
		clock = clock.Add(time.Second)
		conn.at, e.planned = clock, clock.Sub(e.base)-conn.late
		conn.late = 0
		conn.log.Reset()
		if err := e.turn(clock); err != nil {
			t.Fatal(err)
		}
		return conn.log.String()
	}
	for range 3 {
		turn()
	}
	return e, conn, turn
}

// Who was answered does not wait until what has arrived meanwhile is read. Who was not
// does: the answer may be there.
func TestSendsBeforeReading(t *testing.T) {
	e, conn, turn := watch(t, 3)
	for _, c := range []struct {
		name     string
		before   func()
		want     string
		counters int // of all tunnels
	}{
		{"all are answered", func() {}, "sssr", 0},
		{"one is lost", func() { conn.lose = 1 }, "sssr", 1},
		{"and sent anew", func() {}, "ssrs", 2},
		{"its answer has just arrived", func() {}, "ssrs", 1},
		{"none is answered", func() { conn.mute = true }, "ssrs", 3},
		{"nor was", func() {}, "rsss", 6},
		{"an order", func() { conn.mute = false; _ = e.Disable(0) }, "rrss", 6},
		{"after we were away", func() { conn.late = 2 * awayAfter }, "rss", 2},
	} {
		c.before()
		if got := turn(); got != c.want {
			t.Errorf("%s: %q; want %q", c.name, got, c.want)
		}
		counters := 0
		for i := range e.members {
			counters += int(e.members[i].session.Counter())
		}
		if counters != c.counters {
			t.Errorf("%s: the counters are %d in all; want %d", c.name, counters, c.counters)
		}
	}
}

// stalling is a network on which the engine oversleeps once, after a second and a half.
type stalling struct {
	watched
	from      time.Time
	overslept bool
	then      string // what it did until it slept again
}

func (c *stalling) Receive(handle func([]byte, time.Time)) (bool, error) {
	c.at = time.Now()
	return c.watched.Receive(handle)
}

func (c *stalling) Wait(d time.Duration, _ bool) {
	if c.overslept && c.then == "" && d > 0 {
		c.then = c.log.String()
	}
	time.Sleep(max(0, d))
	if !c.overslept && time.Since(c.from) > 1500*time.Millisecond {
		c.overslept = true
		time.Sleep(50 * time.Millisecond)
		c.log.Reset()
	}
}

// While a delay is made good, what arrives waits in the buffer; but no longer than this
// has room for it.
func TestArrivalsWait(t *testing.T) {
	for unread, want := range map[int]int{0: 6, 900: 2, 1 << 20: 1} { // 900 are 45 ms at this rate
		synctest.Test(t, func(t *testing.T) {
			conn := &stalling{from: time.Now()}
			e := engineOver(t, conn, ignored{}, 20_000)
			e.options.Unread = unread
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			if err := e.Run(ctx); err != nil {
				t.Fatal(err)
			}
			sent, readings := strings.Count(conn.then, "s"), strings.Count(conn.then, "r")
			if sent < 5*e.pace.limit || readings != want {
				t.Errorf("room for %d: %d sent, %d readings; want %d: %s", unread, sent, readings, want, conn.then)
			}
		})
	}
}

// flooded is a network on which something arrives without end, which takes time to be
// read.
type flooded struct {
	still
	each time.Duration // for a batch
}

func (c *flooded) Receive(handle func([]byte, time.Time)) (bool, error) {
	time.Sleep(c.each)
	for range 32 {
		handle(nil, time.Now())
	}
	return true, nil
}

// Who floods us delays keepalives by a few batches, not by all that comes.
func TestFloodDelaysLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := &flooded{each: time.Millisecond}
		e := engineOver(t, conn, ignored{}, 2000)
		ctx, cancel := context.WithTimeout(t.Context(), 900*time.Millisecond) // before any waits for an answer
		defer cancel()
		if err := e.Run(ctx); err != nil {
			t.Fatal(err)
		}
		late := e.Lateness()
		if most := e.pace.gap + 2*conn.each; late.Due.Quantile(1) > most || late.Due.Count() < 1700 {
			t.Errorf("of %d keepalives one was %v late; want some 1,800, %v at most", late.Due.Count(), late.Due.Quantile(1), most)
		}
	})
}

// breaking is a network that cannot be read any more after some readings.
type breaking struct {
	stalling
	left int
}

func (c *breaking) Receive(handle func([]byte, time.Time)) (bool, error) {
	if c.left--; c.left < 0 {
		return false, errRefused
	}
	return c.stalling.Receive(handle)
}

// What was sent in the turn that could not read any more is told.
func TestToldThoughItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, sink := &breaking{left: 200}, &kept{}
		conn.overslept = true
		e := engineOver(t, conn, sink, 20_000)
		if err := e.Run(t.Context()); err != errRefused {
			t.Fatalf("it ended with %v", err)
		}
		told := 0
		for _, ev := range sink.events {
			if ev.Kind == Sent {
				told++
			}
		}
		if sent := e.Stats().Sent; sent < 1000 || told != int(sent) {
			t.Errorf("%d sent, %d told", sent, told)
		}
	})
}
