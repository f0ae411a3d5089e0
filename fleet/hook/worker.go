package hook

import (
	"context"
	"reflect"
	"sync/atomic"
	"time"

	"greylag/fleet"
)

// deliverer tells one message. It must end soon after ctx does.
type deliverer interface {
	deliver(ctx context.Context, m message) error
}

// worker is one hook at work.
type worker struct {
	watch     *watch
	incidents *incidentWatch // nil: it does not ask for those
	deliverer deliverer
	queues    [atOnce]*queue
	health    health
	cut       atomic.Int64 // messages whose telling was cut short at the end
}

func newWorker(h *fleet.Hook, inv *fleet.Inventory, store *fleet.Store, version string) *worker {
	w := &worker{watch: newWatch(h, inv), deliverer: command{h}}
	if h.URL != "" {
		w.deliverer = newWebhook(h, version)
	}
	if w.watch.wants(fleet.OnIncident) {
		w.incidents = newIncidentWatch(w.watch)
	}
	for i := range w.queues {
		w.queues[i] = newQueue(mostWaiting / atOnce)
	}
	w.health = health{name: h.Name, most: mostWaiting, tell: store.Tell, is: working, waiting: w.waiting}
	return w
}

// sameHook tells whether two hooks differ in nothing but their place.
func sameHook(a, b *fleet.Hook) bool {
	moved := *a
	moved.Line = b.Line
	return reflect.DeepEqual(&moved, b)
}

// use has a worker go on with an inventory that has its hook too.
func (w *worker) use(h *fleet.Hook, inv *fleet.Inventory) {
	w.watch.matches = matching(&h.Only, inv)
	if w.incidents != nil {
		w.incidents.member = w.watch.matches
	}
}

func (w *worker) close() {
	for _, q := range w.queues {
		q.close()
	}
}

// waiting is how many messages wait.
func (w *worker) waiting() (n int) {
	for _, q := range w.queues {
		n += q.length()
	}
	return n
}

// work tells what comes into q until it is closed and empty, or ctx ends.
func (w *worker) work(ctx context.Context, q *queue) {
	for ctx.Err() == nil {
		m, ok, more := q.take()
		switch {
		case ok:
			w.deliver(ctx, m)
		case !more:
			return
		default:
			select {
			case <-q.wake:
			case <-ctx.Done():
			}
		}
	}
}

func (w *worker) deliver(ctx context.Context, m message) {
	err := w.deliverer.deliver(ctx, m)
	switch {
	case err == nil:
		w.health.delivered(time.Now())
	case ctx.Err() != nil:
		w.cut.Add(1)
	default:
		w.health.failed(time.Now(), m, err)
	}
}
