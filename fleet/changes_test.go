package fleet

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greylag/probe"
	"greylag/probe/session"
)

// follower is a reader that was told the fleet once, and takes in what changed.
type follower struct {
	store   *Store
	known   Report
	changes *Changes
	whole   int // how often it had to read everything
}

// look takes in what changed up to now.
func (f *follower) look(now time.Time) {
	version := uint64(0)
	if f.changes != nil {
		version = f.changes.Version
	}
	f.changes = f.store.Changes(now, version, f.changes)
	if f.changes.Whole {
		f.whole++
		f.store.Report(now, &f.known)
		return
	}
	for i, position := range f.changes.Positions {
		f.known.Tunnels[position] = f.changes.Tunnels[i]
	}
	for i, place := range f.changes.Places {
		f.known.Spokes[place] = f.changes.Spokes[i]
	}
}

// verdicts is what changes tell of, of every row.
func verdicts(r *Report) (list []string) {
	for i := range r.Tunnels {
		t := &r.Tunnels[i]
		list = append(list, fmt.Sprint(t.Tunnel.Name, t.State, t.Since, t.Flaps))
	}
	for i := range r.Spokes {
		s := &r.Spokes[i]
		list = append(list, fmt.Sprint(s.Spoke.Name, s.Path, s.Since, s.Active, s.Rank, s.Protected, s.Route, s.BlackHole, s.BlackHoleSince))
	}
	return list
}

// Who takes in the changes knows every verdict, whatever happens, and is told of few
// rows.
func TestChangesTellEveryVerdict(t *testing.T) {
	if raceEnabled {
		t.Skip("long, and for one goroutine: -race has nothing to find")
	}
	const tunnels = 60
	random := rand.New(rand.NewPCG(7, 7))
	inv := manyTunnels(tunnels)
	inv.Tunnels[3].Enabled = false
	s := NewStore(inv, epoch)
	f := &follower{store: s}
	var seq [tunnels]uint32
	states := [...]session.State{session.Pending, session.Up, session.Down, session.Disabled}
	told := 0
	for step := range 2000 {
		now := at(float64(step))
		for range random.IntN(4) {
			n := random.IntN(tunnels - 1)
			switch random.IntN(4) {
			case 0:
				s.Record(of(int32(n), line(session.Up, states[random.IntN(len(states))], now)))
			case 1:
				seq[n]++
				s.Record(of(int32(n), sent(seq[n]), answer(seq[n], ms)))
			case 2:
				seq[n]++
				s.Record(of(int32(n), sent(seq[n])))
			case 3:
				tunnel := fmt.Sprintf("t%d", random.IntN(tunnels))
				s.SetRoute(random.IntN(tunnels/2), &Route{Prefix: "10.0.0.0/8", Device: "gre1", Tunnel: tunnel}, now)
			}
		}
		f.look(now)
		if step > 0 {
			told += len(f.changes.Tunnels)
		}
		if diff := cmp.Diff(verdicts(s.Report(now, nil)), verdicts(&f.known)); diff != "" {
			t.Fatalf("step %d: (-is +known) %s", step, diff)
		}
	}
	if f.whole != 1 {
		t.Errorf("the whole fleet was read %d times, want once", f.whole)
	}
	if told == 0 || told > 2*2000 {
		t.Errorf("told of %d rows in 2,000 looks", told)
	}
}

// What is measured is no change.
func TestMeasuresAreNoChange(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	s.Record(exchange(1, 1, ms))
	s.Record([]probe.Event{line(session.Pending, session.Up, epoch)})
	f := &follower{store: s}
	f.look(at(1))
	s.Record(exchange(2, 50, ms))
	f.look(at(2))
	if n := len(f.changes.Tunnels); n != 0 || f.changes.Whole {
		t.Errorf("%d changes of measures, whole %v", n, f.changes.Whole)
	}
	if !f.changes.Time.Equal(at(2)) {
		t.Errorf("changes are of %v", f.changes.Time)
	}
}

