package hook

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greylag/fleet"
)

// program is a hook's program in memory.
type program struct {
	takes time.Duration
	fails bool // guarded by mu, as what follows

	mu        sync.Mutex
	start     time.Time
	told      []string
	now, most int // that run at once
	lines     []string
}

func (p *program) deliver(ctx context.Context, m message) error {
	p.mu.Lock()
	p.now++
	p.most = max(p.most, p.now)
	fails := p.fails
	p.mu.Unlock()
	var err error
	select {
	case <-time.After(p.takes):
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now--
	if err == nil && fails {
		err = errors.New("exit status 1")
	}
	if err == nil {
		p.told = append(p.told, fmt.Sprintf("%v %s %s", time.Since(p.start), m.on, m.subject))
		p.lines = append(p.lines, string(m.line))
	}
	return err
}

func (p *program) set(fails bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fails = fails
}

// running is a runner with a program in place of its hook's, and what ends it.
func running(store *fleet.Store, inv *fleet.Inventory, p *program) (r *Runner, end func() (untold int)) {
	r = New(store, inv, "test")
	r.workers[0].deliverer = p
	p.start = time.Now()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int)
	go func() { done <- r.Run(ctx) }()
	synctest.Wait()
	return r, func() int {
		cancel()
		return <-done
	}
}

func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// TestRunner: events are told as they happen, and what must last when it has, though
// nothing happens then.
func TestRunner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inv := fleetOf(4, fleet.Hook{Name: "page", On: []fleet.HookOn{fleet.OnDown, fleet.OnUp}, Command: []string{"x"}, MinDown: 30 * time.Second})
		store, p := begun(inv), &program{}
		_, end := running(store, inv, p)
		turn(store, 0, "up", "down")
		after(10 * time.Second)
		turn(store, 1, "up", "down")
		after(5 * time.Second)
		turn(store, 1, "down", "up")
		after(30 * time.Second)
		turn(store, 0, "down", "up")
		after(time.Second)
		if n := end(); n != 0 {
			t.Errorf("%d not told", n)
		}
		expect(t, p.told, "30s down t0", "45s up t0")
		expect(t, service(store))
	})
}

// TestOrder: of each tunnel events are told in their order, four at once at most.
func TestOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inv := fleetOf(40, fleet.Hook{Name: "page", On: []fleet.HookOn{fleet.OnDown, fleet.OnUp}, Command: []string{"x"}})
		store, p := begun(inv), &program{takes: 10 * time.Millisecond}
		_, end := running(store, inv, p)
		for range 5 {
			for i := range 40 {
				turn(store, i, "up", "down")
				turn(store, i, "down", "up")
			}
		}
		if n := end(); n != 0 { // all is told at the end, in 400 times 10 ms
			t.Errorf("%d not told", n)
		}
		if len(p.told) != 400 || p.most > atOnce || p.most < 2 {
			t.Errorf("%d told, %d at once", len(p.told), p.most)
		}
		was := make(map[string]string)
		for _, told := range p.told {
			f := strings.Fields(told)
			if was[f[2]] == f[1] {
				t.Fatalf("%s is told %s twice in a row", f[2], f[1])
			}
			was[f[2]] = f[1]
		}
	})
}

// TestFailing: that a hook fails is an event, once, and so is that it works again.
func TestFailing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inv := fleetOf(4, fleet.Hook{Name: "page", On: []fleet.HookOn{fleet.OnDown}, Command: []string{"x"}})
		store, p := begun(inv), &program{}
		_, end := running(store, inv, p)
		p.set(true)
		for i := range 3 {
			turn(store, i, "up", "down")
			after(time.Second)
		}
		p.set(false)
		turn(store, 3, "up", "down")
		after(time.Second)
		end()
		expect(t, p.told, "3s down t3")
		expect(t, service(store),
			"working->failing page was not told of down of t0: exit status 1",
			"failing->working page works again; not told meanwhile: 3")
	})
}

