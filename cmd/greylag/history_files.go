package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"greylag/fleet/history"
	"greylag/fleet/journal"
	"greylag/fleet/stream"
)

// readJournal reads the files of a journal, in their order; a file that cannot be
// opened is said, and the others are read.
func (a *app) readJournal(ctx context.Context, h *history.History, path string, since time.Time) error {
	if path == "-" {
		return readHistory(ctx, h, "standard input", a.stdin)
	}
	names, err := journal.Files(path)
	if err != nil {
		return err
	}
	read := 0
	for _, name := range newestNeeded(names, since) {
		f, err := journal.Open(name)
		if err != nil {
			sayUnread(a.stderr, name, err)
			continue
		}
		read++
		err = readHistory(ctx, h, name, f)
		_ = f.Close()
		if err != nil {
			return err
		}
	}
	if read == 0 {
		return fmt.Errorf("%s: none of its files could be opened", path)
	}
	return nil
}

// sayUnread says that a file could not be opened; retention may have dropped it
// meanwhile.
func sayUnread(stderr io.Writer, name string, err error) {
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.New("dropped meanwhile by the journal's retention")
	}
	fmt.Fprintf(stderr, "%s: not read: %v\n", name, err)
}

// readHistory reads a file ahead, so that unpacking it and adding it up go on at the
// same time.
func readHistory(ctx context.Context, h *history.History, name string, r io.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := h.Read(name, newReadAhead(ctx, r, func() {})); err != nil {
		return err
	}
	return ctx.Err()
}

// newestNeeded leaves out files that end before since: each begins with how things
// stand.
func newestNeeded(names []string, since time.Time) []string {
	for n := len(names) - 1; n > 0 && !since.IsZero(); n-- {
		if begin := beginOf(names[n]); !begin.IsZero() && !begin.After(since) {
			return names[n:]
		}
	}
	return names
}

// beginOf is when a file begins; zero: it does not say.
func beginOf(name string) time.Time {
	f, err := journal.Open(name)
	if err != nil {
		return time.Time{}
	}
	defer f.Close()
	rec, err := stream.NewDecoder(f).Next()
	if err != nil || rec.Hello == nil {
		return time.Time{}
	}
	return rec.Hello.Time
}

// troublesTold is how many mistakes are told one by one.
const troublesTold = 20

// troubles says what is wrong with a journal, and not all of it.
type troubles struct {
	out  io.Writer
	seen int
}

func (t *troubles) tell(p history.Problem) {
	if t.seen++; t.seen <= troublesTold {
		fmt.Fprintln(t.out, p)
	}
}

func (t *troubles) end() {
	if more := t.seen - troublesTold; more > 0 {
		fmt.Fprintf(t.out, "and %s more\n", count(more, "problem"))
	}
}
