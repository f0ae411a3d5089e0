package main

import (
	"sync"
	"time"

	"greylag/fleet"
	"greylag/fleet/advise"
	"greylag/probe/routes"
)

// connect lets the store find what others know.
func (s *station) connect() {
	s.store.SetEngine(s.engineReport)
	s.store.SetAdvice(adviceFor(s.inv))
	if s.routes != nil {
		w := watcher{table: s.routes, spokes: s.inv.Spokes}
		s.store.SetRoutes(w.route)
	}
	if s.reflector != nil {
		s.store.SetPeers(func(i int) (uint64, time.Time, time.Duration) {
			p := s.reflector.TunnelPeer(i)
			return p.Reflected, p.Last, p.Interval
		})
	}
}

func (s *station) engineReport() fleet.EngineReport {
	st := s.engine.Stats()
	return fleet.EngineReport{
		Sent: st.Sent, Received: st.Received, LateSends: st.LateSends,
		Dropped: st.Dropped, SendErrors: st.SendErrors,
	}
}

// adviceFor finds out once what the inventory's declarations explain.
func adviceFor(inv *fleet.Inventory) fleet.AdviceSource {
	rules := map[int][]fleet.Advice{}
	for i := range inv.Tunnels {
		if found := advise.Explain(advise.Tunnel(inv, &inv.Tunnels[i])); found != nil {
			rules[i] = found
		}
	}
	return func(position int) []fleet.Advice { return rules[position] }
}

// openRoutes opens the kernel's routing table where a spoke asks for a route.
func (s *station) openRoutes() error {
	for i := range s.inv.Spokes {
		if s.inv.Spokes[i].Watch.IsValid() {
			table, err := routes.Open()
			if err != nil {
				return err
			}
			s.routes, s.conns = table, append(s.conns, table)
			return nil
		}
	}
	return nil
}

// watcher looks up the routes of the watched prefixes. A report asks for those
// of all spokes, one after the other: they share a reading of the table.
type watcher struct {
	table  *routes.Table
	spokes []fleet.Spoke

	mu    sync.Mutex
	taken time.Time
	last  *routes.Snapshot // nil: it could not be read
}

// routesAge is how old a reading of the routing table may be.
const routesAge = 500 * time.Millisecond

func (w *watcher) route(spoke int) *fleet.Route {
	prefix := w.spokes[spoke].Watch
	if !prefix.IsValid() {
		return nil
	}
	snapshot := w.snapshot()
	if snapshot == nil {
		return nil
	}
	r, ok := snapshot.Lookup(prefix)
	if !ok {
		return nil
	}
	found := fleet.Route{Prefix: r.Prefix.String(), Device: r.Device}
	if r.Gateway.IsValid() {
		found.Gateway = r.Gateway.String()
	}
	if r.Type != routes.Unicast {
		found.Type = string(r.Type)
	}
	return &found
}

func (w *watcher) snapshot() *routes.Snapshot {
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Since(w.taken) < routesAge {
		return w.last
	}
	w.taken = time.Now()
	snapshot, err := w.table.Read()
	if err != nil {
		snapshot = nil // not known is not shown
	}
	w.last = snapshot
	return snapshot
}
