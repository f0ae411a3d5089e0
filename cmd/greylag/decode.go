package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"greylag/fleet"
	"greylag/fleet/decode"
	"greylag/fleet/inventory"
	"greylag/fleet/stream"
	"greylag/probe/capture"
)

// decoding is what decode was asked for.
type decoding struct {
	json, debug bool
	config      string // "": no inventory
	match       string
	decode.Options
}

func (a *app) decode() *cobra.Command {
	o := decoding{}
	c := &cobra.Command{
		Use:   "decode FILE...",
		Short: "Find the keepalives in captures and replay the state machine of each tunnel",
		Long: "Read captures, pcap or pcapng, gzip'd or not; - is standard input. Every keepalive is\n" +
			"printed, an answer with what became of it: matched to its request by addresses, key and\n" +
			"inner IP identification. A request counts as a send, so the state machine runs as it did\n" +
			"at the sender, if the capture was taken there. Times are UTC.\n" +
			"A capture does not say how many retries its tunnels have: without --retries or an\n" +
			"inventory it is a router's default of 3. The interval is the median of those seen.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("decode needs a capture: FILE.pcap, or - for standard input")}
			}
			return o.check()
		},
		RunE: func(c *cobra.Command, args []string) error { return a.runDecode(c.Context(), o, args) },
	}
	f := c.Flags()
	f.BoolVar(&o.json, "json", false, "write NDJSON: a record for each keepalive, then one for each tunnel")
	f.BoolVar(&o.debug, "debug", false, "print a router's debug line for each request, and nothing else")
	f.StringVarP(&o.config, "config", "c", "", "take tunnels' names and timers from this inventory `FILE`")
	f.IntVar(&o.Retries, "retries", 0, "retries of all tunnels, 1 to 255 (default: the inventory's, else 3)")
	f.DurationVar(&o.Interval, "interval", 0, "interval of all tunnels (default: the inventory's, else as seen)")
	f.StringVar(&o.match, "match", "id", "match answers by id, or by address where far ends rewrite the IP identification")
	return c
}

func (o *decoding) check() error {
	switch {
	case o.json && o.debug:
		return usageError{errors.New("--json and --debug exclude each other")}
	case o.Retries < 0 || o.Retries > 255:
		return usageError{fmt.Errorf("--retries %d is out of range: 1 to 255", o.Retries)}
	case o.Interval < 0 || o.Interval > 32767*time.Second:
		return usageError{fmt.Errorf("--interval %v is out of range: up to 32767s", o.Interval)}
	case o.match != "id" && o.match != "address":
		return usageError{fmt.Errorf("--match %q is neither id nor address", o.match)}
	}
	o.MatchAddress = o.match == "address"
	return nil
}

func (a *app) runDecode(ctx context.Context, o decoding, files []string) error {
	if o.config != "" {
		inv, err := inventory.Load(o.config)
		if err != nil {
			return inventoryError{err}
		}
		o.Inventory = inv
	}
	out := bufio.NewWriterSize(a.stdout, 64<<10)
	d := decoder{replay: decode.New(o.Options), teller: o.teller(out)}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // nobody waits for what may never come
	var errs []error
	for _, file := range files {
		err := d.file(ctx, a.stdin, file)
		if written := (writeError{}); errors.As(err, &written) {
			return outputError(written.error)
		}
		errs = append(errs, err)
	}
	failed := errors.Join(errs...)
	counts := d.replay.Counts()
	if failed != nil && counts.Frames == 0 {
		return failed
	}
	if err := errors.Join(d.replay.Tunnels(d.teller.tunnel), d.teller.end(counts), out.Flush()); err != nil {
		return outputError(err)
	}
	if (o.json || o.debug) && counts.Cut+counts.Damaged+counts.UnreadLink+counts.Unfollowed > 0 {
		fmt.Fprintln(a.stderr, countsText(counts)) // those have no place for it
	}
	return errors.Join(failed, unread(counts))
}

// unread is the error where nothing could be read for its link type.
func unread(c decode.Counts) error {
	if c.Frames == 0 || c.UnreadLink < c.Frames {
		return nil
	}
	return errors.New(capture.UnreadLink(c.Link))
}

// writeError is one of standard output, not of a capture.
type writeError struct{ error }

// decodeTeller tells what is found.
type decodeTeller interface {
	keepalive(s *fleet.Sighting, changes []fleet.Event) error
	tunnel(t *decode.Tunnel) error
	end(c decode.Counts) error
	flush() // what has been told, as nothing more is there to read for now
}

func (o *decoding) teller(out *bufio.Writer) decodeTeller {
	switch {
	case o.json:
		return decodeJSON{stream.NewEncoder(out), out}
	case o.debug:
		return &decodeDebug{out: out}
	}
	return &decodeText{out: out}
}

// decoder reads captures, one after the other.
type decoder struct {
	replay  *decode.Replay
	teller  decodeTeller
	seen    fleet.Sighting
	changes []fleet.Event
}

// file reads one capture; what went wrong with it begins with its name.
func (d *decoder) file(ctx context.Context, stdin io.Reader, name string) error {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	} else {
		name = "standard input"
	}
	if err := d.read(ctx, in); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// read reads a capture to its end, or to that of ctx.
func (d *decoder) read(ctx context.Context, in io.Reader) error {
	r := capture.NewReader(newReadAhead(ctx, in, d.teller.flush))
	for ctx.Err() == nil {
		frame, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := d.frame(&frame); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) frame(f *capture.Frame) error {
	changes, found := d.replay.Frame(f, &d.seen, d.changes[:0])
	d.changes = changes
	if !found {
		return nil
	}
	if err := d.teller.keepalive(&d.seen, changes); err != nil {
		return writeError{err}
	}
	return nil
}
