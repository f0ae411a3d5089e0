package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"greylag/fleet/replica"
	"greylag/tui"
)

// fromSource is what another greylag reports, which is shown instead of probing.
type fromSource struct {
	specs     []string // --from
	speedText string   // --speed
	speed     float64  // 0: not given
}

func (f *fromSource) flags(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.specs, "from", nil,
		"show what another greylag reports instead of probing: `SRC` is a recording,\na pipe, a unix socket, or - for standard input")
	c.Flags().StringVar(&f.speedText, "speed", "", "play the recording at this speed: 10x, 0.5x, max (default 1x)")
}

// given tells whether anything is to be shown instead of probing.
func (f *fromSource) given() bool { return len(f.specs) > 0 }

// check finds what makes no sense; config is what -c says.
func (f *fromSource) check(config string) (err error) {
	switch {
	case len(f.specs) > 1:
		return usageError{fmt.Errorf("--from is given %d times: one source at a time can be shown", len(f.specs))}
	case f.given() && f.specs[0] == "":
		return usageError{errors.New("--from is empty: want a recording, a pipe, a unix socket or -")}
	case f.given() && config != "":
		return usageError{errors.New("--from and --config exclude each other: what another greylag reports needs no inventory")}
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

// runFrom shows what another greylag reports until the user leaves. It opens no
// socket of its own and needs no privilege.
func (a *app) runFrom(ctx context.Context, o viewing, from fromSource) error {
	keys, err := a.keys(from.specs[0])
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // nobody waits for the feed: what it reads may never come
	feed, err := replica.Open(ctx, from.specs[0], replica.Options{Speed: from.speed, Stdin: a.stdin})
	if err != nil {
		return err
	}
	screen, err := a.screenWith(keys, o)
	if err != nil {
		return err
	}
	screen.StatePath = statePath(os.Getenv)
	screen.Source = feedSource(feed)
	return tui.Run(ctx, screen)
}

// feedSource shows the terminal a stream or a recording.
func feedSource(feed replica.Feed) tui.Source {
	if p, ok := feed.(*replica.Player); ok {
		return recording{p}
	}
	return liveStream{feed}
}

// keys is where the keys come from: standard input, unless that is the stream.
func (a *app) keys(spec string) (*os.File, error) {
	if spec != "-" {
		in, _ := a.stdin.(*os.File)
		return in, nil
	}
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return nil, usageError{fmt.Errorf("%w: standard input is the stream, and there is no other to read keys from: %w", tui.ErrNoTerminal, err)}
	}
	return tty, nil
}
