package fleet

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"
)

// Issue 4, must-show 4.
func TestHubIsCut(t *testing.T) {
	for seed := range uint64(10) {
		w := newWorld(fleetOf(500, 40, 40, 40), seed)
		w.cutWhere(100.3, forever.Seconds(), ofHub("hub1"))
		unrelated := []string{"hub2-1", "hub3-8", "hub4-24"} // no tag, spoke or hub is the same
		w.cutWhere(100.3, forever.Seconds(), named(unrelated...))
		w.run(200)
		wantIncidents(t, w, "hub hub1 500/500 of 500")
		list := w.store.Incidents(nil)
		if len(list) != 1 {
			continue
		}
		inc := list[0]
		if inc.Start.Before(at(120.3)) || inc.Start.After(at(121.3)) || !inc.End.IsZero() || inc.Up != 0 {
			t.Errorf("seed %d: %+v", seed, inc)
		}
		for _, row := range w.store.Report(at(200), nil).Tunnels {
			stays := slices.Contains(unrelated, row.Tunnel.Name)
			if member := row.Incident == inc.Number; member != (row.Tunnel.Hub == "hub1") || stays && row.State != Down {
				t.Errorf("seed %d: %s is %s and in incident %d", seed, row.Tunnel.Name, row.State, row.Incident)
			}
			if stays && slices.Contains(inc.Members, row.Tunnel.Name) {
				t.Errorf("seed %d: %s is a member", seed, row.Tunnel.Name)
			}
		}
	}
}

