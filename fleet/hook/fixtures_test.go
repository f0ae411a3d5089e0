package hook

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/probe"
	"greylag/probe/session"
)

// fleetOf is n tunnels t0, t1, …, those of even number of spoke s0, the others of s1.
func fleetOf(n int, hooks ...fleet.Hook) *fleet.Inventory {
	inv := &fleet.Inventory{Spokes: []fleet.Spoke{{Name: "s0"}, {Name: "s1"}}, Hooks: hooks}
	for i := range n {
		inv.Tunnels = append(inv.Tunnels, fleet.Tunnel{
			Name: fmt.Sprintf("t%d", i), Hub: "fra1", Spoke: fmt.Sprintf("s%d", i%2), Rank: 1 + i/2, Enabled: true,
			Tags: []string{[]string{"even", "odd"}[i%2]}, Interval: time.Second, Retries: 3, Probe: fleet.Keepalive,
			Source: netip.AddrFrom4([4]byte{192, 0, 2, 1}), Destination: netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}),
		})
	}
	return inv
}

var lines = map[string]session.State{"pending": session.Pending, "up": session.Up, "down": session.Down, "disabled": session.Disabled}

// turn has a tunnel's line become another one, now.
func turn(store *fleet.Store, tunnel int, from, to string) {
	store.Record([]probe.Event{{At: time.Now(), Kind: probe.Line, Tunnel: int32(tunnel), From: lines[from], To: lines[to]}})
}

// begun is a store whose tunnels are all up.
func begun(inv *fleet.Inventory) *fleet.Store {
	store := fleet.NewStore(inv, time.Now())
	for i := range inv.Tunnels {
		turn(store, i, "pending", "up")
	}
	return store
}

// service are the events of the service "hook", in words.
func service(store *fleet.Store) (told []string) {
	events, _ := store.EventsSince(0)
	for _, e := range events {
		if e.Service == "hook" {
			told = append(told, fmt.Sprintf("%s->%s %s", e.Was, e.Is, e.Detail))
		}
	}
	return told
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
