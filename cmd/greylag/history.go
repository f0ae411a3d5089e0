package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"greylag/fleet/history"
)

// recalling is what history was asked for.
type recalling struct {
	selection    selection
	since, until string // as they were given
	by           string
	json, csv    bool
}

// What --by may name.
var recallings = []string{"tunnel", "spoke", "hub", "tag", "incident", "outage"}

func (a *app) history() *cobra.Command {
	o := recalling{}
	c := &cobra.Command{
		Use:   "history JOURNAL",
		Short: "Add up outages and availability of what a journal or a recording tells",
		Long: "Read a journal (headless --journal) with its rotated files, or a recording (headless > FILE);\n" +
			"- is standard input. No privilege and no inventory is needed. A moment is how long ago (30d,\n" +
			"2h), a date (2026-11-01), a time (14:02), or RFC 3339; what has no zone is in this host's.\n" +
			"\n" +
			"Availability is up / (up + down); degraded is up; a spoke is up while any path is. Pending,\n" +
			"disabled and time in which greylag did not run count for neither, and are told. Hubs and tags\n" +
			"are their tunnels together, weighted by time. An outage over a restart of greylag is one.\n" +
			"MTTR is the mean of outages whose begin and end were seen, MTBF the time up for each change\n" +
			"from up to down. What began before --since is cut for sums. DOWN is time that was observed.\n" +
			"\n" +
			"--json prints an object a line: \"outage\" and \"gap\" (not observed) as they end, outages that go\n" +
			"on, \"incident\", \"availability\" of each tunnel, spoke, hub, tag and of the fleet, then \"history\".\n" +
			"--csv prints the availabilities, or with --by what that names, under a line of names. Units are\n" +
			"in the names, times UTC, and what is not known is absent. The worst stands first.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("history needs one JOURNAL: the file that --journal names, a recording, or - for standard input")}
			}
			return o.check()
		},
		RunE: func(c *cobra.Command, args []string) error { return a.runHistory(c.Context(), o, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&o.since, "since", "", "count from this `MOMENT` on (default: the journal's first record)")
	f.StringVar(&o.until, "until", "", "count up to this `MOMENT` (default: the journal's last record)")
	f.StringVar(&o.by, "by", "", "all rows of one `KIND`: tunnel, spoke, hub, tag, incident or outage\n(default: the worst ten of each)")
	f.BoolVar(&o.json, "json", false, "print NDJSON")
	f.BoolVar(&o.csv, "csv", false, "print comma-separated values")
	o.selection.flags(c)
	return c
}

func (o *recalling) check() error {
	switch {
	case o.json && o.csv:
		return usageError{errors.New("--json and --csv exclude each other")}
	case o.by != "" && !slices.Contains(recallings, o.by):
		return usageError{fmt.Errorf("--by %q is none of %s", o.by, strings.Join(recallings, ", "))}
	}
	return o.selection.check()
}

// wants tells whether rows of that kind are to be told.
func (o *recalling) wants(kind string) bool { return o.by == "" || o.by == kind }

// options are those of the package, with the window as of now.
func (o *recalling) options(now time.Time) (history.Options, error) {
	var h history.Options
	for _, m := range []struct {
		flag, text string
		into       *time.Time
	}{{"--since", o.since, &h.Since}, {"--until", o.until, &h.Until}} {
		if m.text == "" {
			continue
		}
		at, err := history.ParseMoment(m.text, now)
		if err != nil {
			return h, usageError{fmt.Errorf("%s %w", m.flag, err)}
		}
		*m.into = at
	}
	if h.Until.After(now) {
		h.Until = now
	}
	if !h.Until.IsZero() && !h.Since.Before(h.Until) {
		return h, usageError{fmt.Errorf("--since %s is not before --until %s", h.Since.Format(time.RFC3339), h.Until.Format(time.RFC3339))}
	}
	if !o.selection.All() {
		h.Keep = o.selection.Matches
	}
	return h, nil
}

// recaller tells what was found: outages and gaps as they end, then the rest.
type recaller interface {
	outage(o *history.Outage) error
	gap(g history.Gap) error
	end(r *history.Report) error
}

func (o *recalling) recaller(out *bufio.Writer, a *app) recaller {
	switch {
	case o.json:
		return newHistoryJSON(out, o)
	case o.csv:
		return newHistoryCSV(out, o)
	}
	return newHistoryText(out, o, terminalWidth(a.stdout))
}

func (a *app) runHistory(ctx context.Context, o recalling, path string) error {
	options, err := o.options(time.Now())
	if err != nil {
		return err
	}
	defer collectSeldom()()
	out := bufio.NewWriterSize(a.stdout, 64<<10)
	teller := o.recaller(out, a)
	options.Outage = func(o *history.Outage) error { return written(teller.outage(o)) }
	options.Gap = func(g history.Gap) error { return written(teller.gap(g)) }
	trouble := &troubles{out: a.stderr}
	options.Problem = trouble.tell
	defer trouble.end()

	h := history.New(options)
	r, err := a.recall(ctx, h, path, options)
	if err == nil {
		err = written(errors.Join(teller.end(r), out.Flush()))
	}
	if failed := (writeError{}); errors.As(err, &failed) {
		return outputError(failed.error)
	}
	return err
}

// recall reads it all; it is an error where there is nothing to tell of.
func (a *app) recall(ctx context.Context, h *history.History, path string, o history.Options) (*history.Report, error) {
	if err := a.readJournal(ctx, h, path, o.Since); err != nil {
		return nil, err
	}
	r, err := h.Report()
	if err != nil {
		return nil, err
	}
	return r, sayNothing(r, path, o.Keep != nil)
}

// written marks an error of standard output.
func written(err error) error {
	if err == nil {
		return nil
	}
	return writeError{err}
}

// sayNothing is the error where there is nothing to tell of.
func sayNothing(r *history.Report, path string, narrowed bool) error {
	switch {
	case r.First.IsZero():
		return fmt.Errorf("%s: no record in it could be read: is it a journal, or a recording of headless?", path)
	case !r.Last.After(r.Since) || !r.First.Before(r.Until):
		return fmt.Errorf("%s: nothing was recorded in that time: the records are from %s to %s", path, zonedTime(r.First), zonedTime(r.Last))
	case narrowed && len(r.Tunnels) == 0:
		return usageError{errors.New("no tunnel of the journal matches --tunnel, --hub, --spoke and --tag together")}
	}
	return nil
}

// zonedTime is a time for people.
func zonedTime(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05 MST") }
