package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"greylag/fleet"
	"greylag/fleet/stream"
	"greylag/tui"
)

func (a *app) tui() *cobra.Command {
	o := &viewing{}
	c := &cobra.Command{
		Use:   "tui",
		Short: "Probe the fleet and show it on the terminal",
		Long: "Probe the fleet and show it on the terminal; or show what another greylag reports,\n" +
			"as it comes or from a recording, which needs no privilege and no inventory:\n" +
			"  ssh HOST greylag headless | greylag --from -\n" +
			"  ssh HOST greylag headless | greylag --from - --from SOCKET\n" +
			"  greylag headless > FILE; greylag --from FILE --speed 10x\n" +
			"? shows the keys, q leaves.",
		Args: noArguments,
	}
	a.viewer(c, o)
	return c
}

// viewer makes c show the fleet on the terminal.
func (a *app) viewer(c *cobra.Command, o *viewing) {
	from := &fromSource{}
	a.configFlag(c)
	from.flags(c)
	o.flags(c)
	o.journal.flags(c)
	c.PreRunE = func(*cobra.Command, []string) error {
		return cmp.Or(o.check(), from.check(a.config), o.journal.check(c, from.given()))
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		if from.given() {
			return a.runFrom(c.Context(), *o, *from)
		}
		return a.runTUI(c.Context(), *o)
	}
}

// viewing is how the terminal is drawn on.
type viewing struct {
	color      string
	background string
	ascii      bool

	journal journaling
}

func (o *viewing) flags(c *cobra.Command) {
	c.Flags().StringVar(&o.color, "color", string(tui.ColorAuto), "colours to draw with: auto, 16, 256 or none")
	c.Flags().StringVar(&o.background, "background", string(tui.BackgroundAuto), "the terminal's background: auto, dark or light")
	c.Flags().BoolVar(&o.ascii, "ascii", false, "draw with ASCII only (default: as the locale says)")
}

func (o *viewing) check() error {
	switch tui.Color(o.color) {
	case tui.ColorAuto, tui.Color16, tui.Color256, tui.ColorNone:
	default:
		return usageError{fmt.Errorf("--color %s is none of auto, 16, 256 and none", o.color)}
	}
	switch tui.Background(o.background) {
	case tui.BackgroundAuto, tui.BackgroundDark, tui.BackgroundLight:
	default:
		return usageError{fmt.Errorf("--background %s is none of auto, dark and light", o.background)}
	}
	return nil
}

// runTUI probes the inventory's fleet and shows it.
func (a *app) runTUI(ctx context.Context, o viewing) error {
	screen, err := a.screen(o)
	if err != nil {
		return err
	}
	inv, err := a.inventory()
	if err != nil {
		return err
	}
	notes := &notes{}
	s, err := openStation(inv, stationOptions{network: rawNetwork{}, reflect: true, stderr: notes})
	if err != nil {
		return err
	}
	screen.StatePath = statePath(os.Getenv)
	source := liveSource{station: s, notes: notes, label: liveLabel()}
	return errors.Join(show(ctx, s, screen, reporting{journal: o.journal}, source), s.close())
}

// show runs the station and shows it on the screen until the user leaves. Of o only
// what is told beside the screen matters.
func show(ctx context.Context, s *station, screen tui.Options, o reporting, source tui.Source) error {
	beside, err := openOutlets(s, o, s.stderr)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		done <- s.run(ctx)
		cancel() // nothing more will come: leave, and say why
	}()
	outletsEnd := beside.begin(s.stderr)
	screen.Source = source
	err = tui.Run(ctx, screen)
	cancel()
	err = errors.Join(err, <-done)
	outletsEnd()
	return err
}

// screen is the terminal, if there is one.
func (a *app) screen(o viewing) (tui.Options, error) {
	in, _ := a.stdin.(*os.File)
	return a.screenWith(in, o)
}

// screenWith is the terminal with keys from in, if there is one.
func (a *app) screenWith(in *os.File, o viewing) (tui.Options, error) {
	out, _ := a.stdout.(*os.File)
	t := tui.Options{
		In: in, Out: out,
		Color: tui.Color(o.color), Background: tui.Background(o.background), ASCII: o.ascii,
		Write: writeReport, JSON: tunnelJSON,
	}
	if err := tui.CheckTerminal(t); err != nil {
		return t, usageError{err}
	}
	return t, nil
}

// writeReport writes a report as the stream has it.
func writeReport(w io.Writer, r *fleet.Report) error {
	return stream.NewEncoder(w).Report(r)
}

// tunnelJSON is a tunnel's record of the stream, without the newline.
func tunnelJSON(t *fleet.TunnelReport) string {
	line := stream.AppendTunnel(nil, t)
	return string(line[:len(line)-1])
}

// statePath is the file in which the terminal remembers how it was left (XDG Base
// Directory Specification); "" where there is no home.
func statePath(getenv func(string) string) string {
	base := getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(base) {
		home := getenv("HOME")
		if home == "" {
			return ""
		}
		base = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(base, "greylag", "tui.json")
}
