package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"
)

// grace is how long a terminal that takes no output may delay the end.
const grace = 2 * time.Second

// Run shows the source on the terminal until the user leaves, ctx ends, the
// process is asked to end (SIGINT, SIGTERM, SIGHUP), or the terminal is gone:
// then it returns nil. It returns an error that is [ErrNoTerminal] before it
// has written anything, and a [*Fault] where the program failed. The terminal is
// as it was in every case.
func Run(ctx context.Context, o Options) error {
	o = o.withDefaults()
	if err := checkTerminal(&o); err != nil {
		return err
	}
	was, err := term.GetState(o.In.Fd())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoTerminal, err)
	}
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	defer onSignals(leave)()
	g := &guard{model: newModel(ctx, o), leave: leave}
	stuck, err := runProgram(ctx, program(g, &o))
	err = errors.Join(err, g.saver.flush(o.StatePath))
	switch {
	case stuck: // and it still has the model
		return errors.Join(err, term.Restore(o.In.Fd(), was))
	case g.fault != nil:
		return errors.Join(g.fault, err)
	case g.keepScreen && err == nil:
		_, err = io.WriteString(o.Out, strings.ReplaceAll(g.screen(), "\n", "\r\n")+"\r\n")
	}
	return err
}

// program is Bubble Tea's side, on the terminal.
func program(g *guard, o *Options) *tea.Program {
	return programOn(g, o, &keyboard{watched: watched{o.In, g.leave, &g.written}}, watched{o.Out, g.leave, &g.written})
}

// programOn is Bubble Tea's side. Colours are decided here: the library takes
// NO_COLOR for a boolean.
func programOn(g tea.Model, o *Options, in io.Reader, out io.Writer, more ...tea.ProgramOption) *tea.Program {
	profile := colorprofile.ANSI
	switch o.Color {
	case Color256:
		profile = colorprofile.ANSI256
	case ColorNone:
		profile = colorprofile.ASCII
	}
	return tea.NewProgram(g, append([]tea.ProgramOption{
		tea.WithInput(in),
		tea.WithOutput(out),
		tea.WithEnvironment(o.Environ),
		tea.WithColorProfile(profile),
		tea.WithoutSignalHandler(),
	}, more...)...)
}

// runProgram runs the program until it ends, or ctx does: then it is asked to
// quit, which unlike killing waits for its readers. A terminal that takes no
// output, stopped or behind a dead line, is not waited for: the program is stuck.
func runProgram(ctx context.Context, p *tea.Program) (stuck bool, err error) {
	ended := make(chan error, 1)
	go func() {
		_, err := p.Run()
		ended <- programError(err)
	}()
	select {
	case err := <-ended:
		return false, err
	case <-ctx.Done():
		go p.Quit() // waits for its turn
	}
	select {
	case err := <-ended:
		return false, err
	case <-time.After(grace):
		return true, nil
	}
}

// programError tells failures from ways to end. Where the terminal is gone,
// reading it fails, which is one of these.
func programError(err error) error {
	if err == nil || errors.Is(err, syscall.EIO) || errors.Is(err, tea.ErrInterrupted) {
		return nil
	}
	return fmt.Errorf("the terminal view ended: %w", err)
}
