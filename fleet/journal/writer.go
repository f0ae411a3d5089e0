package journal

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// writer is a journal at work.
type writer struct {
	*Journal
	store *fleet.Store

	told   uint64        // number of the newest event in the spool, or written
	events []fleet.Event // memory for some
	spool  spool
	diary  diary

	helloDue  bool // before anything else
	reportDue bool
	of        *fleet.Inventory // that reports are of, so far
	reports   pacer
	rotations pacer

	word  string    // writing, full or failing
	since time.Time // of trouble
	retry time.Time // not to try before
	loss  loss

	packing chan error // of who looks after rotated files; nil: nobody does
	said    string     // the last complaint
}

// loss is events that there was no room for.
type loss struct {
	count         uint64
	newest        time.Time // of the newest event that was not lost
	after, before time.Time // when they happened
}

// pacer is when to try again what failed.
type pacer struct {
	next time.Time
	wait time.Duration
}

func (p *pacer) fail(now time.Time) {
	p.wait = min(max(2*p.wait, retryReport), mostRetryReport)
	p.next = now.Add(p.wait)
}

func newWriter(j *Journal, store *fleet.Store) *writer {
	return &writer{
		Journal: j, store: store, spool: spool{most: mostWaiting}, loss: loss{newest: time.Now()},
		word: writing, helloDue: true, reportDue: true,
	}
}

// run is [Journal.Run].
func (w *writer) run(ctx context.Context) error {
	changed, cancel := w.store.Subscribe()
	defer cancel()
	pack, stop := context.WithCancel(ctx)
	defer w.endPacking(stop)
	w.begin(time.Now())
	w.tidy(pack)
	running, reports := time.NewTicker(runningEvery), time.NewTicker(w.options.Every)
	defer running.Stop()
	defer reports.Stop()
	for {
		w.notice()
		w.work(ctx, changed)
		select {
		case <-ctx.Done():
			return w.end()
		case <-changed:
		case <-running.C:
			w.minute()
			w.tidy(pack)
		case <-reports.C:
			w.reportDue = true
		case <-w.nextTry():
		case <-w.diary.due:
			w.diary.due = nil
		case err := <-w.packing:
			w.packing = nil
			w.complain(err)
		}
		if w.rotate(time.Now()) {
			w.tidy(pack)
		}
	}
}

// notice has a report written of another inventory, whose tunnels are in none so far.
func (w *writer) notice() {
	if now := w.store.Inventory(); now != w.of {
		w.of, w.reportDue = now, true
	}
}

// begin tells that it begins, if nobody has, in a new file if the present one is full.
func (w *writer) begin(now time.Time) {
	w.helloDue = !w.rotate(now)
	w.tellStart(w.store, now)
	w.start = again // if it runs again
}

// nextTry is when there is something to try again; nil: nothing is.
func (w *writer) nextTry() <-chan time.Time {
	switch {
	case w.word != writing:
		return time.After(max(0, time.Until(w.retry)))
	case w.reportDue:
		return time.After(max(0, time.Until(w.reports.next)))
	}
	return nil
}

// work writes what there is to write.
func (w *writer) work(ctx context.Context, changed <-chan struct{}) {
	now := time.Now()
	if w.word != writing && now.Before(w.retry) {
		w.gather(everything)
		return
	}
	if w.judge(w.catchUp(everything), now) && w.diary.ready(now) {
		w.judge(w.incidents(now), now)
	}
	if w.word == writing && w.reportDue && !now.Before(w.reports.next) {
		w.report(ctx, changed)
	}
}

// everything is the number of an event that never comes.
const everything = ^uint64(0)

// catchUp writes what has happened up to an event of that number, also what had no room
// in memory.
func (w *writer) catchUp(upTo uint64) error {
	for {
		w.gather(upTo)
		more := w.spool.full()
		if err := w.flush(); err != nil || !more {
			return err
		}
	}
}

// gather takes events from the store, up to one of that number, while there is room.
func (w *writer) gather(upTo uint64) {
	for w.told < upTo && !w.spool.full() {
		var missed uint64
		w.events, missed = w.store.NextEvents(w.told, w.events[:0])
		if missed > 0 {
			w.miss(missed)
		}
		if len(w.events) == 0 {
			return
		}
		for i := range w.events {
			e := &w.events[i]
			if e.Number > upTo {
				return
			}
			w.told, w.loss.newest = e.Number, e.Time
			w.spool.add(func(b []byte) []byte { return stream.AppendEvent(b, e) })
		}
	}
}

// miss counts events that the store no longer has.
func (w *writer) miss(missed uint64) {
	if w.loss.count == 0 {
		w.loss.after = w.loss.newest
	}
	if len(w.events) > 0 {
		w.loss.before = w.events[0].Time
	}
	w.loss.count += missed
	w.told += missed
	w.reportDue = true
}

// hello is the line that a file begins with.
func (w *writer) hello(now time.Time) []byte {
	h := w.options.Hello
	h.Time = now
	h.Tunnels, h.Spokes = w.store.Size()
	return stream.AppendHello(nil, &h)
}

// flush writes and syncs what waits.
func (w *writer) flush() error {
	if err := w.disk.clean(); err != nil {
		return err
	}
	if w.helloDue {
		if err := w.write(w.hello(time.Now())); err != nil {
			return err
		}
		w.helloDue = false
	}
	for !w.spool.empty() {
		lines := w.spool.next(w.batch())
		if err := w.write(lines); err != nil {
			return err
		}
		w.spool.written(len(lines))
	}
	return nil
}

// write writes and syncs lines.
func (w *writer) write(lines []byte) error {
	if err := w.disk.append(lines); err != nil {
		return err
	}
	return w.disk.sync()
}

func (w *writer) batch() int {
	if w.word == writing {
		return batchBytes
	}
	return scrapBytes
}

// judge follows from what became of an attempt to write whether there is trouble, and
// tells where that begins or ends. It returns whether all is well.
func (w *writer) judge(err error, now time.Time) bool {
	word := wordFor(err)
	if err != nil {
		w.retry = now.Add(retryEvery)
	}
	switch {
	case word == w.word && (word != writing || w.loss.count == 0):
	case word == w.word:
		w.tell(word, w.lost(), now)
	case w.word == writing:
		w.since = now
		w.tell(word, err.Error(), now)
	case word == writing:
		w.tell(word, w.caughtUp(now), now)
	}
	w.word = word
	return err == nil
}

// wordFor is what state an error of writing means.
func wordFor(err error) string {
	switch {
	case err == nil:
		return writing
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return full
	}
	return failing
}

// tell tells the store that it is another one from now on.
func (w *writer) tell(word, detail string, now time.Time) {
	w.store.Tell(fleet.Event{Time: now, Service: Service, Was: w.word, Is: word, Trouble: word != writing, Detail: detail})
}

// caughtUp says what became of what happened during trouble.
func (w *writer) caughtUp(now time.Time) string {
	text := fmt.Sprintf("all that waited for %v is written", now.Sub(w.since).Round(time.Second))
	if lost := w.lost(); lost != "" {
		text += "; " + lost
	}
	return text
}

// lost says which events are lost, once.
func (w *writer) lost() string {
	l := w.loss
	if w.loss.count = 0; l.count == 0 {
		return ""
	}
	return fmt.Sprintf("lost: %d events between %s and %s", l.count, clock(l.after), clock(l.before))
}

func clock(t time.Time) string { return t.UTC().Format(time.RFC3339) }
