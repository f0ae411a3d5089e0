package metrics

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/probe"
	"greylag/probe/session"
)

// start is when the fleets of these tests began: an hour ago, as a scrape is as of now.
var start = time.Now().Add(-time.Hour)

func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

// fleetOf has n tunnels, two a spoke.
func fleetOf(n int) *fleet.Inventory {
	inv := new(fleet.Inventory)
	for i := range n {
		site := fmt.Sprintf("site%05d", i/2)
		if i%2 == 0 {
			inv.Spokes = append(inv.Spokes, fleet.Spoke{Name: site})
		}
		hub := []string{"fra1", "lon1"}[i%2]
		inv.Tunnels = append(inv.Tunnels, fleet.Tunnel{
			Name: hub + "-" + site, Hub: hub, Spoke: site, Rank: 1 + i%2, Enabled: true, Tags: []string{"apac"},
			Source: netip.AddrFrom4([4]byte{192, 0, 2, 1}), Destination: netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}),
			Probe: fleet.Keepalive, Interval: 10 * time.Second, Retries: 3,
		})
	}
	return inv
}

// comesUp is n answered keepalives, each after ms milliseconds.
func comesUp(tunnel int, n int, ms int) []probe.Event {
	var events []probe.Event
	for seq := uint32(1); seq <= uint32(n); seq++ {
		sent := at(int(seq))
		rtt := time.Duration(ms) * time.Millisecond
		events = append(events,
			probe.Event{At: sent, Kind: probe.Sent, Tunnel: int32(tunnel), Seq: seq, Counter: 1},
			probe.Event{At: sent.Add(rtt), Kind: probe.Answered, Tunnel: int32(tunnel), Seq: seq, RTT: rtt, TTL: 254})
	}
	return append(events, line(tunnel, session.Pending, session.Up, n))
}

func line(tunnel int, from, to session.State, second int) probe.Event {
	return probe.Event{At: at(second), Kind: probe.Line, Tunnel: int32(tunnel), From: from, To: to}
}

// running is a store of n tunnels that are up.
func running(n int) *fleet.Store {
	store := fleet.NewStore(fleetOf(n), start)
	for i := range n {
		store.Record(comesUp(i, 20, 20))
	}
	return store
}

func optionsOf(store *fleet.Store) Options {
	return Options{
		Store: store, Version: "0.0.0-test",
		Lateness: func() Lateness {
			return Lateness{Count: 10, Sum: time.Second, Buckets: map[float64]uint64{0.01: 7, 0.1: 9}}
		},
	}
}

// scraped is all that a scrape says.
func scraped(t testing.TB, store *fleet.Store) string {
	t.Helper()
	o := optionsOf(store)
	var text strings.Builder
	if err := newScraper(&o).scrape(context.Background(), &o, &text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// ours are the lines of a scrape about what is not of the process or of Go itself.
func ours(text string) string {
	var b strings.Builder
	for l := range strings.Lines(text) {
		name := strings.TrimPrefix(strings.TrimPrefix(l, "# HELP "), "# TYPE ")
		if strings.HasPrefix(name, "greylag_") {
			b.WriteString(l)
		}
	}
	return b.String()
}