func TestWhatExplains(t *testing.T) {
	const end = 1000
	for _, tt := range []struct {
		name string
		inv  *Inventory
		fail func(*world)
		want []string
	}{
		{"two hubs", fleetOf(100, 100, 100), func(w *world) {
			w.cutWhere(100, end, ofHub("hub1"))
			w.cutWhere(100, end, ofHub("hub2"))
		}, []string{"hub hub1 100/100 of 100", "hub hub2 100/100 of 100"}},
		{"two hubs, little else", fleetOf(100, 100, 3), func(w *world) {
			w.cutWhere(100, end, ofHub("hub1"))
			w.cutWhere(100, end, ofHub("hub2"))
		}, []string{"hub hub1 100/100 of 100", "hub hub2 100/100 of 100"}},
		{"everything", fleetOf(100, 100, 40), func(w *world) {
			w.cutWhere(100, end, everything)
		}, []string{"all  240/240 of 240"}},
		{"everything, and there is one hub", fleetOf(60), func(w *world) {
			w.cutWhere(100, end, everything)
		}, []string{"hub hub1 60/60 of 60"}},
		{"a spoke with three paths", fleetOf(50, 50, 50), func(w *world) {
			w.cutWhere(100, end, func(t *Tunnel) bool { return t.Spoke == "s7" })
		}, []string{"spoke s7 3/3 of 3"}},
		{"a spoke with two paths", fleetOf(50, 50), func(w *world) {
			w.cutWhere(100, end, func(t *Tunnel) bool { return t.Spoke == "s7" })
		}, nil},
		{"a tag", fleetOf(60, 60), func(w *world) {
			w.cutWhere(100, end, func(t *Tunnel) bool { return t.Tags[0] == "apac" })
		}, []string{"tag apac 40/40 of 40"}},
		{"a hub and a spoke", fleetOf(60, 60, 60, 60), func(w *world) {
			w.cutWhere(100, end, ofHub("hub1"))
			w.cutWhere(100, end, func(t *Tunnel) bool { return t.Spoke == "s7" && t.Hub != "hub1" })
		}, []string{"hub hub1 60/60 of 60", "spoke s7 3/3 of 4"}},
		{"forty of a hub's hundred, with nothing else in common", fleetOf(100, 100), func(w *world) {
			left := 40
			w.cutWhere(100, end, func(t *Tunnel) bool { left--; return left >= 0 && t.Hub == "hub1" })
		}, []string{"hub hub1 40/40 of 100"}},
		{"a quarter of a hub's seven hundred", fleetOf(700, 100), func(w *world) {
			n := 0
			w.cutWhere(100, end, func(t *Tunnel) bool { n++; return n%4 == 0 && t.Hub == "hub1" })
		}, []string{"hub hub1 175/175 of 700"}},
		{"a larger hub fails seconds later", fleetOf(20, 120, 60), func(w *world) {
			w.cutWhere(100, end, ofHub("hub1"))
			w.cutWhere(107, end, ofHub("hub2"))
		}, []string{"hub hub1 20/20 of 20", "hub hub2 120/120 of 120"}},
		{"a larger hub fails seconds before", fleetOf(20, 120, 60), func(w *world) {
			w.cutWhere(107, end, ofHub("hub1"))
			w.cutWhere(100, end, ofHub("hub2"))
		}, []string{"hub hub1 20/20 of 20", "hub hub2 120/120 of 120"}},
		{"hubs fail one after the other", fleetOf(20, 20, 20, 20, 20), func(w *world) {
			for i := range 5 {
				w.cutWhere(float64(100+5*i), end, ofHub(fmt.Sprintf("hub%d", i+1)))
			}
		}, []string{"hub hub1 20/20 of 20", "hub hub2 20/20 of 20", "hub hub3 20/20 of 20", "hub hub4 20/20 of 20", "hub hub5 20/20 of 20"}},
		{"nine of a hub's hundred", fleetOf(100, 100), func(w *world) {
			left := 9
			w.cutWhere(100, end, func(t *Tunnel) bool { left--; return left >= 0 && t.Hub == "hub1" })
		}, nil},
		{"one second apart", fleetOf(40, 60), func(w *world) {
			w.cutWhere(100, end, func(t *Tunnel) bool { return t.Hub == "hub1" && t.Interval == 5*time.Second })
			w.cutWhere(101, end, func(t *Tunnel) bool { return t.Hub == "hub1" && t.Interval != 5*time.Second })
		}, []string{"hub hub1 40/40 of 40"}},
		{"a minute apart", fleetOf(40, 60), func(w *world) {
			w.cutWhere(100, end, func(t *Tunnel) bool { return t.Hub == "hub1" && t.Interval == 5*time.Second })
			w.cutWhere(160, end, func(t *Tunnel) bool { return t.Hub == "hub1" && t.Interval != 5*time.Second })
		}, []string{"hub hub1 20/20 of 40", "hub hub1 20/20 of 40"}},
		{"one of the hub's failed before", fleetOf(100, 100), func(w *world) {
			w.cutWhere(92, end, named("hub1-5")) // 5 s: before 97
			w.cutWhere(100, end, ofHub("hub1"))
		}, []string{"hub hub1 99/99 of 100"}},
		{"a part is found sooner than the rest", paced(fleetOf(30, 30, 30), time.Minute, 3, "s1", "s4"), func(w *world) {
			w.cutWhere(100, end, everything)
		}, []string{"all  90/90 of 90"}},
		{"the rest follows at once", paced(fleetOf(12, 12, 12), 100*time.Millisecond, 3), func(w *world) {
			w.cutWhere(100, end, ofHub("hub1"))
			w.cutWhere(100.5, end, ofHub("hub2"))
			w.cutWhere(101.5, end, ofHub("hub3"))
		}, []string{"all  36/36 of 36", "hub hub2 0/12 of 12 into 1"}},
		{"fast tunnels", paced(fleetOf(12, 12, 12), 100*time.Millisecond, 3), func(w *world) {
			w.cutWhere(100, end, ofHub("hub1"))
			w.cutWhere(100, end, named("hub2-3", "hub2-7", "hub3-9"))
		}, []string{"hub hub1 12/12 of 12"}},
		{"slow tunnels", paced(fleetOf(60, 60, 60), time.Minute, 2), func(w *world) {
			w.cutWhere(100, end, ofHub("hub1"))
			w.cutWhere(100, end, named("hub2-3", "hub2-7", "hub3-9"))
		}, []string{"hub hub1 60/60 of 60"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for seed := range uint64(3) {
				w := newWorld(tt.inv, seed)
				tt.fail(w)
				slowest := slices.MaxFunc(w.tunnels, func(a, b *Tunnel) int { return cmp.Compare(a.Interval, b.Interval) })
				w.run(160 + slowest.Interval.Seconds()*float64(slowest.Retries+2))
				wantIncidents(t, w, tt.want...)
			}
		})
	}
}
