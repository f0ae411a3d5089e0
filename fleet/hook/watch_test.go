package hook

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
)

// script is a watch with the clock of its test.
type script struct {
	w    *watch
	now  time.Time
	told []string
}

func newScript(minDown time.Duration, only fleet.Selection, on ...fleet.HookOn) *script {
	h := &fleet.Hook{On: on, MinDown: minDown, Only: only}
	return &script{w: newWatch(h, fleetOf(4)), now: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)}
}

// at takes in an event at a second, and notes what was told up to then.
func (s *script) at(second int, e fleet.Event) {
	s.until(second)
	e.Time = s.now
	s.note(s.w.event(&e, nil))
}

// until goes on to a second, by the deadlines on the way.
func (s *script) until(second int) {
	end := time.Date(2026, 11, 28, 12, 0, second, 0, time.UTC)
	for next := s.w.next(); !next.IsZero() && !next.After(end); next = s.w.next() {
		s.now = next
		s.note(s.w.advance(s.now, nil))
	}
	s.now = end
}

func (s *script) note(list []message) {
	for _, m := range list {
		word := "?"
		for _, state := range []string{"down", "up", "degraded", "primary", "backup", "none"} {
			if strings.Contains(string(m.line), `"to":"`+state+`"`) {
				word = state
			}
		}
		if strings.Contains(string(m.line), `"black_hole":true`) {
			word = "hole"
		} else if strings.Contains(string(m.line), `"black_hole":false`) {
			word = "no hole"
		}
		s.told = append(s.told, fmt.Sprintf("%d %s %s %s", s.now.Second(), m.on, m.subject, word))
	}
}

func change(tunnel string, from, to fleet.State) fleet.Event {
	return fleet.Event{Tunnel: tunnel, From: from, To: to}
}

func pathChange(from, to fleet.Path, active string, protected bool) fleet.Event {
	return fleet.Event{Spoke: "s0", FromPath: from, ToPath: to, Active: active, Protected: protected}
}

var all = []fleet.HookOn{fleet.OnDown, fleet.OnUp, fleet.OnPath}

func TestDownAndUp(t *testing.T) {
	s := newScript(0, fleet.Selection{}, all...)
	s.at(1, change("t0", fleet.Pending, fleet.Up)) // a start is no news
	s.at(2, change("t1", fleet.Pending, fleet.Down))
	s.at(3, change("t0", fleet.Up, fleet.Degraded))
	s.at(4, change("t0", fleet.Degraded, fleet.Down))
	s.at(5, change("t0", fleet.Down, fleet.Up))
	s.at(6, change("t1", fleet.Down, fleet.Disabled))
	s.at(7, change("t1", fleet.Disabled, fleet.Pending))
	s.at(8, change("t1", fleet.Pending, fleet.Up))
	s.at(9, fleet.Event{Service: "journal", Is: "full"})
	expect(t, s.told, "2 down t1 down", "4 down t0 down", "5 up t0 up")
}

// TestMinDown: a flap is not told, and an up only where its down was.
func TestMinDown(t *testing.T) {
	s := newScript(10*time.Second, fleet.Selection{}, all...)
	s.at(1, change("t0", fleet.Up, fleet.Down))
	s.at(5, change("t0", fleet.Down, fleet.Up))
	s.at(6, change("t0", fleet.Up, fleet.Down))
	s.at(7, change("t1", fleet.Up, fleet.Down))
	s.at(14, change("t0", fleet.Down, fleet.Up)) // 13 s since the first, 8 since the second
	s.at(15, change("t0", fleet.Up, fleet.Down))
	s.at(30, change("t0", fleet.Down, fleet.Degraded))
	s.at(31, change("t1", fleet.Down, fleet.Up))
	s.until(59)
	expect(t, s.told, "17 down t1 down", "25 down t0 down", "30 up t0 degraded", "31 up t1 up")
	if len(s.w.held) > 0 || len(s.w.order) > 0 || len(s.w.told) > 0 {
		t.Errorf("left: %v %v %v", s.w.held, s.w.order, s.w.told)
	}
}

// TestOnlyUp: who asks for ups alone is told of outages that lasted.
func TestOnlyUp(t *testing.T) {
	s := newScript(10*time.Second, fleet.Selection{}, fleet.OnUp)
	s.at(1, change("t0", fleet.Up, fleet.Down))
	s.at(2, change("t0", fleet.Down, fleet.Up))
	s.at(3, change("t0", fleet.Up, fleet.Down))
	s.at(20, change("t0", fleet.Down, fleet.Up))
	expect(t, s.told, "20 up t0 up")
}

func TestPaths(t *testing.T) {
	s := newScript(0, fleet.Selection{}, all...)
	s.at(1, pathChange(fleet.PathPending, fleet.PathPrimary, "t0", false)) // a start
	s.at(2, pathChange(fleet.PathPrimary, fleet.PathPrimary, "t0", true))  // goes on
	s.at(3, pathChange(fleet.PathPrimary, fleet.PathBackup, "t2", false))
	s.at(4, pathChange(fleet.PathBackup, fleet.PathPrimary, "t0", true))
	s.at(5, pathChange(fleet.PathPrimary, fleet.PathPrimary, "t0", false))
	s.at(6, pathChange(fleet.PathPrimary, fleet.PathNone, "", false))
	s.at(7, pathChange(fleet.PathNone, fleet.PathPrimary, "t0", false))
	hole := fleet.Event{Spoke: "s0", FromPath: "primary", ToPath: "primary", Route: &fleet.Route{}, BlackHole: true}
	s.at(8, hole)
	hole.BlackHole = false
	s.at(9, hole)
	expect(t, s.told, "3 path s0 backup", "4 path s0 primary", "5 path s0 primary", "6 path s0 none", "7 path s0 primary",
		"8 path s0 hole", "9 path s0 no hole")
}

