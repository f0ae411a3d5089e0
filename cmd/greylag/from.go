package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"greylag/fleet/replica"
	"greylag/fleet/vantage"
	"greylag/tui"
)

// fromSource is what another greylag reports, which is shown instead of probing.
type fromSource struct {
	specs     []string // --from
	speedText string   // --speed
	speed     float64  // 0: not given
}

// fromHelp is what --from says of itself after what it does in place of probing.
const fromHelp = "instead of probing: `SRC` is a recording,\na pipe, a unix socket, or - for standard input; repeat it to see the fleet\nfrom several hosts, and where they disagree"

func (f *fromSource) flag(c *cobra.Command, does string) {
	c.Flags().StringArrayVar(&f.specs, "from", nil, does+" "+fromHelp)
}

func (f *fromSource) flags(c *cobra.Command) {
	f.flag(c, "show what another greylag reports")
	c.Flags().StringVar(&f.speedText, "speed", "", "play the recording at this speed: 10x, 0.5x, max (default 1x)")
}

// given tells whether anything is to be shown instead of probing.
func (f *fromSource) given() bool { return len(f.specs) > 0 }

// check finds what makes no sense; config is what -c says.
func (f *fromSource) check(config string) (err error) {
	if err := f.checkSpecs(config); err != nil {
		return err
	}
	switch {
	case f.speedText == "":
		return nil
	case !f.given():
		return usageError{errors.New("--speed needs --from FILE: only a recording has a speed")}
	}
	if f.speed, err = replica.ParseSpeed(f.speedText); err != nil {
		return usageError{fmt.Errorf("--speed: %w", err)}
	}
	return nil
}

// checkSpecs finds what is no source, or is one twice.
func (f *fromSource) checkSpecs(config string) error {
	if f.given() && config != "" {
		return usageError{errors.New("--from and --config exclude each other: what another greylag reports needs no inventory")}
	}
	for i, spec := range f.specs {
		switch {
		case spec == "":
			return usageError{errors.New("--from is empty: want a recording, a pipe, a unix socket or -")}
		case slices.Contains(f.specs[:i], spec):
			return usageError{fmt.Errorf("--from %s is given twice: the same source sees the same", spec)}
		}
	}
	return nil
}

// open begins to read the sources, until ctx is done.
func (f *fromSource) open(ctx context.Context, o replica.Options) (sources []vantage.Source, err error) {
	for _, spec := range f.specs {
		feed, err := replica.Open(ctx, spec, o)
		if err != nil {
			return nil, err
		}
		if _, plays := feed.(*replica.Player); plays && len(f.specs) > 1 {
			return nil, usageError{fmt.Errorf("--from %s is a recording, which has a time of its own: it can be shown alone only", spec)}
		}
		sources = append(sources, vantage.Source{Feed: feed, Spec: spec})
	}
	return sources, nil
}

// runFrom shows what another greylag reports until the user leaves. It opens no
// socket of its own and needs no privilege.
func (a *app) runFrom(ctx context.Context, o viewing, from fromSource) error {
	keys, err := a.keys(from.specs)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // nobody waits for the sources: what they read may never come
	sources, err := from.open(ctx, replica.Options{Speed: from.speed, Stdin: a.stdin})
	if err != nil {
		return err
	}
	screen, err := a.screenWith(keys, o)
	if err != nil {
		return err
	}
	screen.StatePath = statePath(os.Getenv)
	screen.Source = sourceOf(sources)
	return tui.Run(ctx, screen)
}

// sourceOf shows the terminal a stream, a recording, or what several hosts see.
func sourceOf(sources []vantage.Source) tui.Source {
	if len(sources) > 1 {
		return vantages{vantage.New(sources...)}
	}
	return feedSource(sources[0].Feed)
}

func feedSource(feed replica.Feed) tui.Source {
	if p, ok := feed.(*replica.Player); ok {
		return recording{p}
	}
	return liveStream{feed}
}

// keys is where the keys come from: standard input, unless that is the stream.
func (a *app) keys(specs []string) (*os.File, error) {
	if !slices.Contains(specs, "-") {
		in, _ := a.stdin.(*os.File)
		return in, nil
	}
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return nil, usageError{fmt.Errorf("%w: standard input is the stream, and there is no other to read keys from: %w", tui.ErrNoTerminal, err)}
	}
	return tty, nil
}