// TestTooSlow: a storm that a program cannot follow takes no more memory than is
// meant for it: the oldest are dropped, counted, and that is said.
func TestTooSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inv := fleetOf(400, fleet.Hook{Name: "page", On: []fleet.HookOn{fleet.OnDown, fleet.OnUp}, Command: []string{"x"}})
		store, p := begun(inv), &program{takes: time.Second}
		r, end := running(store, inv, p)
		const turns, most = 2, 1000
		for _, q := range r.workers[0].queues {
			q.limit = most / atOnce
		}
		r.workers[0].health.most = most
		for range turns {
			for i := range 400 {
				turn(store, i, "up", "down")
			}
			for i := range 400 {
				turn(store, i, "down", "up")
			}
			synctest.Wait()
		}
		if n := r.workers[0].waiting(); n > most {
			t.Errorf("%d wait, %d are allowed", n, most)
		}
		after(2 * time.Hour)
		if n := end(); n != 0 {
			t.Errorf("%d not told", n)
		}
		dropped := turns*800 - len(p.told)
		expect(t, service(store),
			"working->dropping page is too slow, 1000 events wait: the oldest are dropped",
			fmt.Sprintf("dropping->working page works again; not told meanwhile: %d", dropped))
		if dropped < turns*800-most-atOnce {
			t.Errorf("%d dropped", dropped)
		}
	})
}

// TestEnd: what waits at the end is told for 5 s; the rest is counted.
func TestEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inv := fleetOf(40, fleet.Hook{Name: "page", On: []fleet.HookOn{fleet.OnDown}, Command: []string{"x"}})
		store, p := begun(inv), &program{takes: 2 * time.Second}
		_, end := running(store, inv, p)
		for i := range 40 {
			turn(store, i, "up", "down")
		}
		began := time.Now()
		untold := end()
		if took := time.Since(began); took != drainFor || untold+len(p.told) != 40 || len(p.told) == 0 || untold == 0 {
			t.Errorf("%v, %d told, %d not", took, len(p.told), untold)
		}
		expect(t, service(store))
	})
}

// TestIncidentOfStore: tunnels that go down together, one by one, are one message of
// them all, and one when they are up.
func TestIncidentOfStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inv := fleetOf(20, fleet.Hook{Name: "page", On: []fleet.HookOn{fleet.OnIncident}, Command: []string{"x"}})
		store, p := begun(inv), &program{}
		_, end := running(store, inv, p)
		after(time.Minute)
		for i := range 20 {
			turn(store, i, "up", "down")
			after(20 * time.Millisecond)
		}
		after(10 * time.Second)
		for i := range 20 {
			turn(store, i, "down", "up")
		}
		after(10 * time.Second)
		end()
		if len(p.lines) != 2 || !strings.Contains(p.lines[0], `"down":20,`) || !strings.Contains(p.lines[1], `"end":`) {
			t.Errorf("told %v:\n%s", p.told, strings.Join(p.lines, ""))
		}
	})
}

// TestUse: with another inventory a hook that is the same goes on, one that is gone
// ends, and a new one begins.
func TestUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := fleet.Hook{Name: "page", On: []fleet.HookOn{fleet.OnDown, fleet.OnUp}, Command: []string{"x"}, MinDown: time.Second}
		gone := fleet.Hook{Name: "gone", On: []fleet.HookOn{fleet.OnUp}, Command: []string{"/none"}}
		inv := fleetOf(4, h, gone)
		store, p := begun(inv), &program{}
		r, end := running(store, inv, p)
		turn(store, 0, "up", "down")
		after(2 * time.Second)
		h.Line = 7
		fresh := fleet.Hook{Name: "fresh", On: []fleet.HookOn{fleet.OnUp}, Command: []string{"/none"}}
		r.Use(fleetOf(4, fresh, h))
		synctest.Wait()
		if len(r.workers) != 2 || r.workers[0].watch.hook.Name != "fresh" || r.workers[1].deliverer != p {
			t.Errorf("%d workers", len(r.workers))
		}
		r.workers[0].deliverer = &program{}
		turn(store, 0, "down", "up")
		after(time.Second)
		if n := end(); n != 0 {
			t.Errorf("%d not told", n)
		}
		expect(t, p.told, "1s down t0", "2s up t0")
	})
}