// Who missed more than is kept, asks another store than before, or knows nothing, has
// to read everything.
func TestChangesThatAreNotKept(t *testing.T) {
	s := NewStore(oneTunnel(), epoch)
	old := s.Changes(epoch, 0, nil)
	if !old.Whole {
		t.Error("who knows nothing is told of changes")
	}
	flap := func() {
		s.Record([]probe.Event{line(session.Up, session.Down, at(1)), line(session.Down, session.Up, at(1))})
	}
	for range leastChanges / 2 {
		flap()
	}
	if c := s.Changes(at(2), old.Version, nil); c.Whole || len(c.Tunnels) != 1 {
		t.Errorf("whole %v, %d rows, want the one that changed", c.Whole, len(c.Tunnels))
	}
	flap()
	if c := s.Changes(at(3), old.Version, nil); !c.Whole {
		t.Error("changes that were overwritten are told as all")
	}
	if c := NewStore(oneTunnel(), epoch).Changes(at(1), old.Version, nil); !c.Whole {
		t.Error("another store takes a version for its own")
	}
}

// A row that is asked for is that of a report.
func TestOneRow(t *testing.T) {
	inv := manyTunnels(6)
	inv.Tunnels[2].Enabled = false
	s := NewStore(inv, epoch)
	s.Record(of(3, exchange(1, 9, ms)...))
	s.Record(of(1, sent(1), sent(2), probe.Event{Kind: probe.Asked, At: at(2)}, line(session.Pending, session.Down, at(3))))
	want := s.Report(at(5), nil)
	var got TunnelReport // the memory of one is the next one's
	for i := range want.Tunnels {
		if !s.Tunnel(i, at(5), &got) {
			t.Errorf("no tunnel %d", i)
		}
		if !reflect.DeepEqual(want.Tunnels[i], got) {
			t.Errorf("tunnel %d: %+v, want %+v", i, got, want.Tunnels[i])
		}
	}
	for i := range want.Spokes {
		var got SpokeReport
		if !s.Spoke(i, at(5), &got) || !reflect.DeepEqual(want.Spokes[i], got) {
			t.Errorf("spoke %d: %+v, want %+v", i, got, want.Spokes[i])
		}
	}
	var none SpokeReport
	if s.Tunnel(-1, at(5), &got) || s.Tunnel(6, at(5), &got) || s.Spoke(-1, at(5), &none) || s.Spoke(3, at(5), &none) {
		t.Error("a row that does not exist")
	}
}

// Many changes at once are told in several steps, each once.
func TestChangesAcrossChunks(t *testing.T) {
	const n = 5*reportRows + 3
	s := NewStore(manyTunnels(n), epoch)
	f := &follower{store: s}
	f.look(epoch)
	for i := range int32(n) {
		s.Record(of(i, line(session.Pending, session.Up, at(1)), line(session.Up, session.Down, at(1))))
	}
	f.look(at(2))
	if got := len(f.changes.Tunnels); got != n && !f.changes.Whole {
		t.Errorf("%d rows, want %d", got, n)
	}
	if diff := cmp.Diff(verdicts(s.Report(at(2), nil)), verdicts(&f.known)); diff != "" {
		t.Error(diff)
	}
}

// BenchmarkChanges: what a look costs where one tunnel changed since the last.
func BenchmarkChanges(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			inv := manyTunnels(n)
			for i := range inv.Tunnels {
				inv.Tunnels[i].Interval = time.Second
			}
			s := NewStore(inv, epoch)
			for i := range n { // all but tunnel 7 are heard after it fails: it is alone
				answered := answer(1, time.Millisecond)
				answered.At = at(6)
				if i == 7 {
					answered.At = at(1)
				}
				s.Record(of(int32(i), sent(1), answered, line(session.Pending, session.Up, at(5))))
			}
			c := s.Changes(epoch, 0, nil)
			to := [...]session.State{session.Down, session.Up}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				s.Record(of(7, line(to[(i+1)%2], to[i%2], at(5.5))))
				c = s.Changes(at(5.5), c.Version, c)
			}
			if len(c.Tunnels) != 1 {
				b.Errorf("%d rows", len(c.Tunnels))
			}
		})
	}
}
