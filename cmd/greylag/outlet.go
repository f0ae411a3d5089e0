package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
)

// outlet is where a fleet is told of beside standard output: a socket, a journal,
// metrics, hooks. It is made before the first packet and reads the store like any
// reader: it may be slow, and never slows the engine.
type outlet interface {
	// run tells of the fleet until ctx ends: when probing has ended. It then tells what
	// it has not told yet. An error is of something that cannot go on; probing does.
	run(ctx context.Context) error
}

// outlets run beside a station.
type outlets []outlet

// outletKinds open the outlets that are asked for; none where none is.
var outletKinds = []func(s *station, o reporting, stderr io.Writer) (outlets, error){journals, reloaders, sockets, metricsServers, hooksOf, notifiers}

// openOutlets opens what tells of the fleet beside standard output.
func openOutlets(s *station, o reporting, stderr io.Writer) (all outlets, err error) {
	for _, open := range outletKinds {
		some, err := open(s, o, stderr)
		if err != nil {
			all.begin(stderr)() // closes them
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// tell tells whether any of them tells of the fleet: a reloader only listens, and hooks
// may come with a reload only.
func (all outlets) tell() bool {
	return slices.ContainsFunc(all, func(o outlet) bool {
		switch o.(type) {
		case *reloader, hooks:
			return false
		}
		return true
	})
}

// begin lets them run. What it returns ends them, and waits for that.
func (all outlets) begin(stderr io.Writer) (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, o := range all {
		running.Go(func() {
			if err := o.run(ctx); err != nil {
				fmt.Fprintf(stderr, "%v; greylag goes on without it\n", err)
			}
		})
	}
	return func() {
		cancel()
		running.Wait()
	}
}
