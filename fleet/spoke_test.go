package fleet

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/session"
)

// site drives the three tunnels of one spoke and knows their states.
type site struct {
	t       *testing.T
	store   *Store
	tunnels []Tunnel
	states  []State
	seq     uint32
	seen    uint64 // number of the last change that was checked
	last    SpokeReport
	now     time.Time
	times   [2]time.Duration // on backup, unprotected
}

// standing is how a spoke is reached, and what stands behind that.
type standing struct {
	path      Path
	active    string
	protected bool
	next      string
	dead      string // joined by spaces
}

func standingOf(r *SpokeReport) standing {
	return standing{r.Path, r.Active, r.Protected, r.Next, strings.Join(r.DeadBackups, " ")}
}

func newSite(t *testing.T, ranks [3]int, disabled [3]bool) *site {
	inv := &Inventory{Spokes: []Spoke{{Name: "seoul"}}}
	states := make([]State, 3)
	for i, rank := range ranks {
		inv.Tunnels = append(inv.Tunnels, Tunnel{
			Name: fmt.Sprint("t", i), Spoke: "seoul", Rank: rank, Enabled: !disabled[i], DegradedRTT: 10 * ms,
		})
		states[i] = Pending
		if disabled[i] {
			states[i] = Disabled
		}
	}
	s := &site{t: t, store: NewStore(inv, epoch), tunnels: inv.Tunnels, states: states, now: epoch}
	s.last = s.report().Spokes[0]
	if want := s.expect(""); standingOf(&s.last) != want {
		t.Errorf("%v at start: %+v, want %+v", states, s.last, want)
	}
	return s
}

func (s *site) report() *Report { return s.store.Report(s.now, nil) }

// move brings one tunnel into a state, a second after the last one, and checks
// the spoke.
func (s *site) move(i int, to State) {
	number := s.store.numbers[i]
	s.now = s.now.Add(time.Second)
	s.addTimes(time.Second)
	s.states[i] = to
	switch to {
	case Pending:
		s.record(number, line(0, session.Pending, s.now))
	case Down:
		s.record(number, line(0, session.Down, s.now))
	case Up:
		s.record(number, line(0, session.Up, s.now))
		s.exchange(number, 60, time.Microsecond)
	case Degraded:
		s.record(number, line(0, session.Up, s.now))
		s.exchange(number, 1, time.Second)
	}
	s.check()
}

// addTimes adds up what the spoke's times must be. All sites have three tunnels,
// so protection is configured.
func (s *site) addTimes(passed time.Duration) {
	if s.last.Path == PathBackup {
		s.times[0] += passed
	}
	if s.last.Active != "" && !s.last.Protected {
		s.times[1] += passed
	}
}

func (s *site) record(number int32, events ...probe.Event) { s.store.Record(of(number, events...)) }

func (s *site) exchange(number int32, n int, rtt time.Duration) {
	for range n {
		s.seq++
		s.record(number, sent(s.seq), answer(s.seq, rtt))
	}
}

// check compares the spoke with the rule, and what changed with the changes.
func (s *site) check() {
	s.t.Helper()
	r := s.report()
	for i := range s.states {
		if r.Tunnels[i].State != s.states[i] {
			s.t.Fatalf("tunnel %d is %s, want %s", i, r.Tunnels[i].State, s.states[i])
		}
	}
	got := r.Spokes[0]
	if want := s.expect(s.last.Active); standingOf(&got) != want {
		s.t.Fatalf("%v after %q: %+v, want %+v", s.states, s.last.Active, standingOf(&got), want)
	}
	if times := [2]time.Duration{got.OnBackup, got.Unprotected}; times != s.times {
		s.t.Fatalf("%v: %v on backup and unprotected, want %v", s.states, times, s.times)
	}
	s.checkEvents(got)
	s.checkTakeover(got)
	s.last = got
}

// checkTakeover holds Next to its word: once what is pending is known, it is what
// carries the traffic after the active tunnel went down.
func (s *site) checkTakeover(got SpokeReport) {
	s.t.Helper()
	was := s.last
	if was.Active == "" || slices.Contains(s.states, Pending) {
		return
	}
	fell := s.states[slices.IndexFunc(s.tunnels, func(t Tunnel) bool { return t.Name == was.Active })] == Down
	if fell && got.Active != was.Next {
		s.t.Fatalf("%v: %q took over from %q, and %q was to", s.states, got.Active, was.Active, was.Next)
	}
}

