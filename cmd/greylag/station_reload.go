package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"greylag/fleet"
	"greylag/probe"
	"greylag/probe/rawsock"
)

// switchWithin is how long engine and reflector may take to change over. Either does
// at its next turn.
const switchWithin = 10 * time.Second

// reload puts another inventory in the place of the present one, and says what that
// came to. Where it fails nothing has changed. Only one goroutine may call it, while
// the station runs.
func (s *station) reload(ctx context.Context, inv *fleet.Inventory) (tally reloadTally, err error) {
	arrange(inv)
	now, next := probeTunnels(s.inv), probeTunnels(inv)
	c := turnover{station: s, inv: inv, tunnels: next, from: probe.Succession(now, next)}
	if c.draft, err = s.engine.Draft(next, c.from, inv.Engine.MaxRate); err != nil {
		return tally, err
	}
	if c.routes, err = openRoutes(inv); err != nil {
		return tally, err
	}
	if err := c.makeReflector(); err != nil {
		return tally, errors.Join(err, c.routes.close())
	}
	ctx, cancel := context.WithTimeoutCause(ctx, switchWithin, errors.New("the engine does not answer"))
	defer cancel()
	tally = tallyReload(s.inv, inv, c.from)
	if err := c.switchOver(ctx); err != nil {
		return tally, errors.Join(err, c.routes.close())
	}
	return tally, nil
}

// turnover is a reload at work.
type turnover struct {
	station *station
	inv     *fleet.Inventory
	tunnels []probe.Tunnel // by the new numbers
	from    []int32
	draft   *probe.Draft
	routes  *routeWatch // nil: no spoke's route is to be watched
	peers   *probe.TunnelPeers
}

// reflects tells whether the peers' keepalives are to be answered.
func (c *turnover) reflects() bool { return c.station.options.reflect && c.inv.Engine.Reflect }

// makeReflector opens one where there has been none. That takes the capability, which
// may have been given up.
func (c *turnover) makeReflector() error {
	s := c.station
	if !c.reflects() || s.reflector != nil {
		return nil
	}
	err := s.openReflector(nil, probe.Flows{})
	if errors.Is(err, rawsock.ErrPermission) {
		return errors.New("reflect = true needs another raw socket, and the capability to open it is given up once greylag runs: restart it")
	}
	return err
}

// switchOver changes engine, store and all that goes by their numbers.
func (c *turnover) switchOver(ctx context.Context) error {
	s := c.station
	s.acting.Lock()
	defer s.acting.Unlock()
	if err := c.reloadStore(ctx); err != nil {
		return err
	}
	s.inv, s.routes = c.inv, c.routes
	if c.routes != nil {
		c.routes.look(s.store)
		s.following <- c.routes
	}
	return nil
}

// reloadStore retires the route watch, which knows spokes by their places, at the
// moment at which these change.
func (c *turnover) reloadStore(ctx context.Context) error {
	s := c.station
	defer s.routes.hold()()
	r := fleet.Reload{
		Inventory: c.inv, From: c.from, Advice: adviceFor(c.inv),
		Switch: func(switched func(time.Time)) error { return c.switchProbes(ctx, switched) },
	}
	if c.reflects() {
		r.Peers = func(i int) (uint64, time.Time, time.Duration) { return peersOf(c.peers)(i) }
	}
	if err := s.store.Reload(r); err != nil {
		return err
	}
	if s.routes != nil {
		s.routes.retire()
	}
	return nil
}

// switchProbes has engine and reflector change over.
func (c *turnover) switchProbes(ctx context.Context, switched func(time.Time)) error {
	s := c.station
	var faces []debugFace
	if s.debug != nil {
		faces = debugFaces(c.inv.Enabled())
	}
	err := s.engine.Adopt(ctx, c.draft, func() {
		switched(time.Now())
		if s.debug != nil {
			s.debug.renumber(faces)
		}
	})
	if err != nil || s.reflector == nil {
		return err
	}
	answered, flows := c.tunnels, c.draft.Flows()
	if !c.reflects() {
		answered, flows = nil, probe.Flows{}
	}
	c.peers, err = s.reflector.Adopt(ctx, answered, flows)
	if err != nil { // the station ends: nobody is answered any more
		fmt.Fprintf(s.stderr, "answering the peers of the reloaded inventory: %v\n", err)
	}
	return nil
}
