package probe_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe"
	"greylag/probe/simnet"
)

// named is a Sink that knows facts by their tunnels' names. A reload changes the names
// from within the loop, as it promises.
type named struct {
	begun time.Time
	names []string // only accessed by the loop
	told  map[string][]step
	mu    sync.Mutex // guards told while the loop runs
}

// of is what was told of a tunnel so far.
func (s *named) of(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprint(s.told[name])
}

func (s *named) Record(events []probe.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range history(events).protocol() {
		name := s.names[e.Tunnel]
		s.told[name] = append(s.told[name], step{e.At.Sub(s.begun), 0, e.Kind, e.Seq, e.Counter, e.From, e.To})
	}
}

func newNamed(tunnels []probe.Tunnel) *named {
	return &named{begun: time.Now(), names: namesOf(tunnels), told: map[string][]step{}}
}

func namesOf(tunnels []probe.Tunnel) (names []string) {
	for i := range tunnels {
		names = append(names, tunnels[i].Name)
	}
	return names
}

// reloads of a fleet, as a test wants them.
type reloads struct {
	stable, others int // tunnels that stay, and such that come, go and change
	interval       time.Duration
	maxRate        int
	times          int
}

// lists are the fleet as it is at first and after each reload, in any order.
func (r reloads) lists(random *rand.Rand) (lists [][]probe.Tunnel) {
	all := fleet(r.stable+r.others, r.interval)
	for i := range all {
		all[i].Retries, all[i].UpAfter = 1+i%4, 1+i%3
		all[i].Interval += time.Duration(i%3) * r.interval / 2
		all[i].Echo, all[i].Signed, all[i].MatchAddress = i%7 == 3, i%7 == 4, i%7 == 5
	}
	for range r.times + 1 {
		var list []probe.Tunnel
		for i, t := range all {
			if i >= r.stable {
				t.Retries += random.IntN(2)
			}
			if i < r.stable || random.IntN(2) == 0 {
				list = append(list, t)
			}
		}
		random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		lists = append(lists, list)
	}
	return lists
}

// reloadEvery is the time between two reloads: at no round moment.
const reloadEvery = 3*time.Second + 217*time.Millisecond

// run returns what an engine told of each tunnel. lists are the fleets that it probes
// one after the other.
func (r reloads) run(t *testing.T, lists [][]probe.Tunnel, reloading bool) (told map[string][]step) {
	synctest.Test(t, func(t *testing.T) {
		n := newSimulated(t)
		n.net.SetDefault(simnet.Impairment{Delay: 10 * time.Millisecond, Jitter: 200 * time.Millisecond, Loss: 0.1})
		var ends []*simnet.FarEnd
		for _, tunnel := range fleet(r.stable+r.others, r.interval) {
			ends = append(ends, n.farEnd(tunnel.Destination, simnet.Tunnel{}))
		}
		sink := newNamed(lists[0])
		e := startInto(t, n.conn(), sink, lists[0], probe.Options{MaxRate: r.maxRate, EchoID: echoID})
		now := lists[0]
		for i, next := range lists[1:] {
			time.Sleep(reloadEvery)
			if reloading {
				must(t, reload(e, sink, now, next, r.maxRate))
			}
			now = next
			for k := i % 2; k < len(ends); k += 5 {
				must(t, ends[k].SetScenario([]simnet.Scenario{simnet.Silent, simnet.Plain}[i/2%2]))
			}
		}
		time.Sleep(reloadEvery)
		e.stop(t)
		told = sink.told
	})
	return told
}

// reload puts other tunnels in the place of those that e probes.
func reload(e *running, sink *named, now, next []probe.Tunnel, maxRate int) error {
	p, err := e.Draft(next, probe.Succession(now, next), maxRate)
	if err != nil {
		return err
	}
	return e.Adopt(context.Background(), p, func() { sink.names = namesOf(next) })
}

