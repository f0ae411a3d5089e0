package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"greylag/fleet"
)

// reloader reads the inventory anew when it is asked to, by a signal or by a viewer.
type reloader struct {
	station *station
	load    func() (*fleet.Inventory, error)
	signals <-chan os.Signal
	stderr  io.Writer

	mu  sync.Mutex // held by who reloads
	was string     // what came of it the last time
}

func newReloader(s *station, load func() (*fleet.Inventory, error), signals <-chan os.Signal, stderr io.Writer) *reloader {
	return &reloader{station: s, load: load, signals: signals, stderr: stderr, was: "started"}
}

// run implements [outlet]: it reloads at each signal.
func (r *reloader) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.signals:
			_, _ = r.reload(ctx) // it has said what went wrong
		}
	}
}

// reload does it, and says what came of it: to who asks, on standard error, and as an
// event. An inventory with mistakes changes nothing; err has all of them.
func (r *reloader) reload(ctx context.Context) (text string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text, err = r.attempt(ctx)
	r.tell(text, err)
	return text, err
}

// attempt reloads. What reading leaves behind is collected afterwards, once, and not
// on the way: the engine would share its processors with the collector.
func (r *reloader) attempt(ctx context.Context) (text string, err error) {
	defer keepClose()
	defer debug.FreeOSMemory()
	defer collectSeldom()()
	defer moreProcessors()()
	inv, err := r.load()
	if err != nil {
		return notReloaded, err
	}
	tally, err := r.station.reload(ctx, inv)
	if err != nil {
		return notReloaded, err
	}
	return tally.String(), nil
}

// moreProcessors lets the runtime have twice as many goroutines run at once. Reading an
// inventory keeps all it has busy, and the engine would wait for its turn among them, up
// to 10 ms; the kernel gives one that has slept the processor at once.
func moreProcessors() (undo func()) {
	n := runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(2 * n)
	return func() { runtime.GOMAXPROCS(n) }
}

// notReloaded is what came of a reload that failed.
const notReloaded = "not reloaded: nothing was changed"

func (r *reloader) tell(text string, err error) {
	e := fleet.Event{Time: time.Now(), Service: "reload", Was: r.was, Is: "done", Detail: text}
	if err != nil {
		e.Is, e.Trouble = "refused", true
		first, _, more := strings.Cut(err.Error(), "\n")
		e.Detail += "; " + first
		if more {
			e.Detail += fmt.Sprintf(" (and %s more)", count(strings.Count(err.Error(), "\n"), "line"))
		}
		text = err.Error() + "\n" + text
	}
	r.was = e.Is
	r.station.store.Tell(e)
	fmt.Fprintln(r.stderr, text)
}
