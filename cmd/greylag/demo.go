package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"greylag/probe/netlab"
)

// mostDemoTunnels is as far as the demo's addresses and one machine go.
const mostDemoTunnels = 20_000

// demonstrating is what demo was asked for.
type demonstrating struct {
	tunnels  int
	headless bool
	text     bool
	viewing
	reporting
}

func (a *app) demo() *cobra.Command {
	o := demonstrating{}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Watch a whole fleet on this machine, with scripted failures",
		Long: "Watch a fleet of tunnels whose far ends are on this machine too: real packets through\n" +
			"real raw sockets, in a network namespace of its own that needs no root where user\n" +
			"namespaces are allowed. Where they are not, the network is simulated in memory.\n" +
			"A script makes things fail and recover, every minute anew, and says so.\n" +
			"Without a terminal it tells what happens in lines of text.",
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			// Reports are written, not shown: who asks for them wants lines.
			o.text = o.text || c.Flags().Changed("every") || c.Flags().Changed("events")
			o.costs = o.costs || o.headless && o.length > 0
			return a.runDemo(c.Context(), c.Flags(), o)
		},
	}
	o.reporting.flags(c)
	o.viewing.flags(c)
	c.Flags().IntVar(&o.tunnels, "tunnels", 24, "how many tunnels, 1 to 20000")
	c.Flags().BoolVar(&o.headless, "headless", false, "write NDJSON to standard output, as greylag headless does,\nand what is done to the network to standard error")
	c.Flags().BoolVar(&o.text, "text", false, "tell what happens in lines of text, on a terminal too;\n--every and --events do so by themselves")
	c.PreRunE = func(*cobra.Command, []string) error { return o.check() }
	return c
}

func (o *demonstrating) check() error {
	if o.tunnels < 1 || o.tunnels > mostDemoTunnels {
		return usageError{fmt.Errorf("--tunnels %d is not within 1 and %d", o.tunnels, mostDemoTunnels)}
	}
	if o.text && o.headless {
		return usageError{errors.New("--text and --headless exclude each other: lines for people, or NDJSON for programs")}
	}
	return errors.Join(o.reporting.check(), o.viewing.check())
}

// runDemo runs the demo in a namespace, for which the program starts itself
// anew, or on the simulated network if there can be none.
func (a *app) runDemo(ctx context.Context, flags *pflag.FlagSet, o demonstrating) error {
	if netlab.Inside() {
		return a.labDemo(ctx, o)
	}
	why := netlab.Available()
	if why == nil {
		// Signals reach the program by Reexec, and must not do so twice.
		code, err := netlab.Reexec(context.WithoutCancel(ctx), again("demo", flags), nil)
		if err == nil {
			return exit(code)
		}
		why = err
	}
	fmt.Fprintf(a.stderr, "the network is simulated in memory: %v\n", why)
	return a.simDemo(ctx, o)
}

// again returns the arguments of the same command line.
func again(command string, flags *pflag.FlagSet) []string {
	args := []string{command}
	flags.Visit(func(f *pflag.Flag) { args = append(args, "--"+f.Name+"="+f.Value.String()) })
	return args
}

func (a *app) labDemo(ctx context.Context, o demonstrating) error {
	o.measure()
	n, err := newDemoNet(newDemoFleet(o.tunnels))
	if err != nil {
		return err
	}
	lab, err := openDemoLab(n)
	if err != nil {
		return err
	}
	st := lab.stage(n)
	return errors.Join(play(ctx, st, a.audience(st, o)), lab.close())
}

// measure prepares to say what the demo costs, before there is a fleet.
func (o *demonstrating) measure() {
	if o.costs {
		o.meter = newMeter(true)
	}
}

func (a *app) simDemo(ctx context.Context, o demonstrating) error {
	o.measure()
	n, err := newDemoNet(newDemoFleet(o.tunnels))
	if err != nil {
		return err
	}
	st := simStage(n)
	return play(ctx, st, a.audience(st, o))
}

// audience is to whom a demo is shown, and told what is done to the network.
type audience struct {
	show func(context.Context, *station) error // runs the station until the demo ends
	say  func(text string) error
}

// audience is a program that reads the stream, or a person: at a terminal, or
// with lines of text.
func (a *app) audience(st *stage, o demonstrating) audience {
	if !o.headless {
		if screen, err := a.screen(o.viewing); err == nil && !o.text {
			return st.screenAudience(screen, o.length)
		}
		return newTeller(a, st.headlines()).audience(o.reporting)
	}
	for _, line := range st.headlines() {
		fmt.Fprintln(a.stderr, line)
	}
	return audience{
		show: func(ctx context.Context, s *station) error { return a.report(ctx, s, o.reporting) },
		say: func(text string) error {
			fmt.Fprintf(a.stderr, "%s %s %s\n", time.Now().Format(tellTime), demoWord, text)
			return nil // the stream goes on, whether or not anybody reads this
		},
	}
}

// play probes the fleet on a stage, shows it, and performs the script.
func play(ctx context.Context, st *stage, to audience) error {
	s, err := openStation(st.fleet.inv, stationOptions{network: st.network, reflect: true})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	script := make(chan error, 1)
	go func() {
		defer cancel()
		script <- perform(ctx, st.script(), to.say)
	}()
	err = to.show(ctx, s)
	cancel()
	return errors.Join(err, <-script, s.close())
}

// headlines say what the demo is.
func (s *stage) headlines() []string {
	inv := s.fleet.inv
	return []string{
		fmt.Sprintf("greylag demo: %s from %s to %s, probed by %s.", count(len(inv.Tunnels), "tunnel"),
			count(len(inv.Hubs), "hub"), count(len(inv.Spokes), "spoke"), s.headline),
		`Nothing leaves this machine. Lines with "demo:" say what is done to the network. Ctrl-C ends it.`,
	}
}
