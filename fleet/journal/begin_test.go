package journal

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"greylag/fleet"
)

// TestRefused: what cannot be a journal, and what would be right.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	fifo, text, missing := filepath.Join(dir, "fifo"), filepath.Join(dir, "text"), filepath.Join(dir, "no", "journal")
	must(t, syscall.Mkfifo(fifo, 0o600))
	must(t, os.WriteFile(text, []byte("something else\n"), 0o600))
	for path, want := range map[string]string{
		dir:         "is a directory: name a file in it",
		fifo:        "is no regular file, so it keeps nothing",
		"/dev/null": "is no regular file, so it keeps nothing",
		text:        "is no journal of greylag's, which begins with a hello record: name another file",
		missing:     "there is no such directory: make it, or name another file",
	} {
		j, err := Begin(optionsFor(path, fleetOf(1)))
		if err == nil {
			_ = j.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	if got, _ := os.ReadFile(text); string(got) != "something else\n" {
		t.Errorf("the other file is now %q", got)
	}
}

// TestOneWriter: a second greylag is refused, by name of the first, and may have the
// journal when that is gone.
func TestOneWriter(t *testing.T) {
	inv, path := fleetOf(1), journalPath(t)
	first := start(t, optionsFor(path, inv), inv)
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(path, link))
	for _, name := range []string{path, link} {
		if _, err := Begin(optionsFor(name, inv)); err == nil || !strings.Contains(err.Error(), "another greylag (process ") {
			t.Errorf("%s: %v, want it refused", name, err)
		}
	}
	first.end(t)
	second := start(t, optionsFor(path, inv), inv)
	second.end(t)
	if got := strings.Join(eventsOf(read(t, path), Service), " "); got != "none>writing writing>closed closed>writing writing>closed" {
		t.Errorf("the journal says %s", got)
	}
}

// TestNewerSchema: a journal that a later greylag wrote is not written by this one.
func TestNewerSchema(t *testing.T) {
	inv, path := fleetOf(1), journalPath(t)
	start(t, optionsFor(path, inv), inv).end(t)
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, _ = f.WriteString(`{"type":"hello","schema":2,"version":"9.0.0","time":"2026-11-22T19:00:00.000Z","tunnels":1,"spokes":0}` + "\n")
	must(t, f.Close())
	before, _ := os.ReadFile(path)
	if _, err := Begin(optionsFor(path, inv)); err == nil || !strings.Contains(err.Error(), "this greylag is too old") {
		t.Errorf("%v, want it refused", err)
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("it was changed")
	}
}

// TestLossIsSaid: where the store has forgotten events before they could be written, as
// when a disk took a minute for one write, their number is said and a report follows.
func TestLossIsSaid(t *testing.T) {
	inv, path := fleetOf(2), journalPath(t)
	j, err := Begin(optionsFor(path, inv))
	must(t, err)
	store := fleet.NewStore(inv, time.Now())
	w := newWriter(j, store)
	w.reportDue = false
	for range 65_536 + 100 {
		store.Tell(fleet.Event{Time: time.Now(), Service: "test", Was: "x", Is: "y"})
	}
	w.work(context.Background(), nil)
	w.work(context.Background(), nil)
	must(t, j.Close())
	text, err := os.ReadFile(path)
	must(t, err)
	_, said, found := strings.Cut(string(text), `"detail":"lost: 100 events between `)
	if !found || strings.Contains(said, "lost: ") || !strings.Contains(said, `"type":"tunnel"`) {
		t.Errorf("want said once that 100 events are lost, and a report too; found: %v, then %.300s", found, said)
	}
}
