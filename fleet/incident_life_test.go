package fleet

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greylag/probe"
	"greylag/probe/session"
)

// It opens with the third line that goes down, with its factor at once, and
// ends with the last one that comes up.
func TestLifeOfAnIncident(t *testing.T) {
	w := newWorld(fleetOf(20, 20), 1)
	w.cutWhere(100, 200, ofHub("hub1"))
	var down, up []time.Time // of hub1's lines
	var sizes []int
	w.after = func(e probe.Event) {
		switch {
		case e.Kind != probe.Line || w.tunnels[e.Tunnel].Hub != "hub1":
			return
		case e.To == session.Down:
			down = append(down, e.At)
		case e.From == session.Down:
			up = append(up, e.At)
		}
		if list := w.store.Incidents(nil); len(list) > 0 {
			sizes = append(sizes, list[0].Down)
			want := Incident{
				Number: 1, Version: list[0].Version, Time: e.At, Start: down[0], Factor: FactorHub, Value: "hub1",
				Members: list[0].Members, Down: len(down) - len(up), Shared: 20, Up: 20 - len(down) + len(up),
			}
			if want.Down == 0 {
				want.End = e.At
			}
			if diff := cmp.Diff(want, list[0]); diff != "" || len(list) > 1 || len(list[0].Members) != len(down) {
				t.Errorf("%d incidents, %d members (-want +got)\n%s", len(list), len(list[0].Members), diff)
			}
		}
	}
	w.run(300)
	var want []int
	for n := 3; n <= 20; n++ {
		want = append(want, n)
	}
	for n := 19; n >= 0; n-- {
		want = append(want, n)
	}
	if !slices.Equal(sizes, want) {
		t.Errorf("sizes %v", sizes)
	}
	names := w.store.Incidents(nil)[0].Members
	slices.Sort(names)
	if len(slices.Compact(names)) != 20 {
		t.Errorf("members %v", names)
	}
}

// A tunnel that is up for a moment only is still of the same incident; one that
// fails again later failed on its own.
func TestMemberFailsAgain(t *testing.T) {
	for _, tt := range []struct {
		name     string
		pause    float64 // that the tunnel is reached in
		incident uint64
		members  int
	}{{"soon", 12, 1, 20}, {"later", 60, 0, 20}} {
		w := newWorld(fleetOf(20, 20), 3)
		w.cutWhere(100, forever.Seconds(), func(t *Tunnel) bool { return t.Hub == "hub1" && t.Name != "hub1-4" })
		w.cutWhere(100, 200, named("hub1-4"))
		w.cutWhere(200+tt.pause, forever.Seconds(), named("hub1-4"))
		w.run(200 + tt.pause)
		wantIncidents(t, w, "hub hub1 19/20 of 20")
		if row := w.store.Report(at(205), nil).Tunnels[4]; row.State != Up || row.Incident != 0 {
			t.Errorf("%s: %s, in incident %d", tt.name, row.State, row.Incident)
		}
		w.run(400)
		inc := w.store.Incidents(nil)[0]
		if row := w.store.Report(at(400), nil).Tunnels[4]; row.State != Down || row.Incident != tt.incident {
			t.Errorf("%s: %s, in incident %d", tt.name, row.State, row.Incident)
		}
		if len(inc.Members) != tt.members {
			t.Errorf("%s: %d members", tt.name, len(inc.Members))
		}
	}
}

// The hub fails twice: that is two incidents, though one tunnel of the first one
// never came back.
func TestHubFailsTwice(t *testing.T) {
	w := newWorld(fleetOf(20, 20), 5)
	w.cutWhere(100, 200, ofHub("hub1"))
	w.cutWhere(200, 400, named("hub1-7"))
	w.cutWhere(300, forever.Seconds(), ofHub("hub1"))
	w.run(390)
	wantIncidents(t, w, "hub hub1 1/20 of 20", "hub hub1 19/19 of 20")
	w.cutWhere(390, forever.Seconds(), named("hub1-7"))
	w.run(450)
	wantIncidents(t, w, "hub hub1 1/20 of 20", "hub hub1 19/19 of 20")
}

