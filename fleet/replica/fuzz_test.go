package replica

import (
	"errors"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// FuzzReplica feeds anything to a replica. Whatever it makes of it, what readers
// see agrees with itself.
func FuzzReplica(f *testing.F) {
	f.Add(text(recording()[:35]...))
	f.Add(text(join(hello(0, "h"), whole(1, "a", "b"), hello(2, "h"), whole(3, "b"), event(4, "b", "up", "down"))...))
	f.Add(`{"type":"summary","time":"0000-01-01T00:00:00Z","tunnels":{"up":-1,"odd":9223372036854775807},"engine":{"sent":18446744073709551615}}`)
	f.Add(`{"type":"tunnel","time":"9999-12-31T23:59:59Z","name":"a","state":"odd","loss":1e308,"availability":-5,"rtt_us":{"last":-9223372036854775,"jitter":1},"interval_ms":-1,"recent":"zz?!_x"}`)
	f.Add(`{"type":"event","time":"9999-12-31T23:59:59Z","spoke":"s","from":"x","to":"y","route":{},"black_hole":true}` + "\n" +
		`{"type":"event","time":"0001-01-02T00:00:00Z","spoke":"s","from":"y","to":"none"}`)
	f.Add(`{"type":"incident","time":"2026-11-22T19:00:00Z","incident":1,"start":"2026-11-22T19:00:00Z","factor":"hub","members":[""],"down":-1}`)
	f.Add(`{"type":"reply","request":"stream","ok":false,"text":"no room"}` + "\n" + `{"type":"request","request":"reload"}`)
	f.Fuzz(func(t *testing.T, text string) {
		r := New()
		events := uint64(0)
		for dec := stream.NewDecoder(strings.NewReader(text)); ; {
			rec, err := dec.Next()
			if _, oneLine := errors.AsType[*stream.LineError](err); oneLine {
				continue
			} else if err != nil {
				break
			}
			if rec.Event != nil {
				events++
			}
			r.Apply(rec, at(float64(events)))
		}
		checkSound(t, r, events)
	})
}

func checkSound(t *testing.T, r *Replica, events uint64) {
	t.Helper()
	got := r.Report(at(1e6), nil)
	seen := map[string]bool{}
	for i := range got.Tunnels {
		name := got.Tunnels[i].Tunnel.Name
		if seen[name] || name == "" {
			t.Fatalf("tunnel %q twice, or without a name", name)
		}
		seen[name] = true
		r.Outcomes(i, nil)
	}
	if n := total(got.Summary.Tunnels); n != len(got.Tunnels) {
		t.Fatalf("%d counted of %d tunnels", n, len(got.Tunnels))
	}
	if n := total(got.Summary.Spokes); n != len(got.Spokes) {
		t.Fatalf("%d counted of %d spokes", n, len(got.Spokes))
	}
	list, missed := r.EventsSince(0)
	if uint64(len(list))+missed != events || len(list) > 0 && list[len(list)-1].Number != events {
		t.Fatalf("%d events and %d missed of %d", len(list), missed, events)
	}
	r.Incidents(nil)
	if s := r.status("", at(1e6)); s.Age < 0 {
		t.Fatalf("%+v", s)
	}
	checkWeight(t, &r.next.tunnels, weighTunnel)
	checkWeight(t, &r.next.spokes, weighSpoke)
}

func checkWeight[T any](t *testing.T, tab *table[T], weigh func(*T) int64) {
	t.Helper()
	var sum int64
	for _, row := range tab.rows {
		sum += weigh(row)
	}
	if sum != tab.weight || len(tab.rows) != len(tab.places) || len(tab.rows) != len(tab.marks) {
		t.Fatalf("%d rows, %d places, %d marks; they weigh %d, not %d", len(tab.rows), len(tab.places), len(tab.marks), sum, tab.weight)
	}
}

// FuzzPlayer plays anything and goes anywhere in it. It turns the player itself,
// so that no time passes.
func FuzzPlayer(f *testing.F) {
	f.Add(text(recording()[:35]...), 0.5)
	f.Add(text(join(whole(100, "a"), whole(0, "b"))...), 0.9)
	f.Add("rubbish\n"+text(recording()...)[:999], 0.1)
	f.Add(`{"type":"weather"}`, 1.0)
	f.Add(text(tunnel(0, "a", fleet.Up, 0))+`{"type":"hello","schema":2,"time":"9999-01-01T00:00:00Z"}`, 1.0)
	f.Fuzz(func(t *testing.T, text string, fraction float64) {
		p := NewPlayer(strings.NewReader(text), int64(len(text)), "", 1)
		now := at(0)
		turn := func() {
			for range strings.Count(text, "\n") + 3 {
				wait, idle := p.turn(t.Context(), now)
				if idle {
					return
				}
				now = now.Add(min(wait, 365*24*time.Hour))
			}
		}
		turn()
		p.SeekFraction(fraction)
		turn()
		p.Step()
		turn()
		p.Seek(p.start)
		turn()
		if at := p.Position(now); at.Now.Before(at.Start) || at.Now.After(later(at.End, p.tape.due)) {
			t.Fatalf("%+v", at)
		}
		p.Report(now, nil)
	})
}
