package fleet

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

// auditor holds the incidents against a recount after each line change.
type auditor struct {
	t       *testing.T
	w       *world
	version uint64
	heard   []time.Time         // by tunnel: its last answer
	missed  []time.Time         // and the first keepalive after that
	failed  []window            // when it failed last, as the facts say
	members map[uint64][]window // by incident: when each failed as it joined
	opened  int
}

// fact notes what happened, and looks at the incidents where a line changed.
func (a *auditor) fact(e probe.Event) {
	i := e.Tunnel
	switch {
	case e.Kind == probe.Answered:
		a.heard[i] = e.At
	case e.Kind == probe.Sent && e.Counter == 1:
		a.missed[i] = e.At
	case e.Kind == probe.Line:
		if e.To == session.Down && !a.goesOn(i) {
			a.failed[i] = window{a.heard[i].Sub(epoch), a.missed[i].Sub(epoch)}
		}
		a.audit(e)
	}
}

// goesOn tells whether a tunnel was down before in the incident that it is down
// in now.
func (a *auditor) goesOn(tunnel int32) bool {
	r := &a.w.store.rows[tunnel]
	number := uint64(r.incident)
	return number != 0 && len(a.members[number]) > 0 && a.knows(number, tunnel)
}

func (a *auditor) knows(number uint64, tunnel int32) bool {
	for _, inc := range a.w.store.incidents.open {
		if inc.number == number {
			place := slices.Index(inc.members, tunnel)
			return place >= 0 && place < len(a.members[number])
		}
	}
	return false
}

func (a *auditor) audit(e probe.Event) {
	a.t.Helper()
	report := a.w.store.Report(e.At, nil)
	down := map[uint64]int{}
	for _, row := range report.Tunnels {
		down[row.Incident]++
		if row.Incident != 0 && row.State != Down {
			a.t.Fatalf("%s is %s and in incident %d", row.Tunnel.Name, row.State, row.Incident)
		}
	}
	for _, inc := range a.w.store.Incidents(nil) {
		if err := a.check(&inc, down[inc.Number], report, inc.Version > a.version); err != nil {
			a.t.Fatalf("at %v: %v: %+v", e.At.Sub(epoch), err, inc)
		}
		delete(down, inc.Number)
	}
	delete(down, 0)
	if len(down) > 0 {
		a.t.Fatalf("tunnels are in incidents that are not: %v", down)
	}
	_, a.version = a.w.store.IncidentsSince(a.version)
}

// check holds one incident against the report.
func (a *auditor) check(inc *Incident, down int, report *Report, changed bool) error {
	shared, up, members := 0, 0, 0
	for _, row := range report.Tunnels {
		if row.State == Disabled || !shares(row.Tunnel, inc) {
			continue
		}
		shared++
		if row.State == Up {
			up++
		}
		if slices.Contains(inc.Members, row.Tunnel.Name) {
			members++
		}
	}
	names := slices.Clone(inc.Members)
	slices.Sort(names)
	switch {
	case inc.Down != down || inc.End.IsZero() != (down > 0):
		return fmt.Errorf("%d are down in it", down)
	case len(slices.Compact(names)) != len(inc.Members) || len(inc.Members) < 3:
		return fmt.Errorf("members %v", names)
	case members != len(inc.Members) && inc.Into == 0 || shared != inc.Shared:
		return fmt.Errorf("%d of the members share it, and %d in all", members, shared)
	case changed && up != inc.Up:
		return fmt.Errorf("%d are up", up)
	case inc.Start.After(inc.Time) || inc.Version == 0:
		return fmt.Errorf("times or version")
	case inc.End.IsZero():
		return a.checkMoment(inc)
	}
	return nil
}

// checkMoment: no two members failed in different moments.
func (a *auditor) checkMoment(inc *Incident) error {
	known := a.members[inc.Number]
	if known == nil {
		a.opened++
	}
	for _, name := range inc.Members[len(known):] {
		i := slices.IndexFunc(a.w.tunnels, func(t *Tunnel) bool { return t.Name == name })
		known = append(known, a.failed[i])
	}
	a.members[inc.Number] = known
	from, to := known[0].from, known[0].to
	for _, w := range known {
		from, to = max(from, w.from), min(to, w.to)
	}
	if from-to > 2*time.Second {
		return fmt.Errorf("one worked at %v, another one did not at %v", from, to)
	}
	return nil
}