func (s *site) checkEvents(got SpokeReport) {
	s.t.Helper()
	var changes []Event
	events, _ := s.store.EventsSince(s.seen)
	for _, e := range events {
		s.seen = e.Number
		if e.Spoke != "" {
			changes = append(changes, e)
		}
	}
	was := s.last
	if got.Path == was.Path && got.Active == was.Active && got.Protected == was.Protected {
		if len(changes) != 0 {
			s.t.Fatalf("changes though nothing changed: %+v", changes)
		}
		return
	}
	want := Event{Time: s.now, Spoke: "seoul", FromPath: was.Path, ToPath: got.Path, Active: got.Active, Protected: got.Protected}
	if len(changes) == 1 {
		want.Number = changes[0].Number
	}
	if len(changes) != 1 || changes[0] != want {
		s.t.Fatalf("changes %+v\nwant one: %+v", changes, want)
	}
}

// expect is the rule, stated for all tunnels at once, for a spoke whose active
// tunnel was before.
func (s *site) expect(before string) standing {
	reached := func(i int) bool { return s.states[i] == Up || s.states[i] == Degraded }
	all := func(holds func(i int) bool) bool {
		return holds(0) && holds(1) && holds(2)
	}
	rank := func(i int) int { return s.tunnels[i].Rank }
	var best []string
	for i := range s.states {
		if s.states[i] == Pending && all(func(j int) bool { return !reached(j) || rank(j) > rank(i) }) {
			return standing{path: PathPending}
		}
		if reached(i) && all(func(j int) bool { return !reached(j) || rank(j) >= rank(i) }) {
			best = append(best, s.tunnels[i].Name)
		}
	}
	if len(best) == 0 {
		return standing{path: PathNone}
	}
	want := standing{path: PathBackup, active: best[0]}
	if slices.Contains(best, before) {
		want.active = before
	}
	at := slices.IndexFunc(s.tunnels, func(t Tunnel) bool { return t.Name == want.active })
	if all(func(j int) bool { return rank(j) >= rank(at) }) {
		want.path = PathPrimary
	}
	want.protected = !all(func(j int) bool { return j == at || !reached(j) })
	var dead []string
	for i := 2; i >= 0; i-- { // backwards: of those of one rank the first in the file is left
		if i != at && reached(i) && all(func(j int) bool { return j == at || !reached(j) || rank(j) >= rank(i) }) {
			want.next = s.tunnels[i].Name
		}
		if s.states[i] == Down && rank(i) >= rank(at) {
			dead = slices.Insert(dead, 0, s.tunnels[i].Name)
		}
	}
	want.dead = strings.Join(dead, " ")
	return want
}

var (
	someRanks    = [][3]int{{1, 2, 3}, {3, 2, 1}, {1, 1, 2}, {1, 2, 2}, {5, 5, 5}, {2, 1, 1}, {0, 1, 2}}
	probedStates = []State{Pending, Up, Degraded, Down}
)

