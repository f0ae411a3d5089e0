package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"greylag/fleet"
	"greylag/fleet/journal"
	"greylag/fleet/stream"
)

// journaling is whether a fleet's events are kept on disk, and where.
type journaling struct {
	path  string
	given bool // by the flag, if only that there is none
}

// journalFlag is the name of the flag.
const journalFlag = "journal"

func (o *journaling) flags(c *cobra.Command) {
	c.Flags().StringVar(&o.path, journalFlag, "",
		"keep events and reports in `FILE`, and go on from what it says\n(default: the inventory's [journal]; none: --journal=)")
}

// check notes whether the flag was given; from: another greylag's reports are shown.
func (o *journaling) check(c *cobra.Command, from bool) error {
	if o.given = c.Flags().Changed(journalFlag); o.given && from {
		return usageError{errors.New("--journal and --from exclude each other: only a greylag that probes keeps a journal")}
	}
	return nil
}

// options are the inventory's; the flag comes first.
func (o *journaling) options(inv *fleet.Inventory) fleet.JournalOptions {
	options := inv.Journal
	if o.given {
		options.Path = o.path
	}
	return options
}

// journals opens the journal, if there is to be one, and lets the station's store go on
// from what it says. It comes before the other outlets, which read the store.
func journals(s *station, o reporting, stderr io.Writer) (outlets, error) {
	options := o.journal.options(s.inv)
	if options.Path == "" {
		return nil, nil
	}
	j, err := journal.Begin(journal.Options{JournalOptions: options, Hello: helloOf(s.inv)})
	if err != nil {
		return nil, err
	}
	if found := j.Found(); found != "" {
		fmt.Fprintln(stderr, found)
	}
	j.Continue(s.store)
	debug.FreeOSMemory() // of what reading it took
	keepClose()
	return outlets{&journalOutlet{j, s.store}}, nil
}

// helloOf is what a stream about that inventory begins with, but for the time.
func helloOf(inv *fleet.Inventory) stream.Hello {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return stream.Hello{Version: version, Host: host, Tunnels: len(inv.Tunnels), Spokes: len(inv.Spokes)}
}

// journalOutlet is an [outlet].
type journalOutlet struct {
	journal *journal.Journal
	store   *fleet.Store
}

func (o *journalOutlet) run(ctx context.Context) error {
	return errors.Join(o.journal.Run(ctx, o.store), o.journal.Close())
}