func shares(t *Tunnel, inc *Incident) bool {
	switch inc.Factor {
	case FactorAll:
		return inc.Value == ""
	case FactorHub:
		return t.Hub == inc.Value
	case FactorSpoke:
		return t.Spoke == inc.Value
	case FactorTag:
		return slices.Contains(t.Tags, inc.Value)
	case FactorDevice:
		return t.Device == inc.Value
	case FactorSource:
		return t.Source.String() == inc.Value
	}
	return false
}

// anyFleet is an inventory of tunnels that share at random, some of which are
// disabled.
func anyFleet(random *rand.Rand) *Inventory {
	inv := fleetOf(slices.Repeat([]int{3 + random.IntN(9)}, 1+random.IntN(4))...)
	for i := range inv.Tunnels {
		t := &inv.Tunnels[i]
		t.Enabled = random.IntN(20) > 0
		t.Device = []string{"", "eth0", "eth1"}[random.IntN(3)]
		t.Interval = []time.Duration{200 * ms, time.Second, 5 * time.Second, 10 * time.Second}[random.IntN(4)]
		t.Retries = 1 + random.IntN(4)
		for range random.IntN(3) {
			t.Tags = append(t.Tags, []string{"apac", "gold", "lte"}[random.IntN(3)])
		}
	}
	return inv
}

// anyCuts cuts single tunnels and whole groups, for short and for long, some soon
// after each other.
func anyCuts(w *world, random *rand.Rand, until float64) {
	for range 5 + random.IntN(25) {
		from := 20 + random.Float64()*until
		to := from + random.ExpFloat64()*40
		like := w.tunnels[random.IntN(len(w.tunnels))]
		kind := random.IntN(6)
		w.cutWhere(from, to, func(t *Tunnel) bool {
			return kind == 0 && t.Hub == like.Hub || kind == 1 && t.Spoke == like.Spoke || kind == 2 && t.Device == like.Device ||
				kind == 3 && slices.Contains(t.Tags, like.Tags[0]) || kind == 4 || kind == 5 && t == like
		})
	}
}

// Whatever happens, counts agree with a recount, no tunnel is in two incidents,
// and no incident holds what cannot have failed in the same moment.
func TestIncidentsAgreeWithARecount(t *testing.T) {
	if raceEnabled {
		t.Skip("long, and for one goroutine: -race has nothing to find")
	}
	opened := 0
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 11))
		w := newWorld(anyFleet(random), seed)
		n := len(w.tunnels)
		a := &auditor{
			t: t, w: w, heard: slices.Repeat([]time.Time{epoch}, n), missed: make([]time.Time, n),
			failed: make([]window, n), members: map[uint64][]window{},
		}
		w.after = a.fact
		anyCuts(w, random, 300)
		w.run(400)
		opened += a.opened
	}
	if opened < 200 {
		t.Errorf("%d incidents only", opened)
	}
}

// Readers beside the writer see whole incidents.
func TestIncidentsAreReadBesideTheWriter(t *testing.T) {
	w := newWorld(paced(fleetOf(50, 50, 50), time.Second, 2), 1)
	for i := range 20 {
		w.cutWhere(float64(10+10*i), float64(15+10*i), ofHub(fmt.Sprintf("hub%d", 1+i%3)))
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() { readIncidents(t, w.store, stop) })
	}
	w.run(220)
	close(stop)
	readers.Wait()
	if list := w.store.Incidents(nil); len(list) != 20 {
		t.Errorf("%d incidents", len(list))
	}
}

func readIncidents(t *testing.T, s *Store, stop chan struct{}) {
	var list []Incident
	var version uint64
	for {
		select {
		case <-stop:
			return
		default:
		}
		list = s.Incidents(list[:0])
		for _, inc := range list {
			if inc.Down > len(inc.Members) || len(inc.Members) < 3 || inc.End.IsZero() != (inc.Down > 0) {
				t.Errorf("%+v", inc)
				return
			}
		}
		changed, latest := s.IncidentsSince(version)
		for i := range changed {
			if changed[i].Version <= version || changed[i].Version > latest {
				t.Errorf("version %d of those after %d up to %d", changed[i].Version, version, latest)
			}
		}
		version = latest
	}
}
