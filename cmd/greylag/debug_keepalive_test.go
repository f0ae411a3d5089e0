package main

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greylag/fleet"
	"greylag/probe"
)

// stuckWriter takes nothing until it is let go.
type stuckWriter struct {
	free chan struct{}
	mu   sync.Mutex
	text strings.Builder
}

func (w *stuckWriter) Write(b []byte) (int, error) {
	<-w.free
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func debugTunnels() []*fleet.Tunnel {
	a, b := netip.MustParseAddr("192.168.1.1"), netip.MustParseAddr("192.168.1.2")
	return []*fleet.Tunnel{
		{Name: "Tunnel0", Source: a, Destination: b, Probe: fleet.Keepalive},
		{Name: "keyed", Source: a, Destination: b, Probe: fleet.Keepalive, HasKey: true, Payload: fleet.Signed},
		{Name: "echo", Source: a, Destination: b, Probe: fleet.Echo},
	}
}

// R21's very line; what could not be sent has one of its own, echoes have none.
func TestDebugLineIsTheReferences(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		d := newDebugLines(&out, debugTunnels())
		end := d.begin()
		at := time.Date(2026, 11, 28, 1, 19, 16, 19e6, time.UTC)
		d.record([]probe.Event{
			{At: at, Kind: probe.Sent, Tunnel: 0, Seq: 15, Counter: 15},
			{At: at, Kind: probe.Answered, Tunnel: 0, Seq: 15},
			{At: at, Kind: probe.Sent, Tunnel: 2, Seq: 1, Counter: 1},
			{At: at, Kind: probe.Sent, Tunnel: 1, Seq: 1, Counter: 1},
			{At: at, Kind: probe.Unsent, Tunnel: 1, Seq: 1, Counter: 1, Err: errors.New("network is unreachable")},
		})
		time.Sleep(time.Second)
		synctest.Wait()
		const want = `01:19:16.019: Tunnel0: sending keepalive, 192.168.1.1->192.168.1.2 (len=24 ttl=0), counter=15
01:19:16.019: keyed: sending keepalive, 192.168.1.1->192.168.1.2 (len=44 ttl=0), counter=1
01:19:16.019: keyed: keepalive not sent, 192.168.1.1->192.168.1.2: network is unreachable, counter=1
`
		if out.String() != want {
			t.Errorf("%s", out.String())
		}
		end()
	})
}

// A writer that is stuck does not keep the engine, nor does it take memory without
// end, nor does it keep the program from ending; what it misses is said.
func TestDebugLinesOfAStuckWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &stuckWriter{free: make(chan struct{})}
		d := newDebugLines(out, debugTunnels())
		end := d.begin()
		turn := make([]probe.Event, 1000)
		for i := range turn {
			turn[i] = probe.Event{At: time.Now(), Kind: probe.Sent, Tunnel: 0, Counter: uint32(i)}
		}
		d.record(turn[:1])
		time.Sleep(2 * debugEvery) // it writes that one now
		const turns = 100
		start := time.Now()
		for range turns {
			d.record(turn)
		}
		if took := time.Since(start); took != 0 || cap(d.waiting) > 2*mostDebugLines {
			t.Errorf("the engine waited %v; %d lines wait", took, cap(d.waiting))
		}
		start = time.Now()
		end()
		if took := time.Since(start); took > time.Second {
			t.Errorf("the end took %v", took)
		}
		close(out.free)
		synctest.Wait()
		const missed = turns*1000 - mostDebugLines
		if text := out.text.String(); strings.Count(text, "sending keepalive") != 1+mostDebugLines ||
			!strings.HasSuffix(text, fmt.Sprintf("\nread standard error faster: %d debug lines not printed\n", missed)) {
			t.Errorf("%d lines: …%s", strings.Count(text, "\n"), text[max(0, len(text)-200):])
		}
	})
}

// BenchmarkDebugRecord is what the engine pays for the lines, a keepalive.
func BenchmarkDebugRecord(b *testing.B) {
	d := newDebugLines(&strings.Builder{}, debugTunnels())
	turn := make([]probe.Event, 64)
	for i := range turn {
		turn[i] = probe.Event{At: time.Now(), Kind: probe.EventKind(1 + 2*(i%2))} // sent, answered
	}
	for b.Loop() {
		d.record(turn)
		if len(d.waiting) > mostDebugLines/2 {
			d.waiting = d.waiting[:0]
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/32, "ns/keepalive")
}