// Tunnels that stay do not notice reloads: the same sends at the same instants, the
// same counters and states as in an engine that is never reloaded. The others come,
// go and begin anew.
func TestReloadLeavesTheOthersAlone(t *testing.T) {
	for name, r := range map[string]reloads{
		"few":           {9, 9, 3 * time.Second, 0, 8},
		"grid":          {150, 150, time.Second, 0, 6},
		"limited":       {150, 150, time.Second, 400, 6},
		"grid of 1 ms":  {1000, 3000, time.Second, 0, 2},
		"just few more": {40, 120, time.Second, 0, 6}, // with a grid and without
	} {
		t.Run(name, func(t *testing.T) {
			if probe.RaceEnabled && r.stable > 100 {
				t.Skip("too many for the race detector")
			}
			lists := r.lists(rand.New(rand.NewPCG(7, uint64(r.stable))))
			want, got := r.run(t, lists, false), r.run(t, lists, true)
			for _, tunnel := range fleet(r.stable, r.interval) {
				sameSteps(t, tunnel.Name, got[tunnel.Name], want[tunnel.Name])
			}
			r.checkOthers(t, lists, got)
		})
	}
}

// onTheGrid is how long a keepalive may wait for its turn: a grid's line, or 1 ms
// where others are due.
const onTheGrid = 10 * time.Millisecond

func sameSteps(t *testing.T, name string, got, want []step) {
	t.Helper()
	if len(want) < 4 {
		t.Fatalf("%s: %d steps only", name, len(want))
	}
	for i := range min(len(got), len(want)) {
		at := got[i].after
		if off := at - want[i].after; off.Abs() <= onTheGrid {
			got[i].after = want[i].after
		}
		if got[i] != want[i] {
			t.Fatalf("%s, step %d: %+v at %v; want %+v, as without reloads", name, i, got[i], at, want[i])
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%s: %d steps; want %d, as without reloads", name, len(got), len(want))
	}
}

// checkOthers checks the first keepalives of those that begin, and that those that
// have gone are silent.
func (r reloads) checkOthers(t *testing.T, lists [][]probe.Tunnel, told map[string][]step) {
	t.Helper()
	for n := 1; n < len(lists); n++ {
		from := time.Duration(n) * reloadEvery
		for i, old := range probe.Succession(lists[n-1], lists[n]) {
			tunnel := lists[n][i]
			s := between(told[tunnel.Name], from, from+reloadEvery)
			switch {
			case old >= 0:
			case len(s) == 0 || s[0].kind != probe.Sent || s[0].seq != 1:
				t.Fatalf("%s begins with reload %d by %+v", tunnel.Name, n, s[:min(3, len(s))])
			case s[0].after > from+tunnel.Interval || r.maxRate == 0 && s[0].after > from+time.Second+onTheGrid:
				t.Errorf("%s is first probed %v after reload %d", tunnel.Name, s[0].after-from, n)
			}
		}
		here := namesOf(lists[n])
		for name, s := range told {
			if s := between(s, from, from+reloadEvery); len(s) > 0 && !slices.Contains(here, name) {
				t.Fatalf("%s is gone with reload %d, and tells %+v", name, n, s[0])
			}
		}
	}
}

func between(s []step, from, to time.Duration) (list []step) {
	for _, x := range s {
		if x.after >= from && x.after < to {
			list = append(list, x)
		}
	}
	return list
}

// The first contact with those that begin is spread, and keeps to max_rate together
// with the others, which are not late for it.
func TestReloadKeepsToTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newSimulated(t)
		all := fleet(400, 10*time.Second)
		for i := range all[:200] {
			all[i].Interval = time.Second
		}
		sink := newNamed(all[:200])
		e := startInto(t, n.conn(), sink, all[:200], probe.Options{MaxRate: 250})
		time.Sleep(5*time.Second + 1)
		must(t, reload(e, sink, all[:200], all, 250))
		time.Sleep(10 * time.Second)
		e.stop(t)
		late := e.Stats().LateSends
		var sent, first []time.Duration
		for name, steps := range sink.told {
			for _, s := range steps {
				if s.kind != probe.Sent {
					continue
				}
				sent = append(sent, s.after)
				if s.seq == 1 && slices.Contains(namesOf(all[200:]), name) {
					first = append(first, s.after-5*time.Second)
				}
			}
		}
		slices.Sort(sent)
		for i := range sent[:len(sent)-250] {
			if took := sent[i+250] - sent[i]; took < time.Second-20*time.Millisecond {
				t.Fatalf("251 keepalives in %v", took)
			}
		}
		slices.Sort(first)
		if len(first) != 200 || first[199] > 4500*time.Millisecond || first[100] < time.Second || late > 0 {
			t.Errorf("%d first contacts, half of them in %v, the last after %v; %d late; want 200 in some 4 s, none late",
				len(first), first[len(first)/2], first[len(first)-1], late)
		}
	})
}

