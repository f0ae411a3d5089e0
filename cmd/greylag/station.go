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
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"greylag/fleet"
	"greylag/probe"
	"greylag/probe/rawsock"
	"greylag/probe/realtime"
)

// station is a fleet being probed: the engine, the reflector if there is one,
// and the store that they fill.
type station struct {
	inv       *fleet.Inventory // as it was opened, or reloaded last; who runs beside reload asks the store
	store     *fleet.Store
	engine    *probe.Engine
	reflector *probe.Reflector // nil: the peers' keepalives have never been answered
	routes    *routeWatch      // nil: no spoke's route is watched
	debug     *debugLines      // nil: nobody wants to see each send
	stderr    io.Writer        // where to say what goes wrong, and ends nothing

	confine  func() error  // gives up what only opening needed
	confined chan struct{} // closed when that is done, before the first packet
	conns    []interface{ Close() error }

	options   stationOptions
	acting    sync.RWMutex          // held by who acts on a tunnel by its number, and by reload while numbers change
	reflects  chan *probe.Reflector // to be run
	following chan *routeWatch      // to be run, in the place of the one before
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
	s := &station{
		inv: inv, stderr: o.stderr, options: o,
		confine: o.network.confine, confined: make(chan struct{}),
		reflects: make(chan *probe.Reflector, 1), following: make(chan *routeWatch, 1),
	}
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
		if err := s.openReflector(tunnels, s.engine.Flows()); err != nil {
			return err
		}
	}
	return s.openRoutes()
}

// openRoutes follows the kernel's routes where a spoke asks for it.
func (s *station) openRoutes() (err error) {
	if s.routes, err = openRoutes(s.inv); s.routes != nil {
		s.following <- s.routes
	}
	return err
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
	buffer, err := conn.ReceiveBuffer()
	if err != nil {
		return err
	}
	options.Unread = buffer / (2 * rawsock.BytesPerAnswer)
	s.engine, err = probe.New(conn, s, tunnels, options)
	return err
}

func (s *station) openReflector(tunnels []probe.Tunnel, flows probe.Flows) error {
	conn, err := s.options.network.reflectConn(receiveBuffer(len(tunnels)))
	if err != nil {
		return err
	}
	s.conns = append(s.conns, conn)
	s.reflector = probe.NewReflector(conn, probe.ReflectorOptions{Tunnels: tunnels, Flows: flows})
	s.reflects <- s.reflector
	return nil
}

// run probes until ctx ends or the network cannot be read any more. Before it reads
// anything from the network it gives up every privilege, for good: what is opened
// later needs none.
func (s *station) run(ctx context.Context) error {
	if s.inv.Engine.RealTime {
		s.runInRealTime()
	}
	if err := s.confine(); err != nil {
		return err
	}
	close(s.confined)
	if s.debug != nil {
		defer s.debug.begin()()
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.engine.Run(ctx) })
	group.Go(func() error { return s.reflect(ctx) })
	inv := s.store.Inventory()
	settled := firstContact(len(inv.Tunnels), inv.Engine.MaxRate)
	group.Go(func() error {
		settleMemory(ctx, settled)
		return nil
	})
	group.Go(func() error {
		s.follow(ctx)
		return nil
	})
	return group.Wait()
}

// runInRealTime takes a privilege, too. Without it greylag goes on as it is.
func (s *station) runInRealTime() {
	err := realtime.Begin(func() {
		fmt.Fprintln(s.stderr, "real_time: greylag ran for 5 s without a pause, and is an ordinary process from now on (more processors, or fewer keepalives a second)")
	})
	if err != nil {
		fmt.Fprintf(s.stderr, "real_time = true: %v; greylag goes on as an ordinary process (start it as root, give its file cap_sys_nice with setcap, or its user an rtprio of 1)\n", err)
	}
}

// reflect runs the reflector, once there is one.
func (s *station) reflect(ctx context.Context) error {
	select {
	case r := <-s.reflects:
		return r.Run(ctx)
	case <-ctx.Done():
		return nil
	}
}

// follow runs the route watches, one after the other.
func (s *station) follow(ctx context.Context) {
	for {
		select {
		case w := <-s.following:
			w.run(ctx, s.store, s.stderr)
		case <-ctx.Done():
			return
		}
	}
}

// act does something to the tunnel at that position of the inventory, by the
// engine's number.
func (s *station) act(position int, do func(number int) error) error {
	s.acting.RLock()
	defer s.acting.RUnlock()
	number, err := s.number(position)
	if err != nil {
		return err
	}
	return do(number)
}

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
	errs := []error{s.routes.close()}
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
