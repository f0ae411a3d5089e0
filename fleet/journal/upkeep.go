package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// minute notes that greylag runs, and looks whether the file is still its own.
func (w *writer) minute() {
	if w.word != writing {
		return
	}
	if !w.disk.isOurs() {
		w.reopen()
		return
	}
	now := time.Now()
	sum := w.store.Summary(now)
	w.judge(w.write(stream.AppendSummary(nil, &sum)), now)
}

// reopen begins anew in place of a file that somebody else moved away or changed.
func (w *writer) reopen() {
	d, _, err := openDisk(w.options.Path, w.disk.step)
	if err != nil {
		w.complain(err)
		return
	}
	d.latest = w.disk.latest
	_ = w.disk.f.Close() // all in it that counts is synced
	w.disk = d
	w.helloDue, w.reportDue = true, true
	w.complain(fmt.Errorf("journal %s: was moved away, or changed by somebody else: begun anew", w.options.Path))
}

// rotate begins a new file where the present one is full. It returns whether it did.
func (w *writer) rotate(now time.Time) bool {
	if w.word != writing || !w.spool.empty() || !w.disk.isFull(w.options.MaxSize) || now.Before(w.rotations.next) {
		return false
	}
	if err := w.disk.rotate(w.hello(now), now); err != nil {
		w.rotations.fail(now)
		w.complain(fmt.Errorf("journal %s: not rotated: %w", w.options.Path, err))
		return false
	}
	w.rotations, w.reports = pacer{}, pacer{}
	w.reportDue = true
	return true
}

// complain tells of trouble that keeps nothing from being written, once.
func (w *writer) complain(err error) {
	if err == nil || errors.Is(err, context.Canceled) || err.Error() == w.said {
		return
	}
	w.said = err.Error()
	w.store.Tell(fleet.Event{Time: time.Now(), Service: Service, Was: w.word, Is: w.word, Trouble: true, Detail: w.said})
}

// tidy has the rotated files looked after, if nobody does.
func (w *writer) tidy(ctx context.Context) {
	if w.packing != nil {
		return
	}
	done := make(chan error, 1)
	w.packing = done
	go func() { done <- w.packer.tidy(ctx) }()
}

// endPacking ends who looks after the rotated files, and waits for that. What is not
// finished is done at the next start.
func (w *writer) endPacking(stop context.CancelFunc) {
	stop()
	if w.packing != nil {
		<-w.packing
	}
}

// end writes what has happened up to the end, and that it was one in order.
func (w *writer) end() error {
	err := w.catchUp(everything)
	now := time.Now()
	if err == nil {
		err = w.incidents(now)
	}
	if err == nil {
		err = w.write(w.farewell(now))
	}
	if err != nil {
		return fmt.Errorf("%w: %d events are not written", err, w.spool.count())
	}
	return nil
}

// farewell is the last lines.
func (w *writer) farewell(now time.Time) []byte {
	sum := w.store.Summary(now)
	return stream.AppendEvent(stream.AppendSummary(nil, &sum),
		&fleet.Event{Time: now, Service: Service, Was: w.word, Is: closed})
}

// diary is what was written of the incidents.
type diary struct {
	told  uint64           // version of the newest change written
	wrote time.Time        // when anything was written last
	due   <-chan time.Time // when to write what changed meanwhile; nil: nobody waits
}

// ready tells whether it is time to write incidents; if not, it sees to it that
// somebody comes when it is.
func (d *diary) ready(now time.Time) bool {
	wait := incidentEvery - now.Sub(d.wrote)
	if wait > 0 && d.due == nil {
		d.due = time.After(wait)
	}
	return wait <= 0
}

// incidents writes those that changed. One that has no room comes again.
func (w *writer) incidents(now time.Time) error {
	changed, latest := w.store.IncidentsSince(w.diary.told)
	if len(changed) == 0 {
		w.diary.told = latest
		return nil
	}
	var lines []byte
	for i := range changed {
		lines = stream.AppendIncident(lines, &changed[i])
	}
	if err := w.write(lines); err != nil {
		return err
	}
	w.diary.told, w.diary.wrote = latest, now
	return nil
}
