//go:build linux

package routes

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"
)

// Watcher follows the kernel's routes for some prefixes, in the network namespace
// in which it was made.
type Watcher struct {
	prefixes []netip.Prefix
	listen   func(ctx context.Context, to chan notice)
	close    func() error
	open     func() (source, error)
	source   source // nil: it failed

	// What follows belongs to Look, and to Run.
	known    []Finding // of prefixes
	devices  map[string]GRE
	relinked bool // devices may be out of date
	pace     pace
}

// source is where routes are read.
type source interface {
	Read() (*Snapshot, error)
	gre(device string) (GRE, error)
	Close() error
}

func openSource() (source, error) { return Open() }

// Change says that a watched prefix has another route than before, or that the
// route's device is another tunnel's now.
type Change struct {
	Watched int       // the position of the prefix in those given to [Watch]
	At      time.Time // when the tables had been read
	Finding           // what holds now
}

// Finding is what is known of a watched prefix.
type Finding struct {
	Route Route
	Found bool // there is a route
	GRE   GRE  // of Route.Device, where that is the interface of a GRE tunnel
}

// Watch opens the sockets that following the routes of these prefixes needs. They
// stay valid when the process gives up its privileges. An invalid prefix, or one
// of IPv6, has no route.
func Watch(prefixes []netip.Prefix) (*Watcher, error) {
	table, err := Open()
	if err != nil {
		return nil, err
	}
	l := &listener{open: openAnnouncements, in: interestIn(prefixes)}
	if l.socket, err = l.open(); err != nil {
		return nil, errors.Join(err, table.Close())
	}
	w := newWatcher(prefixes, openSource, l.listen)
	w.source, w.close = table, l.close
	return w, nil
}

func newWatcher(prefixes []netip.Prefix, open func() (source, error), listen func(context.Context, chan notice)) *Watcher {
	return &Watcher{
		prefixes: prefixes, listen: listen, open: open, close: func() error { return nil },
		known: make([]Finding, len(prefixes)), devices: make(map[string]GRE),
	}
}

// Close closes the sockets. Run must have ended.
func (w *Watcher) Close() error {
	err := w.close()
	if w.source != nil {
		err = errors.Join(err, w.source.Close())
	}
	return err
}

// Run tells of changes until ctx ends: as a rule within 0.1 s, at most within
// 0.6 s and the time that reading the tables takes; where reading takes over half
// a second, so does the pause before it. What changes faster is told as it is at
// the end. Each call of changed is of one reading.
//
// What goes wrong is told to failed, once until it works again; meanwhile the
// routes stay what they were known to be. Both are called by Run's goroutine.
func (w *Watcher) Run(ctx context.Context, changed func([]Change), failed func(error)) {
	var listening sync.WaitGroup
	defer listening.Wait()
	heard := make(chan notice, 1)
	listening.Go(func() { w.listen(ctx, heard) })
	reading, hearing := complaint{say: failed}, complaint{say: failed}
	timer := time.NewTimer(time.Until(w.pace.due()))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case n := <-heard:
			hearing.about(n.err)
			w.take(n)
		case <-timer.C:
			changes, err := w.Look()
			reading.about(err)
			if len(changes) > 0 {
				changed(changes)
			}
		}
		timer.Reset(time.Until(w.pace.due()))
	}
}

// complaint says once that something does not work.
type complaint struct {
	say  func(error)
	said bool
}

func (c *complaint) about(err error) {
	if err != nil && !c.said {
		c.say(err)
	}
	c.said = err != nil
}

func (w *Watcher) take(n notice) {
	w.pace.ask(time.Now())
	w.relinked = w.relinked || n.links
}

// Look reads the tables and returns what changed since the last time. After an
// error it tries again with new sockets. Run calls it; whoever wants to know the
// routes before Run calls it, too.
func (w *Watcher) Look() ([]Change, error) {
	began := time.Now()
	if w.pace.asked.IsZero() {
		w.relinked = true // a poll looks for all that was not announced
	}
	changes, err := w.compare()
	w.pace.read(began, time.Now())
	w.relinked = false
	if err != nil {
		w.relinked = true
		w.pace.ask(w.pace.ended)
		return nil, errors.Join(err, w.drop())
	}
	return changes, nil
}

// drop gives up the source, so that the next look opens another.
func (w *Watcher) drop() error {
	if w.source == nil {
		return nil
	}
	err := w.source.Close()
	w.source = nil
	return err
}

func (w *Watcher) compare() ([]Change, error) {
	found, err := w.find()
	if err != nil {
		return nil, err
	}
	var changes []Change
	at := time.Now()
	for i := range found {
		if found[i] != w.known[i] {
			changes = append(changes, Change{Watched: i, At: at, Finding: found[i]})
		}
	}
	w.known = found
	return changes, nil
}

// find looks up every prefix.
func (w *Watcher) find() ([]Finding, error) {
	if w.source == nil {
		s, err := w.open()
		if err != nil {
			return nil, err
		}
		w.source = s
	}
	if w.relinked {
		clear(w.devices)
	}
	snapshot, err := w.source.Read()
	if err != nil {
		return nil, err
	}
	found := make([]Finding, len(w.prefixes))
	for i, p := range w.prefixes {
		f := &found[i]
		if f.Route, f.Found = snapshot.Lookup(p); f.Found {
			if f.GRE, err = w.gre(f.Route.Device); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// gre asks for each device once, as long as no interface changes.
func (w *Watcher) gre(device string) (GRE, error) {
	if device == "" {
		return GRE{}, nil
	}
	g, known := w.devices[device]
	if known {
		return g, nil
	}
	g, err := w.source.gre(device)
	if err == nil {
		w.devices[device] = g
	}
	return g, err
}
