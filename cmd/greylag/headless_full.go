package main

import (
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// Writing down a large fleet takes a processor for a good part of a second, 0.4 s
// with 100,000 tunnels. In one go that delayed keepalives by 100 ms, where there are
// two processors; so a report works for stint, then rests restFor times as long as
// that took, for half of its period in all. It also waits for readers that others
// share, so that what is written need not lie about: for a quarter of its period.
const (
	stint   = time.Millisecond
	restFor = 5
)

// fullWalker writes a full report, with the incidents that go on before the summary.
// While it rests, events are written.
type fullWalker struct {
	fleet.Walker
	journalist *journalist
	out        *stream.Encoder
	busy       func() bool // those who get it have enough to read; nil: nobody knows

	resumed time.Time     // when it rested last
	rest    time.Duration // that it may still take
	wait    time.Duration // for readers, likewise
	timer   *time.Timer
}

func newFullWalker(j *journalist) *fullWalker {
	w := &fullWalker{
		Walker: j.reports.Walker(), journalist: j, out: j.reports,
		resumed: time.Now(), rest: j.options.every / 2, wait: j.options.every / 4,
	}
	if j.readers != nil {
		w.busy = j.readers.busy()
	}
	return w
}

// Pause implements [fleet.Pauser].
func (w *fullWalker) Pause() (time.Time, error) {
	now := time.Now()
	worked := now.Sub(w.resumed)
	if worked < stint {
		return now, nil
	}
	err := w.take(restFor*worked, &w.rest)
	for err == nil && w.busy != nil && w.busy() && w.wait > 0 && w.journalist.ending != nil {
		err = w.take(stint, &w.wait)
	}
	w.resumed = time.Now()
	return w.resumed, err
}

// take rests for that time, or for what is left of a budget.
func (w *fullWalker) take(pause time.Duration, budget *time.Duration) error {
	pause = min(pause, *budget)
	if pause <= 0 || w.journalist.ending == nil {
		return nil
	}
	*budget -= pause
	if err := w.out.Flush(); err != nil { // before what happens next
		return err
	}
	return w.journalist.attend(w.after(pause))
}

// after is [time.After] with one timer for all.
func (w *fullWalker) after(d time.Duration) <-chan time.Time {
	if w.timer == nil {
		w.timer = time.NewTimer(d)
	} else {
		w.timer.Reset(d)
	}
	return w.timer.C
}

func (w *fullWalker) Summary(s *fleet.Summary) error {
	for _, i := range w.journalist.station.store.Incidents(nil) {
		if !i.End.IsZero() {
			break // the others have ended too
		}
		if err := w.out.Incident(&i); err != nil {
			return err
		}
	}
	return w.Walker.Summary(s)
}

// attend writes events until over, or until there is no time to rest. Readers who come
// meanwhile get a report of their own, in which others who come wait for its end.
func (j *journalist) attend(over <-chan time.Time) error {
	come := j.come
	j.come = nil
	defer func() { j.come = come }()
	for {
		select {
		case <-j.ending:
			j.ending = nil
			return nil
		case <-j.changed:
			if err := j.changes(); err != nil {
				return err
			}
		case <-come:
			if err := j.readers.begin(); err != nil {
				return err
			}
		case <-over:
			return nil
		}
	}
}
