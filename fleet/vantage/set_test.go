package vantage

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/replica"
	"greylag/fleet/stream"
)

// Rows are those of the point one stands on, in an order that is the same everywhere;
// each says how the others see it.
func TestReport(t *testing.T) {
	one, two := newHost("jump1"), newHost("jump2")
	s := setOf(one, two)
	r := s.Report(at(0), nil)
	expect(t, "before anything came", shown(r), "")
	one.tells(1, "a=up b=down c=up")
	expect(t, "one has told", shown(s.Report(at(1), nil)), "a=up[up -/stale] b=down[down -/stale] c=up[up -/stale]")
	two.tells(2, "d=up b=up a=up")
	want := "a=up[up up] b=down[down up !] c=up[up -] d=unseen[- up]"
	r = s.Report(at(2), nil)
	expect(t, "both have", shown(r), want)
	if n := r.Summary.Tunnels; n[fleet.Up] != 2 || n[fleet.Down] != 1 || n[fleet.Unseen] != 1 {
		t.Errorf("counts %v", n)
	}
	s.Stand(1)
	expect(t, "from the other", shown(s.Report(at(3), nil)), "a=up[up up] b=up[down up !] c=unseen[up -] d=up[- up]")
	s.Stand(7)
	s.Stand(-1)
	if got := s.Status(at(3)).Label; got != "jump2" {
		t.Errorf("standing on %s", got)
	}
}

func TestSpokes(t *testing.T) {
	one, two := newHost("jump1"), newHost("jump2")
	s := setOf(one, two)
	one.reaches(1, "seoul", fleet.PathPrimary)
	two.reaches(1, "seoul", fleet.PathBackup)
	two.reaches(1, "lima", fleet.PathNone)
	expect(t, "paths", shown(s.Report(at(1), nil)), "seoul=primary[primary -] lima=unseen[- none]")
	two.Apply(stream.Record{Spoke: &fleet.SpokeReport{Spoke: &fleet.Spoke{Name: "seoul"}, Time: at(2), Path: fleet.PathBackup}}, at(2))
	expect(t, "paths", shown(s.Report(at(2), nil)), "seoul=primary[primary backup !] lima=unseen[- none]")
}

// A source that ends, goes or is silent is stale, and disagrees with nobody.
func TestStale(t *testing.T) {
	one, two := newHost("jump1"), newHost("jump2")
	s := setOf(one, two)
	one.tells(1, "a=up")
	two.tells(1, "a=down")
	expect(t, "fresh", shown(s.Report(at(2), nil)), "a=up[up down !]")
	one.tells(30, "a=up")
	expect(t, "nearly silent", shown(s.Report(at(30.9), nil)), "a=up[up down !]")
	expect(t, "silent for 30 s", shown(s.Report(at(31), nil)), "a=up[up down/stale]")
	two.tells(32, "a=down")
	expect(t, "it speaks again", shown(s.Report(at(32), nil)), "a=up[up down !]")
	for _, state := range []replica.State{replica.Stale, replica.Ended} {
		two.state, two.since = state, at(32)
		expect(t, string(state), shown(s.Report(at(33), nil)), "a=up[up down/stale]")
		two.tells(33, "a=down")
		expect(t, "live", shown(s.Report(at(33.5), nil)), "a=up[up down !]")
	}
}

// Patience is three of a source's periods, within bounds.
func TestPatience(t *testing.T) {
	for _, c := range []struct{ every, want time.Duration }{
		{0, 30 * time.Second}, {-1, 30 * time.Second}, {100 * time.Millisecond, 5 * time.Second}, {time.Minute, 3 * time.Minute}, {1 << 62, time.Hour},
	} {
		if got := Patience(&replica.Status{Every: c.every, Whole: true}); got != c.want {
			t.Errorf("%v: %v, want %v", c.every, got, c.want)
		}
	}
	if year := 365 * 24 * time.Hour; Patience(&replica.Status{}) < year {
		t.Error("what tells events only is stale though nothing happens")
	}
}