// TestPathMinDown: a path that is back before is not told, nor is a route.
func TestPathMinDown(t *testing.T) {
	s := newScript(10*time.Second, fleet.Selection{}, fleet.OnPath)
	s.at(1, pathChange(fleet.PathPending, fleet.PathPrimary, "t0", false))
	s.at(2, pathChange(fleet.PathPrimary, fleet.PathPrimary, "t0", true))
	s.at(3, pathChange(fleet.PathPrimary, fleet.PathBackup, "t2", false))
	s.at(9, pathChange(fleet.PathBackup, fleet.PathPrimary, "t0", true))
	s.at(20, pathChange(fleet.PathPrimary, fleet.PathBackup, "t2", false))
	s.at(25, pathChange(fleet.PathBackup, fleet.PathNone, "", false))
	s.at(40, pathChange(fleet.PathNone, fleet.PathPrimary, "t0", true))
	hole := fleet.Event{Spoke: "s0", FromPath: "primary", ToPath: "primary", Route: &fleet.Route{}, BlackHole: true}
	s.at(41, hole)
	hole.BlackHole = false
	s.at(45, hole)
	s.until(59)
	expect(t, s.told, "35 path s0 none", "50 path s0 primary")
}

func TestSelection(t *testing.T) {
	for _, c := range []struct {
		only fleet.Selection
		want []string
	}{
		{fleet.Selection{}, []string{"1 down t0 down", "2 down t1 down", "3 path s0 none"}},
		{fleet.Selection{Tunnels: []string{"*1"}}, []string{"2 down t1 down"}},
		{fleet.Selection{Tags: []string{"even"}}, []string{"1 down t0 down", "3 path s0 none"}},
		{fleet.Selection{Spokes: []string{"s1"}, Hubs: []string{"fra1"}}, []string{"2 down t1 down"}},
		{fleet.Selection{Hubs: []string{"lon1"}}, nil},
	} {
		s := newScript(0, c.only, all...)
		s.at(1, change("t0", fleet.Up, fleet.Down))
		s.at(2, change("t1", fleet.Up, fleet.Down))
		s.at(3, pathChange(fleet.PathPrimary, fleet.PathNone, "", false))
		expect(t, s.told, c.want...)
	}
}

// TestMissed: what waits may be over where events were missed.
func TestMissed(t *testing.T) {
	s := newScript(10*time.Second, fleet.Selection{}, all...)
	s.at(1, change("t0", fleet.Up, fleet.Down))
	s.w.lost()
	s.until(59)
	expect(t, s.told)
}

// TestIncidents: one is told when it has gone on for a while, with those that joined
// meanwhile, and when it is over; one that ends before is not.
func TestIncidents(t *testing.T) {
	start := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	at := func(second int) time.Time { return start.Add(time.Duration(second) * time.Second) }
	w := newIncidentWatch(newWatch(&fleet.Hook{On: []fleet.HookOn{fleet.OnIncident}, Only: fleet.Selection{Tags: []string{"even"}}}, fleetOf(4)))
	if list := w.changed(&fleet.Incident{Number: 1, Start: at(0), Members: []string{"t1"}}, nil); len(list) > 0 || len(w.open) > 0 {
		t.Error("told of another's tunnels")
	}
	w.changed(&fleet.Incident{Number: 2, Start: at(0), Members: []string{"t0"}}, nil)
	w.changed(&fleet.Incident{Number: 2, Start: at(0), End: at(1), Members: []string{"t0"}}, nil)
	w.changed(&fleet.Incident{Number: 3, Start: at(0), Members: []string{"t0"}}, nil)
	w.changed(&fleet.Incident{Number: 3, Start: at(0), Members: []string{"t0", "t1", "t2"}}, nil)
	if next := w.next(); !next.Equal(at(2)) || len(w.advance(at(1), nil)) > 0 {
		t.Errorf("told before %v, or due at %v", at(2), next)
	}
	list := w.advance(at(2), nil)
	if len(list) != 1 || list[0].subject != "3" || !strings.Contains(string(list[0].line), `"members":["t0","t1","t2"]`) {
		t.Fatalf("told %v", list)
	}
	if list = w.changed(&fleet.Incident{Number: 3, Start: at(0), Down: 2, Members: []string{"t0", "t1", "t2"}}, nil); len(list) > 0 {
		t.Error("told again of each change")
	}
	list = w.changed(&fleet.Incident{Number: 3, Start: at(0), End: at(9), Members: []string{"t0", "t1", "t2"}}, nil)
	if len(list) != 1 || !strings.Contains(string(list[0].line), `"end":`) || len(w.told)+len(w.open) > 0 {
		t.Errorf("told %v; left %v %v", list, w.told, w.open)
	}
}