// What cannot be adopted changes nothing.
func TestReloadRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newSimulated(t)
		n.farEnd(far(1), simnet.Tunnel{})
		now := []probe.Tunnel{tunnelTo(far(1), time.Second)}
		sink := newNamed(now)
		e := startInto(t, n.conn(), sink, now, probe.Options{})
		time.Sleep(2500 * time.Millisecond)
		twin, deaf := tunnelTo(far(1), time.Second), tunnelTo(far(2), time.Second)
		twin.Name, deaf.Device = "twin", "a-device-of-no-host"
		for name, next := range map[string][]probe.Tunnel{
			"answers alike": {now[0], twin}, "no such device": {now[0], deaf}, "no interval": {now[0], {Name: "x", Source: near, Destination: far(3)}},
		} {
			if err := reload(e, sink, now, next, 0); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		for _, from := range [][]int32{{1}, {-2}, {0, 0}} {
			if _, err := e.Draft(fleet(len(from), time.Second), from, 0); err == nil {
				t.Errorf("from %v: no error", from)
			}
		}
		p, err := e.Draft(now, []int32{0}, 0)
		must(t, err)
		must(t, reload(e, sink, now, now, 0))
		if err := e.Adopt(t.Context(), p, func() { t.Error("switched") }); err == nil {
			t.Error("a draft was adopted that was made for another lineup")
		}
		time.Sleep(2 * time.Second)
		e.stop(t)
		if s := sink.told[now[0].Name]; len(s) != 11 || s[10].kind != probe.Answered || s[9].seq != 5 {
			t.Errorf("it went on by %+v", s)
		}
		p, err = e.Draft(now, []int32{0}, 0)
		must(t, err)
		if err := e.Adopt(t.Context(), p, func() { t.Error("switched") }); !errors.Is(err, probe.ErrEnded) {
			t.Errorf("adopted after the end: %v", err)
		}
	})
}

// A reload waits for no turn that is not there: it ends with its context, and is then
// not done later.
func TestReloadIsWithdrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newSimulated(t)
		now := []probe.Tunnel{tunnelTo(far(1), time.Second)}
		e, err := probe.New(n.conn(), newRecorder(), now, probe.Options{EvidenceID: evidenceID})
		must(t, err)
		p, err := e.Draft(now, []int32{0}, 0)
		must(t, err)
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("so long"))
		defer cancel()
		if err := e.Adopt(ctx, p, func() { t.Error("switched") }); err == nil || err.Error() != "so long" {
			t.Errorf("%v", err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		must(t, e.Run(ctx))
	})
}

// Orders are for tunnels, whatever their numbers.
func TestOrdersFollowTheirTunnels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newSimulated(t)
		for i := range byte(4) {
			n.farEnd(far(i), simnet.Tunnel{})
		}
		var all []probe.Tunnel
		for i := range byte(4) {
			all = append(all, tunnelTo(far(i), time.Second))
		}
		sink := newNamed(all[:3])
		e := startInto(t, n.conn(), sink, all[:3], probe.Options{})
		time.Sleep(3200 * time.Millisecond)
		must(t, e.Disable(0))
		synctest.Wait()
		next := []probe.Tunnel{all[3], all[2], all[0]} // 1 is gone, 0 is now 2
		must(t, reload(e, sink, all[:3], next, 0))
		if err := e.Enable(3); err == nil {
			t.Error("there is no tunnel number 3")
		}
		before := sink.of(all[0].Name)
		time.Sleep(3 * time.Second)
		if after := sink.of(all[0].Name); after != before {
			t.Errorf("disabled, and then: %s", after[len(before):])
		}
		must(t, e.Enable(2))
		time.Sleep(2 * time.Second)
		e.stop(t)
		if s := sink.told[all[0].Name]; s[len(s)-1].kind != probe.Answered {
			t.Errorf("enabled by its new number: %+v", s[len(s)-1])
		}
	})
}
