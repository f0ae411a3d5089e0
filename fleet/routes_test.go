package fleet

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"greylag/probe"
	"greylag/probe/session"
)

// routedFleet is seoul with two ranked tunnels by two devices, one tunnel that is
// disabled, and one of another spoke.
func routedFleet() *Store {
	return NewStore(&Inventory{
		Spokes: []Spoke{{Name: "seoul"}, {Name: "lima"}},
		Tunnels: []Tunnel{
			{Name: "a", Spoke: "seoul", Rank: 1, Enabled: true},
			{Name: "off", Spoke: "seoul", Rank: 3},
			{Name: "b", Spoke: "seoul", Rank: 2, Enabled: true},
			{Name: "c", Spoke: "lima", Rank: 1, Enabled: true},
		},
	}, epoch)
}

// into is a route for seoul that points into a tunnel by a device.
func into(device, tunnel string) *Route {
	return &Route{Prefix: "10.17.0.0/16", Device: device, Tunnel: tunnel}
}

// told is what an event says of a contradiction.
type told struct {
	spoke  string
	at     time.Time
	black  bool
	route  string // the device
	path   Path
	active string
	detail string
}

// contradictions returns the events about routes.
func contradictions(t *testing.T, s *Store) (list []told) {
	t.Helper()
	events, _ := s.EventsSince(0)
	for _, e := range events {
		if e.Route == nil {
			continue
		}
		if e.FromPath != e.ToPath || e.Tunnel != "" {
			t.Errorf("no event of a route alone: %+v", e)
		}
		list = append(list, told{e.Spoke, e.Time, e.BlackHole, e.Route.Device, e.ToPath, e.Active, e.Detail})
	}
	return list
}

