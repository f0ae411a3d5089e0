package main

import (
	"cmp"
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
	"greylag/fleet/serve"
	"greylag/fleet/stream"
)

// reloader reads the inventory anew when it is asked to, by a signal or by a viewer.
type reloader struct {
	station *station
	load    func() (*fleet.Inventory, error)
	signals <-chan os.Signal
	stderr  io.Writer
	manager serviceManager // which is told when it begins, and ends

	beside outlets // those that use an inventory are given the new one

	mu  sync.Mutex // held by who reloads
	was string     // what came of it the last time
}

// user is an outlet that goes by what an inventory says, such as its hooks.
type user interface{ Use(inv *fleet.Inventory) }

// newReloader returns nil where there is nothing to read.
func newReloader(s *station, o reporting, stderr io.Writer) *reloader {
	if o.load == nil {
		return nil
	}
	r := &reloader{station: s, load: o.load, signals: o.hangups, stderr: stderr, was: "started", manager: func(string) error { return nil }}
	if os.Getenv("NOTIFY_SOCKET") != "" {
		r.manager = tellServiceManager
	}
	return r
}

// reloaders are the reloader, if there is one.
func reloaders(_ *station, o reporting, _ io.Writer) (outlets, error) {
	if o.reloader == nil {
		return nil, nil
	}
	return outlets{o.reloader}, nil
}

// requests are what a viewer may ask of it.
func (r *reloader) requests() map[string]serve.Handler {
	if r == nil {
		return nil
	}
	return map[string]serve.Handler{stream.RequestReload: r.reload}
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
	managed := r.manager.reloading()
	text, err = r.attempt(ctx)
	r.tell(text, err)
	if managed = cmp.Or(managed, r.manager.ready()); managed != nil {
		fmt.Fprintf(r.stderr, "%v; greylag goes on\n", managed)
	}
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
	before := r.station.store.Inventory()
	journal, realTime := before.Journal, before.Engine.RealTime
	tally, err := r.station.reload(ctx, inv)
	if err != nil {
		return notReloaded, err
	}
	for _, o := range r.beside {
		if u, ok := o.(user); ok {
			u.Use(inv)
		}
	}
	text = tally.String()
	if inv.Journal != journal {
		text += "; [journal] is another one, and that takes a restart"
	}
	if inv.Engine.RealTime != realTime {
		text += "; real_time is another one, and that takes a restart"
	}
	return text, nil
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
