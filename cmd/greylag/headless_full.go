package main

import (
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// fullWalker writes a full report, with the incidents that go on before the summary.
// It rests for half of its period in all. It also waits for readers that others share,
// so that what is written need not lie about: for a quarter of its period. While it
// rests, events are written.
type fullWalker struct {
	fleet.Walker
	journalist *journalist
	out        *stream.Encoder
	busy       func() bool // those who get it have enough to read; nil: nobody knows

	stints fleet.Stints
	rest   time.Duration // that it may still take
	wait   time.Duration // for readers, likewise
}

func newFullWalker(j *journalist) *fullWalker {
	w := &fullWalker{
		Walker: j.reports.Walker(), journalist: j, out: j.reports,
		stints: fleet.BeginStints(time.Now()), rest: j.options.every / 2, wait: j.options.every / 4,
	}
	if j.readers != nil {
		w.busy = j.readers.busy()
	}
	return w
}

// Pause implements [fleet.Pauser].
func (w *fullWalker) Pause() (time.Time, error) {
	now := time.Now()
	worked, over := w.stints.Over(now)
	if !over {
		return now, nil
	}
	err := w.take(fleet.RestFor*worked, &w.rest)
	for err == nil && w.busy != nil && w.busy() && w.wait > 0 && w.journalist.ending != nil {
		err = w.take(fleet.Stint, &w.wait)
	}
	now = time.Now()
	w.stints.Begin(now)
	return now, err
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
	return w.journalist.attend(w.stints.Rest(pause))
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
