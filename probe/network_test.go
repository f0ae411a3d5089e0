package probe_test

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"greylag/probe"
	"greylag/probe/simnet"
)

// network is what a test body needs of a network with far ends on it. It is a
// simulated or a real one: the same bodies run on both. The host has the
// addresses near and nearOther, and a second link to all that is beyond.
type network interface {
	conn() probe.Conn               // closed with the test
	reflectConn() probe.ReflectConn // closed with the test

	// farEnd puts a far end at address, and returns its switches.
	farEnd(address netip.Addr, tunnels ...simnet.Tunnel) *simnet.FarEnd
	// wayBack sets what happens to all that the far end at address sends.
	wayBack(address netip.Addr, i wayBack)
	// inject has a packet arrive that comes from the far side.
	inject(packet []byte)
	// arrivals has a channel take each packet that reaches address, instead of a
	// far end.
	arrivals(address netip.Addr) <-chan []byte
	// cut brings about a fault, and returns what ends it.
	cut(f fault) (mend func())

	interval() time.Duration  // a short one, where time passes
	patience() time.Duration  // bounds what must come
	tolerance() time.Duration // of a turn's time, where the engine was not late
}

// wayBack is what befalls answers.
type wayBack struct {
	delay     time.Duration
	duplicate bool
	lost      bool
}

// fault is a cause why this host cannot send. Each concerns only the tunnels
// whose source, destination or device is named.
type fault int

const (
	noAddress    fault = iota // nearOther is taken from the host
	noRoute                   // to all that is beyond
	noDevice                  // the second link's; ended by another of that name
	linkDown                  // the second link
	notPermitted              // to send to forbidden
	bufferFull                // that of sending; it concerns all tunnels
)

// forbidden is the destination of fault notPermitted.
var forbidden = far(99)

// secondLink is the device towards all that is beyond.
const secondLink = "near1"

// onBoth runs a test body on a simulated network and on a real one. The real one has a
// process of its own.
func onBoth(t *testing.T, body func(t *testing.T, n network)) {
	t.Run("simulated", func(t *testing.T) { onSimulated(t, body) })
	t.Run("real", func(t *testing.T) {
		apart(t, func(t *testing.T) { body(t, newReal(t)) })
	})
}

// onSimulated runs a test body on a simulated network, by a clock of its own.
func onSimulated(t *testing.T, body func(t *testing.T, n network)) {
	synctest.Test(t, func(t *testing.T) { body(t, newSimulated(t)) })
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
