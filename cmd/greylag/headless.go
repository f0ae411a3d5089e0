package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"greylag/fleet"
	"greylag/fleet/stream"
)

func (a *app) headless() *cobra.Command {
	o := reporting{}
	debug := false
	c := &cobra.Command{
		Use:   "headless",
		Short: "Probe the fleet and write NDJSON to standard output",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.costs {
				o.meter = newMeter(false)
			}
			hangups, stop := onHangup()
			defer stop()
			inv, err := a.inventory()
			if err != nil {
				return err
			}
			if err := o.journal.check(c, false); err != nil {
				return err
			}
			o.load, o.hangups = a.inventory, hangups
			return a.probe(c.Context(), inv, o, debug)
		},
	}
	a.configFlag(c)
	o.flags(c)
	o.journal.flags(c)
	o.socket.flags(c)
	o.metrics.flags(c)
	c.Flags().BoolVar(&debug, "debug-keepalive", false, "print a router's debug line to standard error for each keepalive sent")
	return c
}

// onHangup is told of each SIGHUP, which ends nothing until stop is called.
func onHangup() (hangups <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c, func() { signal.Stop(c) }
}

// reporting is how a running fleet is written down.
type reporting struct {
	every  time.Duration
	length time.Duration // 0: until a signal comes
	events bool          // events only
	costs  bool          // say at the end what it cost
	meter  *meter        // which measures that; nil: nobody asked

	journal journaling
	socket  socketOptions
	metrics metricsOptions

	load     func() (*fleet.Inventory, error) // reads the inventory anew; nil: it cannot be
	hangups  <-chan os.Signal                 // when to
	reloader *reloader                        // which does that; nil: it cannot be
}

func (o *reporting) flags(c *cobra.Command) {
	c.Flags().DurationVar(&o.every, "every", 10*time.Second, "time between full reports")
	c.Flags().DurationVar(&o.length, "for", 0, "stop after this time (default: run until SIGINT or SIGTERM)")
	c.Flags().BoolVar(&o.events, "events", false, "write events only, no reports")
	c.Flags().BoolVar(&o.costs, "costs", false, "write what it took of the machine to standard error at the end")
	c.PreRunE = func(*cobra.Command, []string) error { return o.check() }
}

func (o *reporting) check() error {
	switch {
	case o.every < 100*time.Millisecond:
		return usageError{fmt.Errorf("--every %v is too often: 100ms is the least", o.every)}
	case o.length < 0:
		return usageError{fmt.Errorf("--for %v is negative", o.length)}
	}
	return cmp.Or(o.socket.check(), o.metrics.check())
}

// probe opens a station on the real network and reports on it; debug prints each
// send.
func (a *app) probe(ctx context.Context, inv *fleet.Inventory, o reporting, debug bool) error {
	s, err := openStation(inv, stationOptions{network: rawNetwork{}, reflect: true, stderr: a.stderr, debug: debug})
	if err != nil {
		return err
	}
	return errors.Join(a.report(ctx, s, o), s.close())
}

// report runs the station and writes its stream until it ends.
func (a *app) report(ctx context.Context, s *station, o reporting) error {
	ctx, cancel := lasting(ctx, o.length)
	defer cancel()
	ctx, cancel = whileRead(ctx, a.stdout)
	defer cancel()
	out := newSteady(a.stdout, a.stderr)
	o.reloader = newReloader(s, o, a.stderr)
	beside, err := openOutlets(s, o, a.stderr)
	if err != nil {
		return err
	}
	if o.meter != nil {
		o.meter.begin(s, o.length)
		defer o.meter.tell(a.stderr)
	}
	if o.reloader != nil {
		o.reloader.beside = beside
	}
	outletsEnd := beside.begin(a.stderr)
	done := make(chan error, 1)
	go func() { done <- s.run(ctx) }()

	j := newJournalist(s, out, o)
	j.stderr, j.unread = a.stderr, beside.tell() && isNull(a.stdout)
	writing := j.write(ctx, done)
	cancel()
	probing := j.ended(done)
	outletsEnd()
	if o.meter != nil {
		o.meter.stop()
	}
	if writing == nil {
		writing = j.last()
	}
	if err := errors.Join(probing, outputError(writing)); err != nil {
		return err
	}
	return out.farewell()
}

// lasting is ctx for that time at most; 0: for as long as it lasts itself.
func lasting(ctx context.Context, length time.Duration) (context.Context, context.CancelFunc) {
	if length == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, length)
}

// outputError is what remains to be said of an error of writing: nothing, where
// the reader has seen enough and went away.
func outputError(err error) error {
	if err == nil || errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return fmt.Errorf("standard output: %w", err)
}

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
	hello.Time = time.Now()
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
