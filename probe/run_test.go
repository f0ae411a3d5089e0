package probe_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"greylag/probe"
)

// running is an engine at work.
type running struct {
	*probe.Engine
	*recorder
	cancel context.CancelFunc
	done   chan error
}

// start runs an engine that reports to a recorder; it ends with the test.
func start(t *testing.T, conn probe.Conn, tunnels []probe.Tunnel, o probe.Options) *running {
	t.Helper()
	r := newRecorder()
	e := startInto(t, conn, r, tunnels, o)
	e.recorder = r
	return e
}

// startInto runs an engine that reports to sink; it ends with the test.
func startInto(t *testing.T, conn probe.Conn, sink probe.Sink, tunnels []probe.Tunnel, o probe.Options) *running {
	t.Helper()
	o.EvidenceID = evidenceID
	e, err := probe.New(conn, sink, tunnels, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	run := &running{Engine: e, cancel: cancel, done: make(chan error, 1)}
	go func() { run.done <- e.Run(ctx) }()
	t.Cleanup(func() { run.stop(t) })
	return run
}

// stop ends the engine and waits for its end. Stopping again does nothing.
func (r *running) stop(t *testing.T) {
	t.Helper()
	if r.cancel == nil {
		return
	}
	r.cancel()
	r.cancel = nil
	if err := <-r.done; err != nil {
		t.Errorf("Run: %v", err)
	}
}

// The addresses of the tests. near is this host's and by the far prefixes'
// first link; the other far prefix is behind a second link.
var (
	near      = netip.MustParseAddr("192.0.2.1")
	nearOther = netip.MustParseAddr("198.18.7.7")
	farPrefix = netip.MustParsePrefix("198.51.100.0/24")
	farOther  = netip.MustParsePrefix("203.0.113.0/24")
)

// far returns the n-th address of the far prefix.
func far(n byte) netip.Addr { return netip.AddrFrom4([4]byte{198, 51, 100, n}) }

// beyond returns the n-th address behind the second link.
func beyond(n byte) netip.Addr { return netip.AddrFrom4([4]byte{203, 0, 113, n}) }

// tunnelTo returns a tunnel with the defaults of CONTRACT's inventory.
func tunnelTo(destination netip.Addr, interval time.Duration) probe.Tunnel {
	return probe.Tunnel{
		Name: destination.String(), Source: near, Destination: destination,
		TTL: 255, TOS: 0xc0, Interval: interval, Retries: 3, UpAfter: 1,
	}
}