// Whoever takes in the changes knows what a report says, whatever happens.
func TestChangesTellAll(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 0))
	hosts := []*host{newHost("jump1"), newHost("jump2"), newHost("jump3")}
	s := setOf(hosts...)
	names := strings.Fields("a b c d e f g h")
	states := []string{"up", "down", "degraded", "pending"}
	var reader, lazy follower
	for i := range 200 {
		now := float64(i)
		h := hosts[random.IntN(3)]
		switch random.IntN(10) {
		case 0:
			s.Stand(random.IntN(3))
		case 1:
			h.state = replica.Stale
		case 2, 3, 4, 5:
			var words []string
			for _, name := range names[:2+random.IntN(len(names)-1)] {
				words = append(words, name+"="+states[random.IntN(len(states))])
			}
			random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
			h.tells(now, strings.Join(words, " "))
		default:
			h.changes(now, names[random.IntN(len(names))], fleet.Up, fleet.State(states[random.IntN(len(states))]))
		}
		got := reader.follow(s, at(now+0.5))
		expect(t, "changes", got, shown(s.Report(at(now+0.5), nil)))
		if random.IntN(9) == 0 {
			expect(t, "changes, seldom", lazy.follow(s, at(now+0.5)), got)
		}
	}
	if reader.wholes > 160 {
		t.Errorf("%d of 200 looks told all", reader.wholes)
	}
}

// A report that names the same tunnels leaves all in place, and tells only what the
// stand's rows are, and what is seen otherwise.
func TestChangesAreFew(t *testing.T) {
	one, two := newHost("jump1"), newHost("jump2")
	s := setOf(one, two)
	one.tells(1, "a=up b=up c=up")
	two.tells(1, "c=up b=up a=up")
	c := s.Changes(at(1), 0, nil)
	two.tells(2, "c=up b=down a=up")
	c2 := s.Changes(at(2), c.Version, nil)
	if c2.Whole || len(c2.Positions) != 1 || c2.Positions[0] != 1 || !c2.Tunnels[0].Differ() || c2.Tunnels[0].State != fleet.Up {
		t.Errorf("the other's report: %+v", c2)
	}
	one.tells(3, "a=up b=up c=up")
	if c3 := s.Changes(at(3), c2.Version, nil); c3.Whole || len(c3.Positions) != 3 {
		t.Errorf("the stand's report: whole %v, %d rows", c3.Whole, len(c3.Positions))
	}
}

// Two points whose host has the same name are told apart.
func TestHosts(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, c := range []struct {
		labels, specs, want string
	}{
		{"jump1 jump2", "a b", "jump1,jump2"},
		{"jump1 jump1", "a b", "jump1 (a),jump1 (b)"},
		{"a jump1 jump1", "a b -", "a,jump1 (b),jump1 (-)"},
		{"a a", "a b", "a,a (b)"},
		{"b b b", "a a a", "b (a),b #2,b #3"},
		{long + " " + long + "y", "a b", long[:64] + " (a)," + long[:64] + " (b)"},
	} {
		var points []*point
		specs := strings.Fields(c.specs)
		for i, label := range strings.Fields(c.labels) {
			p := &point{Source: Source{Spec: specs[i]}}
			p.status.Label = label
			points = append(points, p)
		}
		expect(t, c.labels, strings.Join(hostsOf(points), ","), c.want)
	}
}

// A tunnel's views and keepalives are found by its place, wherever the point has it.
func TestViewAndOutcomes(t *testing.T) {
	one, two := newHost("jump1"), newHost("jump2")
	s := setOf(one, two)
	one.tells(1, "a=up b=up")
	two.tells(1, "c=up b=down")
	b := told(2, "b", fleet.Down)
	b.Recent = []fleet.PackedOutcome{fleet.Outcome{Fate: fleet.FateMissing}.Pack()}
	two.Apply(stream.Record{Tunnel: b}, at(2))
	s.Report(at(2), nil)
	var view fleet.TunnelReport
	if present, known := s.View(1, 1, &view); !known || !present.Equal(at(2)) || view.Tunnel.Name != "b" || view.State != fleet.Down {
		t.Errorf("the other's b: %+v", view)
	}
	for _, place := range [][2]int{{0, 2}, {1, 0}, {-1, 0}, {2, 0}, {0, -1}, {0, 3}} {
		if _, known := s.View(place[0], place[1], &view); known {
			t.Errorf("point %d knows %d", place[0], place[1])
		}
	}
	if n := len(s.Outcomes(1, nil)); n != 0 {
		t.Errorf("%d outcomes of the first's b", n)
	}
	s.Stand(1)
	if n := len(s.Outcomes(1, nil)); n != 1 {
		t.Errorf("%d outcomes of the second's b", n)
	}
	for _, place := range []int{-1, 0, 3} {
		if n := len(s.Outcomes(place, nil)); n != 0 {
			t.Errorf("%d outcomes at %d", n, place)
		}
	}
}