// downFrom is the facts of a tunnel with 10 s that answered at one time and is
// found down at another, with so many keepalives missing.
func downFrom(tunnel int32, answered, found float64, missing uint32) []probe.Event {
	return of(tunnel,
		probe.Event{Kind: probe.Line, From: session.Pending, To: session.Up, At: at(answered)},
		probe.Event{Kind: probe.Line, From: session.Up, To: session.Down, Counter: missing, At: at(found)})
}

// Who joins says more about the moment: then nobody can join who failed in
// another one, though it could have been that of the first three.
func TestMomentNarrows(t *testing.T) {
	s := NewStore(paced(fleetOf(5), 10*time.Second, 3), epoch)
	for _, d := range [][]probe.Event{
		downFrom(0, 5, 130, 3), downFrom(1, 5, 130, 3), downFrom(2, 5, 130, 3), // failed from 5 to 100
		downFrom(3, 90, 135, 4),  // from 90 to 95
		downFrom(4, 10, 140, 12), // from 10 to 20
	} {
		s.Record(d)
	}
	want := []string{"hub1-0", "hub1-1", "hub1-2", "hub1-3"}
	if list := s.Incidents(nil); len(list) != 1 || !slices.Equal(list[0].Members, want) {
		t.Errorf("%+v", list)
	}
}

// A member that fails again on its own and yet, by facts that are poor, can have
// failed in the same moment, is a member once.
func TestMemberOnce(t *testing.T) {
	s := NewStore(paced(fleetOf(4), time.Second, 3), epoch)
	for tunnel := range int32(3) {
		s.Record(downFrom(tunnel, 50, 100, 0))
	}
	s.Record(of(0, line(session.Down, session.Up, at(101)), line(session.Up, session.Down, at(115))))
	want := []string{"hub1-0", "hub1-1", "hub1-2"}
	if list := s.Incidents(nil); len(list) != 1 || !slices.Equal(list[0].Members, want) || list[0].Down != 3 {
		t.Errorf("%+v", list)
	}
}