// Every combination of states, disabled included, reached in every order.
func TestSpokePathIsComplete(t *testing.T) {
	orders := [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
	combinations := map[[3]State]bool{}
	for _, ranks := range someRanks {
		for _, order := range orders {
			eachCombination(func(states [3]State) {
				combinations[states] = true
				var disabled [3]bool
				for i := range states {
					disabled[i] = states[i] == Disabled
				}
				s := newSite(t, ranks, disabled)
				for _, i := range order {
					if !disabled[i] {
						s.move(i, states[i])
					}
				}
			})
		}
	}
	if len(combinations) != 125 {
		t.Errorf("%d combinations, want 5³", len(combinations))
	}
}

func eachCombination(try func([3]State)) {
	five := append([]State{Disabled}, probedStates...)
	for _, a := range five {
		for _, b := range five {
			for _, c := range five {
				try([3]State{a, b, c})
			}
		}
	}
}

// Long histories: what is active depends on what was.
func TestSpokePathOverTime(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, ranks := range someRanks {
		s := newSite(t, ranks, [3]bool{})
		for range 400 {
			s.move(random.IntN(3), probedStates[random.IntN(4)])
		}
	}
}

// Every order in which three tunnels can fail and recover, six changes long.
func TestSpokeEveryOrder(t *testing.T) {
	if raceEnabled {
		t.Skip("long, and for one goroutine: -race has nothing to find")
	}
	for _, ranks := range someRanks {
		for order := range 3 * 3 * 3 * 3 * 3 * 3 {
			s := newSite(t, ranks, [3]bool{})
			for i := range 3 {
				s.move(i, Up)
			}
			for n := order; s.now.Before(at(9)); n /= 3 {
				s.move(n%3, map[State]State{Up: Down, Down: Up}[s.states[n%3]])
			}
		}
	}
}

// The same rule, written out for the cases an operator meets.
func TestSpokeByHand(t *testing.T) {
	s := newSite(t, [3]int{1, 2, 3}, [3]bool{false, false, true})
	steps := []struct {
		tunnel    int
		to        State
		path      Path
		active    string
		rank      int
		protected bool
		next      string
		dead      string
	}{
		{1, Up, PathPending, "", 0, false, "", ""}, // no failover is reported while the primary is pending
		{0, Up, PathPrimary, "t0", 1, true, "t1", ""},
		{0, Degraded, PathPrimary, "t0", 1, true, "t1", ""},
		{0, Down, PathBackup, "t1", 2, false, "", ""}, // the primary is no backup
		{1, Down, PathNone, "", 0, false, "", ""},
		{1, Up, PathBackup, "t1", 2, false, "", ""},
		{0, Up, PathPrimary, "t0", 1, true, "t1", ""},
		{1, Down, PathPrimary, "t0", 1, false, "", "t1"},
	}
	for i, step := range steps {
		s.move(step.tunnel, step.to)
		got := s.last
		if got.Path != step.path || got.Active != step.active || got.Rank != step.rank || got.Protected != step.protected || !got.Ranked {
			t.Errorf("step %d: %+v, want %+v", i, got, step)
		}
		if got.Next != step.next || strings.Join(got.DeadBackups, " ") != step.dead {
			t.Errorf("step %d: next %q, dead %q; want %q and %q", i, got.Next, got.DeadBackups, step.next, step.dead)
		}
	}
	// A second a step: on backup after the fourth and the sixth; without
	// protection then, and from the eighth on.
	s.now = s.now.Add(10 * time.Second)
	if got := s.report().Spokes[0]; got.OnBackup != 2*time.Second || got.Unprotected != 12*time.Second {
		t.Errorf("%v on backup, %v unprotected; want 2 s and 12 s", got.OnBackup, got.Unprotected)
	}
}

func TestSpokeEvents(t *testing.T) {
	inv := manyTunnels(2)
	s := NewStore(inv, epoch)
	s.Record(of(0, line(session.Pending, session.Up, at(1))))
	s.Record(of(1, line(session.Pending, session.Up, at(2))))
	s.Record(of(0, line(session.Up, session.Down, at(3))))
	s.Record(of(0, line(session.Down, session.Up, at(4))))
	want := []string{
		"pending>up", "s0:pending>primary t0 false",
		"pending>up", "s0:primary>primary t0 true",
		"up>down", "s0:primary>backup t1 false",
		"down>up", "s0:backup>primary t0 true",
	}
	if got := changesOf(t, s); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := s.Report(at(9), nil).Spokes[0].Since; !got.Equal(at(4)) {
		t.Errorf("since %v", got)
	}
}

// A spoke keeps since while only its protection changes.
func TestSpokeSinceIsThatOfThePath(t *testing.T) {
	s := NewStore(manyTunnels(2), epoch)
	s.Record(of(0, line(session.Pending, session.Up, at(1))))
	s.Record(of(1, line(session.Pending, session.Up, at(2))))
	if got := s.Report(at(9), nil).Spokes[0].Since; !got.Equal(at(1)) {
		t.Errorf("since %v, want the first second", got)
	}
}

func TestSpokesWithoutRank(t *testing.T) {
	inv := &Inventory{
		Spokes: []Spoke{{Name: "empty"}, {Name: "off"}, {Name: "single"}},
		Tunnels: []Tunnel{
			{Name: "a", Spoke: "off", Rank: 1},
			{Name: "b", Spoke: "single", Rank: 1, Enabled: true},
			{Name: "c", Spoke: "undeclared", Rank: 1, Enabled: true},
			{Name: "d", Enabled: true},
		},
	}
	s := NewStore(inv, epoch)
	for i := range int32(3) {
		s.Record(of(i, line(session.Pending, session.Up, at(1))))
	}
	r := s.Report(at(2), nil)
	want := []Path{PathNone, PathNone, PathPrimary}
	for i, sp := range r.Spokes {
		if sp.Path != want[i] || sp.Ranked || sp.Protected {
			t.Errorf("%s: %+v, want path %s", sp.Spoke.Name, sp, want[i])
		}
	}
	if r.Summary.Unprotected != 0 {
		t.Errorf("%d unprotected: none expects protection", r.Summary.Unprotected)
	}
	want2 := []string{"pending>up", "single:pending>primary b false", "pending>up", "pending>up"}
	if got := changesOf(t, s); !slices.Equal(got, want2) {
		t.Errorf("got %q", got)
	}
}
