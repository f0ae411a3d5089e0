package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"greylag/fleet"
	"greylag/probe"
	"greylag/probe/rawsock"
)

// station is a fleet being probed: the engine, the reflector if there is one,
// and the store that they fill.
type station struct {
	inv       *fleet.Inventory
	store     *fleet.Store
	engine    *probe.Engine
	reflector *probe.Reflector // nil: the peers' keepalives are not answered
	routes    *routeWatch      // nil: no spoke's route is watched
	debug     *debugLines      // nil: nobody wants to see each send
	stderr    io.Writer        // where to say what goes wrong, and ends nothing

	confine  func() error  // gives up what only opening needed
	confined chan struct{} // closed when that is done, before the first packet
	conns    []interface{ Close() error }
}

// stationOptions are what commands decide about a station.
type stationOptions struct {
	network network
	reflect bool      // answer the peers' keepalives, if the inventory says so too
	stderr  io.Writer // where to say what goes wrong, and ends nothing; nil: nowhere
	debug   bool      // print a line to stderr for each keepalive that is sent
}

// openStation opens the sockets. Nothing is sent before run.
//
// The store, the largest part of a large fleet's memory, is made when what
// reading the inventory and preparing the engine took has been given back.
func openStation(inv *fleet.Inventory, o stationOptions) (*station, error) {
	debug.FreeOSMemory()
	s := &station{inv: inv, stderr: o.stderr, confine: o.network.confine, confined: make(chan struct{})}
	if s.stderr == nil {
		s.stderr = io.Discard
	}
	if err := s.open(o); err != nil {
		return nil, errors.Join(err, s.close())
	}
	debug.FreeOSMemory()
	s.store = fleet.NewStore(inv, time.Now())
	s.connect()
	debug.FreeOSMemory()
	keepClose()
	if o.debug {
		s.debug = newDebugLines(s.stderr, inv.Enabled())
	}
	return s, nil
}

func (s *station) open(o stationOptions) error {
	arrange(s.inv)
	tunnels := probeTunnels(s.inv)
	if err := s.openEngine(o.network, tunnels); err != nil {
		return err
	}
	if o.reflect && s.inv.Engine.Reflect {
		if err := s.openReflector(o.network, tunnels); err != nil {
			return err
		}
	}
	return s.openRoutes()
}

// Record hands the engine's facts to the store. It implements [probe.Sink].
func (s *station) Record(events []probe.Event) {
	s.store.Record(events)
	if s.debug != nil {
		s.debug.record(events)
	}
}

func (s *station) openEngine(n network, tunnels []probe.Tunnel) error {
	var id [2]byte
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	options := probe.Options{MaxRate: s.inv.Engine.MaxRate, EchoID: binary.NativeEndian.Uint16(id[:])}
	options.EvidenceID = ^options.EchoID // any other
	conn, err := n.engineConn(rawsock.Options{
		ReceiveBuffer: receiveBuffer(len(tunnels)),
		Echo:          anyEcho(tunnels), EchoID: options.EchoID, EvidenceID: options.EvidenceID,
	})
	if err != nil {
		return err
	}
	s.conns = append(s.conns, conn)
	s.engine, err = probe.New(conn, s, tunnels, options)
	return err
}

func (s *station) openReflector(n network, tunnels []probe.Tunnel) error {
	conn, err := n.reflectConn(receiveBuffer(len(tunnels)))
	if err != nil {
		return err
	}
	s.conns = append(s.conns, conn)
	s.reflector = probe.NewReflector(conn, probe.ReflectorOptions{Tunnels: tunnels})
	return nil
}

// run probes until ctx ends or the network cannot be read any more. Before it reads
// anything from the network it gives up every privilege, for good: what is opened
// later needs none.
func (s *station) run(ctx context.Context) error {
	if err := s.confine(); err != nil {
		return err
	}
	close(s.confined)
	if s.debug != nil {
		defer s.debug.begin()()
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.engine.Run(ctx) })
	if s.reflector != nil {
		group.Go(func() error { return s.reflector.Run(ctx) })
	}
	if s.routes != nil {
		group.Go(func() error {
			s.routes.run(ctx, s.store, s.stderr)
			return nil
		})
	}
	return group.Wait()
}

// number is the engine's number of the tunnel at that position of the inventory.
func (s *station) number(position int) (int, error) {
	if position < 0 || position >= len(s.inv.Tunnels) {
		return 0, fmt.Errorf("tunnel number %d is none of the inventory's %d", position, len(s.inv.Tunnels))
	}
	t := &s.inv.Tunnels[position]
	if !t.Enabled {
		return 0, fmt.Errorf("%s is not probed: its inventory says enabled = false", t.Name)
	}
	return slices.Index(s.inv.Enabled(), t), nil
}

func (s *station) close() error {
	var errs []error
	for _, c := range s.conns {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// Sizes of the receive buffer: room for an answer of every tunnel at once,
// within reason.
const (
	leastBuffer = 2 << 20
	mostBuffer  = 64 << 20
)

func receiveBuffer(tunnels int) int {
	return min(max(tunnels*rawsock.BytesPerAnswer, leastBuffer), mostBuffer)
}