func TestIncidentReason(t *testing.T) {
	inc := incident{members: make([]int32, 4)}
	for _, tt := range []struct {
		local, none int32
		want        Reason
	}{{0, 4, ""}, {2, 2, ""}, {3, 1, ReasonLocal}, {1, 3, ""}} {
		inc.reasons[wordOf(ReasonLocal)], inc.reasons[0] = tt.local, tt.none
		if got := inc.reason(); got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

// What changed, oldest change first, once each, and nothing twice.
func TestIncidentsSince(t *testing.T) {
	w := newWorld(fleetOf(50, 50, 50), 7)
	if changed, latest := w.store.IncidentsSince(0); len(changed) != 0 || latest != 0 {
		t.Errorf("of nothing: %v, %d", changed, latest)
	}
	w.cutWhere(100, 200, ofHub("hub1"))
	w.cutWhere(120, 400, ofHub("hub2"))
	w.run(190)
	changed, first := w.store.IncidentsSince(0)
	if got := sketch(changed); !slices.Equal(got, []string{"hub hub1 50/50 of 50", "hub hub2 50/50 of 50"}) ||
		changed[0].Version >= changed[1].Version || changed[1].Version != first {
		t.Errorf("%q, latest %d: %+v", got, first, changed)
	}
	if again, latest := w.store.IncidentsSince(first); len(again) != 0 || latest != first {
		t.Errorf("nothing changed: %v, %d", again, latest)
	}
	w.run(250)
	changed, second := w.store.IncidentsSince(first)
	if got := sketch(changed); !slices.Equal(got, []string{"hub hub1 0/50 of 50 ended"}) || changed[0].Version != second {
		t.Errorf("%q", got)
	}
	if all, _ := w.store.IncidentsSince(0); len(all) != 2 || all[0].Number != 2 {
		t.Errorf("%+v", all)
	}
	if none, _ := w.store.IncidentsSince(second + 9); len(none) != 0 {
		t.Errorf("of the future: %v", none)
	}
}

// Open ones come first, by their start; then those that ended, the newest first.
func TestIncidentsOrder(t *testing.T) {
	w := newWorld(fleetOf(20, 20, 20, 20, 20), 2)
	for i, until := range []float64{300, 200, 500, 250, 500} {
		w.cutWhere(100+10*float64(i), until, ofHub(fmt.Sprintf("hub%d", i+1)))
	}
	w.run(400)
	var order []string
	list := w.store.Incidents(nil)
	for _, inc := range list {
		order = append(order, inc.Value)
	}
	if !slices.Equal(order, []string{"hub3", "hub5", "hub1", "hub4", "hub2"}) {
		t.Errorf("%v", order)
	}
	first := &list[0].Members[0]
	if again := w.store.Incidents(list[:0]); &again[0].Members[0] != first || len(again) != 5 {
		t.Error("memory is not used again")
	}
	if both := w.store.Incidents(slices.Clone(list[3:])); len(both) != 7 || both[0].Value != "hub4" || both[2].Value != "hub3" {
		t.Errorf("not appended: %q", sketch(both))
	}
}

// An incident wakes those who wait for changes.
func TestIncidentWakes(t *testing.T) {
	w := newWorld(fleetOf(3), 1)
	changed, cancel := w.store.Subscribe()
	defer cancel()
	w.cutWhere(100, 200, everything)
	var told uint64
	w.after = func(e probe.Event) {
		_, latest := w.store.IncidentsSince(told)
		select {
		case <-changed:
		default:
			if latest != told {
				t.Errorf("version %d came without a wake-up", latest)
			}
		}
		told = latest
	}
	w.run(300)
	if told == 0 {
		t.Error("no incident")
	}
}

// Incidents that ended are forgotten, the oldest first.
func TestEndedIncidentsAreBounded(t *testing.T) {
	w := newWorld(paced(fleetOf(3, 3), 100*time.Millisecond, 1), 1)
	const rounds = 300
	for i := range rounds {
		w.cutWhere(float64(i*5)+3, float64(i*5)+4, ofHub("hub1"))
	}
	w.run(rounds*5 + 1)
	list := w.store.Incidents(nil)
	if len(list) != 256 || list[0].Number != rounds || list[255].Number != rounds-255 {
		t.Errorf("%d kept, of %d", len(list), rounds)
	}
}

// Ten thousand tunnels that flap by themselves, and all together now and then:
// what is remembered does not grow.
func TestFlapsAreBounded(t *testing.T) {
	if raceEnabled {
		t.Skip("long, and for one goroutine: -race has nothing to find")
	}
	s := NewStore(fleetOf(5000, 5000), epoch)
	size := func(round int) uint64 {
		flapAll(s, round)
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var sizes []uint64
	for round := range 12 {
		if round%3 == 2 {
			sizes = append(sizes, size(round))
		} else {
			flapAll(s, round)
		}
	}
	g := &s.incidents
	if g.remembered > keptMembers || len(g.ended) > keptIncidents || len(g.open) > 0 {
		t.Errorf("%d members of %d ended incidents, %d open", g.remembered, len(g.ended), len(g.open))
	}
	if grown := int64(sizes[3]) - int64(sizes[2]); grown > 4<<20 { // its log of changes is full by then
		t.Errorf("grew from %d to %d bytes in 3 rounds", sizes[2], sizes[3])
	}
}

// flapAll takes all lines down and up again within half a minute.
func flapAll(s *Store, round int) {
	start := float64(round) * 100
	for _, to := range []session.State{session.Up, session.Down, session.Up} {
		start += 10
		for i := range s.rows {
			s.Record(of(int32(i), line(0, to, at(start+float64(i%97)/30))))
		}
	}
}
