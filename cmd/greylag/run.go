package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"greylag/fleet/inventory"
	"greylag/probe/rawsock"
)

// app is what the commands share: where they read and write.
type app struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer

	config string // -c, --config
}

// run executes one command line and returns the exit code of CONTRACT.md.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	return a.fail(command, err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "greylag",
		Short: "Watch a fleet of GRE tunnels by their keepalives",
		Long: "greylag sends GRE keepalives to the far ends of a fleet of tunnels, answers theirs,\n" +
			"runs the routers' own state machine for each, and says what is down and since when,\n" +
			"and whether each spoke is on its primary path, on a backup, or on nothing.\n" +
			"Without a command it shows the fleet on the terminal, as greylag tui does.",
		Args:                       knownCommand,
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
	}
	a.viewer(root, &viewing{})
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(a.tui(), a.headless(), a.check(), a.reload(), a.reflect(), a.demo(), a.doctor(),
		a.importing(), a.lint(), a.packet(), a.decode(), a.history(), a.version())
	return root
}

// The exit codes of CONTRACT.md; check has its own.
const (
	exitFailure   = 1
	exitUsage     = 64
	exitForbidden = 77
	exitInventory = 78
)

// usageError is a command line that makes no sense.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// exit is a code without a message: what there was to say has been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// fail says what went wrong and returns the exit code.
func (a *app) fail(command *cobra.Command, err error) int {
	var code exit
	if errors.As(err, &code) {
		return int(code)
	}
	message, status := describe(command, err)
	fmt.Fprintln(a.stderr, message)
	if command.Name() == checkName {
		if json, _ := command.Flags().GetBool("json"); json {
			return checkUnknown // nothing but NDJSON there
		}
		fmt.Fprintf(a.stdout, "UNKNOWN - %s\n", pluginText(firstLine(message)))
		return checkUnknown
	}
	return status
}

// describe finds the words and the code for an error.
func describe(command *cobra.Command, err error) (message string, status int) {
	var mistakes inventory.Errors
	var usage usageError
	switch {
	case errors.As(err, &mistakes):
		return err.Error(), exitInventory
	case errors.As(err, new(inventoryError)):
		return err.Error(), exitInventory
	case errors.Is(err, rawsock.ErrPermission):
		return forbidden(), exitForbidden
	case errors.As(err, &usage) || isUnknownCommand(err):
		return fmt.Sprintf("%v (see: %s --help)", err, command.CommandPath()), exitUsage
	}
	return err.Error(), exitFailure
}