func TestBlackHole(t *testing.T) {
	up := func(tunnel int32, when float64) []probe.Event {
		return of(tunnel, line(session.Down, session.Up, at(when)))
	}
	down := func(tunnel int32, when float64) []probe.Event {
		return of(tunnel, line(session.Up, session.Down, at(when)))
	}
	points := "the route 10.17.0.0/16 points into "
	begins := told{"seoul", at(9), true, "gre1", PathBackup, "b",
		points + "gre1, which is a, down since 19:00:09 UTC: its traffic is lost (R2)"}
	tests := []struct {
		name string
		do   func(s *Store) // after a and b came up, and seoul's route points into a
		want []told
	}{
		{"nothing", func(s *Store) {}, nil},
		{"another tunnel goes down", func(s *Store) { s.Record(down(1, 9)) }, nil},
		{"the line changes", func(s *Store) {
			s.Record(down(0, 9))
			s.Record(up(0, 12))
		}, []told{begins, {"seoul", at(12), false, "gre1", PathPrimary, "a", points + "gre1, which is a and no longer down"}}},
		{"the route follows", func(s *Store) {
			s.Record(down(0, 9))
			s.SetRoute(0, into("gre2", "b"), at(10))
			s.Record(up(0, 12))
		}, []told{begins, {"seoul", at(10), false, "gre2", PathBackup, "b", points + "gre2, which is b, and no longer into a, which is down"}}},
		{"the route leaves the fleet", func(s *Store) {
			s.Record(down(0, 9))
			s.SetRoute(0, &Route{Prefix: "0.0.0.0/0", Device: "eth0", Gateway: "192.0.2.1"}, at(10))
		}, []told{begins, {"seoul", at(10), false, "eth0", PathBackup, "b",
			"the route 0.0.0.0/0 is by eth0 to 192.0.2.1, and points no longer into a, which is down"}}},
		{"the route drops", func(s *Store) {
			s.Record(down(0, 9))
			s.SetRoute(0, &Route{Prefix: "10.17.0.0/16", Type: "unreachable"}, at(10))
		}, []told{begins, {"seoul", at(10), false, "", PathBackup, "b",
			"the route 10.17.0.0/16 is of type unreachable, and points no longer into a, which is down"}}},
		{"the route is withdrawn", func(s *Store) {
			s.Record(down(0, 9))
			s.SetRoute(0, nil, at(10))
		}, []told{begins, {"seoul", at(10), false, "gre1", PathBackup, "b",
			"the route is withdrawn: nothing points into a, which is down, any more"}}},
		{"out of one black hole into another", func(s *Store) {
			s.Record(down(0, 9))
			s.Record(down(1, 10))
			s.SetRoute(0, into("gre2", "b"), at(11))
		}, []told{begins, {"seoul", at(11), true, "gre2", PathNone, "",
			points + "gre2, which is b, down since 19:00:10 UTC: its traffic is lost (R2)"}}},
		{"the route comes late", func(s *Store) {
			s.SetRoute(0, into("eth9", ""), at(8))
			s.Record(down(0, 9))
			s.SetRoute(0, into("gre1", "a"), at(86400+5))
		}, []told{{"seoul", at(86405), true, "gre1", PathBackup, "b",
			points + "gre1, which is a, down since 2026-11-22 19:00:09 UTC: its traffic is lost (R2)"}}},
		{"told twice", func(s *Store) {
			s.Record(down(0, 9))
			s.SetRoute(0, into("gre1", "a"), at(10))
			s.SetRoute(0, into("gre1", "a"), at(11))
		}, []told{begins}},
		{"shared among ways", func(s *Store) {
			r := into("gre1", "a")
			r.NextHops = 2
			s.SetRoute(0, r, at(8))
			s.Record(down(0, 9))
		}, []told{{"seoul", at(9), true, "gre1", PathBackup, "b",
			points + "gre1, which is a, down since 19:00:09 UTC: a part of its traffic is lost (R2)"}}},
		{"into another spoke's tunnel", func(s *Store) {
			s.SetRoute(0, into("gre3", "c"), at(8))
			s.Record(down(2, 9))
		}, []told{{"seoul", at(9), true, "gre3", PathPrimary, "a",
			points + "gre3, which is c, down since 19:00:09 UTC: its traffic is lost (R2)"}}},
		{"into a disabled tunnel, one that is pending, one of nobody's", func(s *Store) {
			s.SetRoute(0, into("gre9", "off"), at(8))
			s.SetRoute(0, into("gre9", "c"), at(8))
			s.SetRoute(0, into("gre9", "nobody's"), at(8))
			s.Record(down(0, 9))
		}, nil},
		{"of no spoke", func(s *Store) {
			s.Record(down(0, 9))
			s.SetRoute(2, into("gre1", "a"), at(10))
			s.SetRoute(-1, into("gre1", "a"), at(10))
		}, []told{begins}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := routedFleet()
			s.Record(up(0, 1))
			s.Record(up(1, 2))
			s.SetRoute(0, into("gre1", "a"), at(3))
			tt.do(s)
			if diff := cmp.Diff(tt.want, contradictions(t, s), cmp.AllowUnexported(told{})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// The report says what the events did.
func TestBlackHoleInReports(t *testing.T) {
	s := routedFleet()
	route := into("gre1", "a")
	s.SetRoute(0, route, at(1))
	if r := s.Report(at(2), nil).Spokes[0]; r.Route != route || r.BlackHole || !r.BlackHoleSince.IsZero() {
		t.Errorf("pending: %+v", r)
	}
	s.Record(of(0, line(session.Pending, session.Down, at(3))))
	s.SetRoute(0, into("gre9", "a"), at(5))
	if r := s.Report(at(6), nil).Spokes[0]; !r.BlackHole || !r.BlackHoleSince.Equal(at(3)) || r.Route.Device != "gre9" {
		t.Errorf("down: %+v", r)
	}
	s.SetRoute(0, nil, at(7))
	if r := s.Report(at(8), nil); r.Spokes[0].BlackHole || r.Spokes[0].Route != nil || r.Spokes[1].Route != nil {
		t.Errorf("withdrawn: %+v", r.Spokes)
	}
}

// A route fact comes after what was recorded before it, though a reader held the
// rows then.
func TestRouteAfterQueuedEvents(t *testing.T) {
	s := routedFleet()
	s.mu.Lock()
	s.Record(of(0, line(session.Pending, session.Down, at(1))))
	s.mu.Unlock()
	s.SetRoute(0, into("gre1", "a"), at(2))
	got := contradictions(t, s)
	if len(got) != 1 || !got[0].at.Equal(at(2)) {
		t.Errorf("%+v, want one at the second second: the line was down already", got)
	}
}

// Random histories of lines and routes against the rule stated anew: there is an
// event exactly when the dead tunnel that the route points into is another one.
func TestBlackHoleOverTime(t *testing.T) {
	names := []string{"a", "b", "c", ""}
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 17))
		s := routedFleet()
		var lines [3]session.State
		routes := [2]string{"", ""}
		var dead [2]string
		var want []string
		for step := range 300 {
			when := at(float64(step))
			if random.IntN(2) == 0 {
				i, to := random.IntN(3), session.Pending+session.State(random.IntN(3))
				lines[i] = to
				s.Record(of(int32(i), line(0, to, when)))
			} else {
				spoke, name := random.IntN(2), names[random.IntN(4)]
				routes[spoke] = name
				s.SetRoute(spoke, into("gre", name), when)
			}
			for spoke, name := range routes {
				now := ""
				for i, n := range names[:3] {
					if n == name && lines[i] == session.Down {
						now = name
					}
				}
				if now != dead[spoke] {
					want = append(want, fmt.Sprint(step, spoke, now != ""))
				}
				dead[spoke] = now
			}
		}
		var got []string
		for _, e := range contradictions(t, s) {
			spoke := map[string]int{"seoul": 0, "lima": 1}[e.spoke]
			got = append(got, fmt.Sprint(int(e.at.Sub(epoch).Seconds()), spoke, e.black))
		}
		slices.Sort(want) // one line may concern both spokes
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" || len(want) < 20 {
			t.Fatalf("seed %d, %d events (-want +got)\n%s", seed, len(want), diff)
		}
	}
}

// Whoever follows the routes, the engine and a reader are three goroutines.
func TestRoutesConcurrently(t *testing.T) {
	s := routedFleet()
	var all sync.WaitGroup
	for _, work := range []func(i int){
		func(i int) { s.SetRoute(i%2, into("gre1", []string{"a", "b", "c"}[i%3]), at(float64(i))) },
		func(i int) {
			s.Record(of(int32(i%3), line(0, session.Up+session.State(i/3%2), at(float64(i)))))
		},
		func(i int) { s.Report(at(float64(i)), nil) },
	} {
		all.Go(func() {
			for i := range 500 {
				work(i)
			}
		})
	}
	all.Wait()
	var black [2]bool
	for _, e := range contradictions(t, s) {
		black[map[string]int{"seoul": 0, "lima": 1}[e.spoke]] = e.black
	}
	for i, r := range s.Report(at(501), nil).Spokes {
		if r.BlackHole != black[i] {
			t.Errorf("%s: the report says %v, the last event %v", r.Spoke.Name, r.BlackHole, black[i])
		}
	}
}
