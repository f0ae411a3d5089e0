package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
)

// journalist writes a station's stream.
type journalist struct {
	station *station
	out     *stream.Encoder // of what happens
	reports *stream.Encoder // of the next full report
	stderr  io.Writer
	options reporting
	unread  bool       // nobody reads what is written
	readers readership // who come and go; nil: they are there from the beginning

	told      uint64        // number of the last event written
	unwritten []fleet.Event // memory for some more
	diary     diary         // of the incidents

	inv *fleet.Inventory // of the last hello

	ending  <-chan struct{} // when reports must not rest any more
	changed <-chan struct{} // when there are events
	come    <-chan struct{} // when readers have come or gone; nil: they never do
	over    bool            // the station has ended
	why     error           // with this
}

// readership is who reads a stream, where that changes.
type readership interface {
	// changed can be read from when somebody has come or gone.
	changed() <-chan struct{}
	// begin begins the stream of those who came. An error ends what is written.
	begin() error
	// gather chooses who gets the next report. any: somebody does.
	gather() (any bool)
	// busy tells whether those who get it have enough to read for now. It is of them,
	// whoever is chosen later.
	busy() func() bool
}

func newJournalist(s *station, out io.Writer, o reporting) *journalist {
	j := &journalist{station: s, out: stream.NewEncoder(out), options: o}
	j.reports = j.out
	return j
}

// write writes hello, then reports and events until ctx or the station ends.
func (j *journalist) write(ctx context.Context, done <-chan error) error {
	if j.unread {
		return j.await(ctx, done)
	}
	changed, cancel := j.station.store.Subscribe()
	defer cancel()
	j.ending, j.changed = ctx.Done(), changed
	tick := time.NewTicker(j.options.every)
	defer tick.Stop()
	err := j.open()
	for err == nil {
		select {
		case <-ctx.Done():
			return nil
		case j.why = <-done:
			j.over = true
			return nil
		case <-changed:
			err = j.changes()
		case <-j.diary.due:
			err = j.incidents()
		case <-tick.C:
			err = j.periodic()
		case <-j.come:
			err = j.readers.begin()
		}
		if err == nil {
			err = j.renew()
		}
	}
	return err
}

// await waits for the end only.
func (j *journalist) await(ctx context.Context, done <-chan error) error {
	select {
	case <-ctx.Done():
	case j.why = <-done:
		j.over = true
	}
	return nil
}

// open begins the stream, for those who are there.
func (j *journalist) open() error {
	if j.readers != nil {
		j.come = j.readers.changed()
		return j.readers.begin()
	}
	return j.begin()
}

// periodic writes the report that is due.
func (j *journalist) periodic() error {
	if j.readers != nil && !j.readers.gather() {
		return nil
	}
	return j.full()
}

// renew begins all anew, where the inventory is another one than that of the last
// hello. What was told of by then comes first.
func (j *journalist) renew() error {
	if j.inv == nil || j.station.store.Inventory() == j.inv {
		return nil
	}
	if err := j.changes(); err != nil {
		return err
	}
	if j.readers != nil && !j.readers.gather() {
		j.inv = nil // the next who comes is told
		return nil
	}
	return j.begin()
}

// begin writes hello and the first report.
func (j *journalist) begin() error {
	j.inv = j.station.store.Inventory()
	hello := helloOf(j.inv)
	hello.Time, hello.Every = time.Now(), j.options.period()
	if err := j.reports.Hello(hello); err != nil {
		return err
	}
	return j.full()
}

// full writes a report of everything.
func (j *journalist) full() error {
	if j.options.events {
		return nil
	}
	return j.station.store.Walk(time.Now(), newFullWalker(j))
}

// changes writes what has changed.
func (j *journalist) changes() error {
	if err := j.events(); err != nil {
		return err
	}
	return j.incidents()
}

// events writes those that have not been written.
func (j *journalist) events() error {
	for {
		var missed uint64
		j.unwritten, missed = j.station.store.NextEvents(j.told, j.unwritten[:0])
		if missed > 0 {
			fmt.Fprintf(j.stderr, "%s: %s not written, only the newest are kept\n", j.slow(), count(int(missed), "event"))
		}
		if len(j.unwritten) == 0 {
			return nil
		}
		j.told = j.unwritten[len(j.unwritten)-1].Number
		if err := j.out.Events(j.unwritten); err != nil {
			return err
		}
	}
}

// slow says who is slow when events were missed: a server of viewers waits for none.
func (j *journalist) slow() string {
	if j.readers != nil {
		return "this host is too busy to serve viewers"
	}
	return "read standard output faster"
}

// last writes what happened up to the end.
func (j *journalist) last() error {
	if j.unread {
		return nil
	}
	if err := j.events(); err != nil {
		return err
	}
	if err := j.incidentsNow(); err != nil {
		return err
	}
	return j.periodic()
}

// ended waits for the station's end.
func (j *journalist) ended(done <-chan error) error {
	if !j.over {
		j.why = <-done
	}
	return j.why
}
