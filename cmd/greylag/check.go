package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"greylag/fleet"
	"greylag/fleet/stream"
)

const checkName = "check"

// Exit codes of check: those of monitoring plugins.
const (
	checkOK = iota
	checkWarning
	checkCritical
	checkUnknown
)

// checking is what check was asked for.
type checking struct {
	selection selection
	interval  time.Duration // 0: the inventory's
	retries   int           // 0: the inventory's
	timeout   time.Duration // 0: as long as the slowest tunnel takes
	json      bool
	from      fromSource
}

func (a *app) check() *cobra.Command {
	o := checking{}
	c := &cobra.Command{
		Use:   checkName,
		Short: "Probe until every tunnel's state is known, print a table, exit as a monitoring plugin does",
		Long: "Probe until every tunnel's state is known or the timeout passes, print a table, and\n" +
			"exit with 0 (all up), 1 (something degraded, or a spoke without the protection that is\n" +
			"configured), 2 (a tunnel down) or 3 (unknown). Peers' keepalives are not answered.\n" +
			"With --from nothing is probed, and no privilege or inventory is needed: the states are\n" +
			"those that other greylags report. Of several the worst counts, and what only a source\n" +
			"knows that cannot be read, or says nothing new, is unknown.",
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			given := checkFlags{c.Flags().Changed("interval"), c.Flags().Changed("retries")}
			if err := cmp.Or(o.validate(given), o.from.checkSpecs(a.config)); err != nil {
				return err
			}
			if o.from.given() {
				return a.runCheckFrom(c.Context(), o)
			}
			return a.runCheck(c.Context(), o)
		},
	}
	a.configFlag(c)
	o.from.flag(c, "take the states that another greylag reports")
	o.selection.flags(c)
	c.Flags().DurationVar(&o.interval, "interval", 0, "probe at this interval instead of the inventory's")
	c.Flags().IntVar(&o.retries, "retries", 0, "retries before a line is down, instead of the inventory's")
	c.Flags().DurationVar(&o.timeout, "timeout", 0, "give up after this time (default: what the slowest tunnel\nneeds to exhaust its retries; with --from 30s)")
	c.Flags().BoolVar(&o.json, "json", false, "print NDJSON: tunnel records and a summary")
	return c
}

// validate holds the flags against R8, as the inventory is.
func (o *checking) validate(given checkFlags) error {
	switch {
	case o.from.given() && (given.interval || given.retries):
		return usageError{errors.New("--interval and --retries make no sense with --from: nothing is probed")}
	case given.interval && (o.interval < 100*time.Millisecond || o.interval > 32767*time.Second):
		return usageError{fmt.Errorf("--interval %v is not within 100ms and 32767s", o.interval)}
	case given.retries && (o.retries < 1 || o.retries > 255):
		return usageError{fmt.Errorf("--retries %d is not within 1 and 255", o.retries)}
	case o.timeout < 0:
		return usageError{fmt.Errorf("--timeout %v is negative", o.timeout)}
	}
	return nil
}

// checkFlags tells which flags were given: a 0 is no value of R8's.
type checkFlags struct{ interval, retries bool }

func (a *app) runCheck(ctx context.Context, o checking) error {
	inv, err := a.inventory()
	if err != nil {
		return err
	}
	if inv, err = o.selection.narrow(inv); err != nil {
		return err
	}
	o.override(inv)
	s, err := openStation(inv, stationOptions{network: rawNetwork{}, stderr: a.stderr})
	if err != nil {
		return err
	}
	report, err := o.settle(ctx, s)
	if err = errors.Join(err, s.close()); err != nil {
		return err
	}
	return a.verdict(report, o)
}

// override applies the timers of the command line.
func (o *checking) override(inv *fleet.Inventory) {
	for i := range inv.Tunnels {
		if o.interval != 0 {
			inv.Tunnels[i].Interval = o.interval
		}
		if o.retries != 0 {
			inv.Tunnels[i].Retries = o.retries
		}
	}
}

// needed is how long the slowest tunnel may take to be known to be down: the
// first contact, an interval more for its place in the interval, and as many
// intervals as retries (R10).
func needed(inv *fleet.Inventory) time.Duration {
	var longest time.Duration
	enabled := inv.Enabled()
	for _, t := range enabled {
		longest = max(longest, time.Duration(t.Retries+1)*t.Interval)
	}
	contact := time.Duration(len(enabled)) * time.Second / time.Duration(max(inv.Engine.MaxRate, 1))
	return longest + contact + 2*time.Second
}

// explainWithin is how long after a line went down its reason may take: the echo
// that tells a black hole from silence is asked for with the last keepalive, and
// waited for a second.
const explainWithin = 1500 * time.Millisecond

// explained tells whether every tunnel that is down has a reason, or will have
// none.
func explained(r *fleet.Report) bool {
	return !slices.ContainsFunc(r.Tunnels, func(t fleet.TunnelReport) bool {
		return t.State == fleet.Down && t.Reason == "" && r.Time.Sub(t.Since) < explainWithin
	})
}

// settle probes until no tunnel is pending and what is down is explained, and
// reports.
func (o *checking) settle(ctx context.Context, s *station) (*fleet.Report, error) {
	timeout := o.timeout
	if timeout == 0 {
		timeout = needed(s.inv)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	changed, unsubscribe := s.store.Subscribe()
	defer unsubscribe()
	done := make(chan error, 1)
	go func() { done <- s.run(ctx) }()
	for {
		var again <-chan time.Time
		if r := s.store.Report(time.Now(), nil); r.Summary.Tunnels[fleet.Pending] == 0 {
			if explained(r) {
				cancel()
			}
			again = time.After(explainWithin / 10) // a reason wakes nobody
		}
		select {
		case err := <-done:
			return s.store.Report(time.Now(), nil), err
		case <-changed:
		case <-again:
		}
	}
}

// verdict prints the report and returns the exit code.
func (a *app) verdict(r *fleet.Report, o checking) error {
	code, line := pluginLine(r)
	var err error
	if o.json {
		err = printJSON(stream.NewEncoder(a.stdout), r)
	} else {
		err = printTable(a.stdout, r, line)
	}
	if err = outputError(err); err != nil {
		return err
	}
	return exit(code)
}

func printJSON(e *stream.Encoder, r *fleet.Report) error {
	for i := range r.Tunnels {
		if err := e.Tunnel(&r.Tunnels[i]); err != nil {
			return err
		}
	}
	return e.Summary(&r.Summary)
}
