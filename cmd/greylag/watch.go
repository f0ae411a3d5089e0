package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"sync"

	"greylag/fleet"
	"greylag/probe/routes"
)

// routeWatch tells the store which routes the kernel has for the prefixes that
// spokes watch.
type routeWatch struct {
	watcher *routes.Watcher
	spokes  []int // by the watcher's prefixes: positions in the inventory
	// tunnel names the one whose interface a change's route points into, "" if none.
	tunnel func(*routes.Change) string

	over   context.Context // ends when another takes its place
	retire context.CancelFunc
	mu     sync.Mutex // held while the store is told, and while its spokes' places change
}

// openRoutes is what follows the kernel's routes where a spoke asks for it; nil:
// none does.
func openRoutes(inv *fleet.Inventory) (*routeWatch, error) {
	w := new(routeWatch)
	var prefixes []netip.Prefix
	for i := range inv.Spokes {
		if p := inv.Spokes[i].Watch; p.IsValid() {
			w.spokes, prefixes = append(w.spokes, i), append(prefixes, p)
		}
	}
	if len(prefixes) == 0 {
		return nil, nil
	}
	var err error
	if w.watcher, err = routes.Watch(prefixes); err != nil {
		return nil, err
	}
	names := interfaceNames(inv)
	w.tunnel = func(c *routes.Change) string { return names[c.GRE] }
	w.over, w.retire = context.WithCancel(context.Background())
	return w, nil
}

// close gives up a watch that does not run. That of nothing does nothing.
func (w *routeWatch) close() error {
	if w == nil {
		return nil
	}
	w.retire()
	return w.watcher.Close()
}

// hold keeps a watch from telling the store until it is let go.
func (w *routeWatch) hold() (letGo func()) {
	if w == nil {
		return func() {}
	}
	w.mu.Lock()
	return w.mu.Unlock
}

// look tells the routes as they are, so that the first report has them. If they
// cannot be read run tries again, and says so.
func (w *routeWatch) look(store *fleet.Store) {
	changes, _ := w.watcher.Look()
	w.tell(store, changes)
}

// run tells each change until ctx ends, or another watch takes the place of this
// one, which is closed then.
func (w *routeWatch) run(ctx context.Context, store *fleet.Store, stderr io.Writer) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(w.over, cancel)()
	defer func() {
		if w.over.Err() != nil {
			_ = w.watcher.Close() // nobody needs it any more
		}
	}()
	w.watcher.Run(ctx,
		func(changes []routes.Change) { w.tell(store, changes) },
		func(err error) {
			fmt.Fprintf(stderr, "%v; greylag goes on, and tries again: the spokes' routes may be out of date\n", err)
		})
}

func (w *routeWatch) tell(store *fleet.Store, changes []routes.Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over.Err() != nil {
		return // its spokes may be others by now
	}
	for i := range changes {
		c := &changes[i]
		store.SetRoute(w.spokes[c.Watched], w.route(c), c.At)
	}
}

// route is what a change says, in the fleet's terms; nil where there is no route.
func (w *routeWatch) route(c *routes.Change) *fleet.Route {
	if !c.Found {
		return nil
	}
	r := &fleet.Route{
		Prefix: c.Route.Prefix.String(), Device: c.Route.Device,
		Tunnel: w.tunnel(c), NextHops: c.Route.NextHops,
	}
	if c.Route.Gateway.IsValid() {
		r.Gateway = c.Route.Gateway.String()
	}
	if c.Route.Type != routes.Unicast {
		r.Type = string(c.Route.Type)
	}
	return r
}

// interfaceNames tells which tunnel a GRE interface is: the one with its ends and
// its key; where the interface leaves its source to the routing table, the only
// one with that destination and key. A tunnel that is probed by echo is one only
// where no keepalive is sent between the same ends. Where two could be meant, and
// for what is no such interface, the name is "".
func interfaceNames(inv *fleet.Inventory) map[routes.GRE]string {
	names := make(map[routes.GRE]string)
	for _, kind := range []fleet.Probe{fleet.Keepalive, fleet.Echo} {
		found := make(map[routes.GRE]string)
		for i := range inv.Tunnels {
			t := &inv.Tunnels[i]
			if t.Probe != kind {
				continue
			}
			ends := routes.GRE{Local: t.Source, Remote: t.Destination, Key: t.Key, HasKey: t.HasKey}
			claim(found, ends, t.Name)
			ends.Local = netip.Addr{}
			claim(found, ends, t.Name)
		}
		for ends, name := range found {
			if _, taken := names[ends]; !taken {
				names[ends] = name
			}
		}
	}
	return names
}

// claim gives the ends a name, or none where another tunnel has claimed them.
func claim(names map[routes.GRE]string, ends routes.GRE, name string) {
	if _, taken := names[ends]; taken {
		name = ""
	}
	names[ends] = name
}
