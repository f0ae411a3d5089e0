package journal

import (
	"testing"
	"time"

	"greylag/fleet"
	"greylag/probe"
	"greylag/probe/session"
)

// BenchmarkReadPast: what a start takes to read, of 10,000 tunnels: a whole report and a
// change of each.
func BenchmarkReadPast(b *testing.B) {
	inv, path := fleetOf(10_000), journalPath(b)
	w := start(b, optionsFor(path, inv), inv)
	for i := range inv.Tunnels {
		w.store.Record([]probe.Event{{Kind: probe.Line, Tunnel: int32(i), From: session.Pending, To: session.Up, At: time.Now()}})
	}
	w.end(b)
	for b.Loop() {
		p, err := readPast(path)
		if err != nil || len(p.tunnels) != 10_000 {
			b.Fatal(len(p.tunnels), err)
		}
	}
	b.ReportMetric(float64(w.disk.size)/10_000, "B/tunnel")
}

// BenchmarkEvents: what a thousand events take that come at once, their fsync included.
func BenchmarkEvents(b *testing.B) {
	inv, path := fleetOf(2), journalPath(b)
	j, err := Begin(optionsFor(path, inv))
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	w := newWriter(j, fleet.NewStore(inv, time.Now()))
	for b.Loop() {
		for range 1000 {
			w.store.Tell(fleet.Event{Time: time.Now(), Service: "test", Was: "x", Is: "y"})
		}
		if err := w.catchUp(everything); err != nil {
			b.Fatal(err)
		}
	}
}
