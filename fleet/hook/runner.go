package hook

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"greylag/fleet"
)

const (
	// atOnce is how many messages a hook works on at once.
	atOnce = 4
	// mostWaiting is how many may wait for one hook, all together.
	mostWaiting = 10_000
	// drainFor is how long what waits may take when greylag ends.
	drainFor = 5 * time.Second
	// incidentPause is the shortest time between looks at incidents: while tunnels go
	// down one by one each look would copy the names of all those before.
	incidentPause = time.Second
)

// Runner tells the hooks of an inventory what happens in its store.
type Runner struct {
	store   *fleet.Store
	workers []*worker
	seed    maphash.Seed
	version string
	others  chan *fleet.Inventory // to be used from now on
	begin   func(*worker)         // has a worker work; set by Run

	seen    uint64    // number of the last event
	changes uint64    // version of the newest change of an incident
	looked  time.Time // at the incidents, last
	memory  []fleet.Event
}

// New returns the runner of inv's hooks. Version is greylag's.
func New(store *fleet.Store, inv *fleet.Inventory, version string) *Runner {
	r := &Runner{store: store, seed: maphash.MakeSeed(), version: version, others: make(chan *fleet.Inventory, 1)}
	for i := range inv.Hooks {
		r.workers = append(r.workers, newWorker(&inv.Hooks[i], inv, store, version))
	}
	return r
}

// Use has another inventory's hooks told from now on. One that is the same in both
// goes on with what it knows; of another what waits is told still. Run must go on, or
// be about to.
func (r *Runner) Use(inv *fleet.Inventory) {
	for {
		select {
		case r.others <- inv:
			return
		case <-r.others: // one that nobody has seen
		}
	}
}

// take takes over another inventory.
func (r *Runner) take(inv *fleet.Inventory) {
	before := r.workers
	r.workers = nil
	for i := range inv.Hooks {
		h := &inv.Hooks[i]
		at := slices.IndexFunc(before, func(w *worker) bool { return sameHook(w.watch.hook, h) })
		if at < 0 {
			w := newWorker(h, inv, r.store, r.version)
			r.begin(w)
			r.workers = append(r.workers, w)
			continue
		}
		w := before[at]
		before = slices.Delete(before, at, at+1)
		w.use(h, inv)
		r.workers = append(r.workers, w)
	}
	for _, w := range before {
		w.close()
	}
}

// Run tells what happens until ctx ends, then what still waits, for 5 s at most. It
// returns how many messages were not told.
func (r *Runner) Run(ctx context.Context) (untold int) {
	deliveries, kill := context.WithCancelCause(context.WithoutCancel(ctx))
	defer kill(nil)
	var working sync.WaitGroup
	var all []*worker
	r.begin = func(w *worker) {
		all = append(all, w)
		for _, q := range w.queues {
			working.Go(func() { w.work(deliveries, q) })
		}
	}
	for _, w := range r.workers {
		r.begin(w)
	}
	r.watch(ctx)
	for _, w := range all {
		w.close()
	}
	defer time.AfterFunc(drainFor, func() { kill(errEnd) }).Stop()
	working.Wait()
	for _, w := range all {
		untold += w.waiting() + int(w.cut.Load())
	}
	return untold
}

// errEnd is why what takes too long at the end is cut short.
var errEnd = errors.New("greylag ended")

// watch hands what happens to the workers until ctx ends.
func (r *Runner) watch(ctx context.Context) {
	changed, cancel := r.store.Subscribe()
	defer cancel()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		r.advance(time.Now())
		if next := r.next(); !next.IsZero() {
			timer.Reset(time.Until(next))
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-timer.C:
		case inv := <-r.others:
			r.take(inv)
		}
	}
	r.advance(time.Now())
}

// advance takes in what is new and hands on what is due.
func (r *Runner) advance(now time.Time) {
	r.events(now)
	r.incidents(now)
	for _, w := range r.workers {
		r.give(now, w, w.watch.advance(now, nil))
		if w.incidents != nil {
			r.give(now, w, w.incidents.advance(now, nil))
		}
	}
}

func (r *Runner) events(now time.Time) {
	if len(r.workers) == 0 { // nobody is told, so no memory for it is needed
		r.seen = r.store.LastEvent()
		return
	}
	for {
		var missed uint64
		r.memory, missed = r.store.NextEvents(r.seen, r.memory[:0])
		for _, w := range r.workers {
			if missed > 0 {
				w.watch.lost()
				w.health.dropped(now, int(missed))
			}
			for i := range r.memory {
				r.give(now, w, w.watch.event(&r.memory[i], nil))
			}
		}
		if len(r.memory) == 0 {
			return
		}
		r.seen = r.memory[len(r.memory)-1].Number
	}
}

// incidents looks at those that changed, where a hook asks for that.
func (r *Runner) incidents(now time.Time) {
	if !r.wantIncidents() || now.Sub(r.looked) < incidentPause {
		return
	}
	changed, latest := r.store.IncidentsSince(r.changes)
	r.changes, r.looked = latest, now
	for _, w := range r.workers {
		if w.incidents == nil {
			continue
		}
		for i := range changed {
			r.give(now, w, w.incidents.changed(&changed[i], nil))
		}
	}
}

func (r *Runner) wantIncidents() bool {
	for _, w := range r.workers {
		if w.incidents != nil {
			return true
		}
	}
	return false
}

// next is when to advance, whatever happens; zero: never.
func (r *Runner) next() (next time.Time) {
	for _, w := range r.workers {
		next = earlier(next, w.watch.next())
		if w.incidents != nil {
			next = earlier(next, w.incidents.next())
		}
	}
	if r.wantIncidents() {
		next = earlier(next, r.looked.Add(incidentPause))
	}
	return next
}

// give hands messages to a worker: those of one subject to the same queue, so that
// they are told in their order.
func (r *Runner) give(now time.Time, w *worker, list []message) {
	for _, m := range list {
		q := w.queues[maphash.String(r.seed, m.subject)%atOnce]
		if n := q.add(m); n > 0 {
			w.health.dropped(now, n)
		}
	}
}
