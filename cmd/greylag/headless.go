package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"greylag/fleet"
)

func (a *app) headless() *cobra.Command {
	o := reporting{}
	debug := false
	from := fromSource{}
	c := &cobra.Command{
		Use:   "headless",
		Short: "Probe the fleet and write NDJSON to standard output",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if from.given() {
				if err := cmp.Or(from.checkSpecs(a.config), onlyProbing(c)); err != nil {
					return err
				}
				return a.merge(c.Context(), o, from)
			}
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
	from.flag(c, "write what other greylags report as one stream")
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

// merges are the flags that make sense where nothing is probed.
var merges = []string{"from", "every", "for", "events"}

// onlyProbing finds one that does not.
func onlyProbing(c *cobra.Command) (err error) {
	c.Flags().Visit(func(f *pflag.Flag) {
		if err == nil && !slices.Contains(merges, f.Name) {
			err = usageError{fmt.Errorf("--%s makes no sense with --from: nothing is probed", f.Name)}
		}
	})
	return err
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

// period is the time between full reports; 0: there are none.
func (o *reporting) period() time.Duration {
	if o.events {
		return 0
	}
	return o.every
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
