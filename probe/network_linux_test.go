package probe_test

import (
	"bytes"
	"net"
	"net/netip"
	"os/exec"
	"sync"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/netlab"
	"greylag/probe/netlab/netlabtest"
	"greylag/probe/rawsock"
	"greylag/probe/simnet"
)

// real is a lab of network namespaces. Its far ends are simnet's, behind the
// kernels of both sides.
type real struct {
	t      testing.TB
	lab    *netlab.Lab
	second *netlab.Link
	server *netlab.Server
	buffer int // of the sockets, in bytes

	mu  sync.Mutex // guards the rest
	far map[netip.Addr]netlab.Responder
}

func newReal(t testing.TB) *real {
	t.Helper()
	n := &real{t: t, lab: netlabtest.Lab(t), buffer: 1 << 20, far: map[netip.Addr]netlab.Responder{}}
	var err error
	n.second, err = n.lab.AddLink(secondLink, netip.MustParsePrefix("198.18.0.1/24"), netip.MustParsePrefix("198.18.0.2/24"))
	must(t, err)
	must(t, n.lab.FarPrefix(farPrefix))
	must(t, n.lab.Underlay().AddAddress(nearOther))
	// Behind the second link alone, though the far side has it as the first.
	must(t, n.lab.FarPrefix(farOther))
	must(t, n.lab.Underlay().RemoveRoute(farOther))
	must(t, n.second.AddRoute(farOther))
	n.server, err = n.lab.Serve(t.Context(), n.responder)
	must(t, err)
	return n
}

func (n *real) responder(destination [4]byte) netlab.Responder {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.far[netip.AddrFrom4(destination)]
}

func (n *real) put(address netip.Addr, r netlab.Responder) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.far[address] = r
}

func (n *real) conn() probe.Conn {
	n.t.Helper()
	c, err := rawsock.Open(rawsock.Options{ReceiveBuffer: n.buffer, Echo: true, EchoID: echoID, EvidenceID: evidenceID})
	must(n.t, err)
	n.t.Cleanup(func() { must(n.t, c.Close()) })
	return c
}

// smallBuffers has the next conn take the smallest buffers that there are.
func (n *real) smallBuffers() { n.buffer = 1 }

func (n *real) reflectConn() probe.ReflectConn {
	n.t.Helper()
	c, err := rawsock.OpenReflect(n.buffer)
	must(n.t, err)
	n.t.Cleanup(func() { must(n.t, c.Close()) })
	return c
}

func (n *real) farEnd(address netip.Addr, tunnels ...simnet.Tunnel) *simnet.FarEnd {
	n.t.Helper()
	f, err := simnet.NewFarEnd(address, simnet.Plain, tunnels...)
	must(n.t, err)
	n.put(address, &realFarEnd{FarEnd: f})
	return f
}

func (n *real) wayBack(address netip.Addr, w wayBack) {
	f := n.responder(address.As4()).(*realFarEnd)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.back = w
}

// realFarEnd is a far end of simnet with a way back.
type realFarEnd struct {
	*simnet.FarEnd
	mu   sync.Mutex
	back wayBack
}

// Handle implements netlab.Responder.
func (f *realFarEnd) Handle(packet []byte, now time.Time, emit func(time.Duration, []byte)) {
	f.mu.Lock()
	w := f.back
	f.mu.Unlock()
	answer := f.FarEnd.Handle(nil, packet, now)
	if answer == nil || w.lost {
		return
	}
	emit(w.delay, answer)
	if w.duplicate {
		emit(w.delay, answer)
	}
}

func (n *real) inject(packet []byte) { must(n.t, n.server.Send(packet)) }

func (n *real) arrivals(address netip.Addr) <-chan []byte {
	l := make(listener, 1000)
	n.put(address, l)
	return l
}

// listener keeps what arrives.
type listener chan []byte

// Handle implements netlab.Responder.
func (l listener) Handle(packet []byte, _ time.Time, _ func(time.Duration, []byte)) {
	l <- bytes.Clone(packet)
}

func (n *real) cut(f fault) (mend func()) {
	n.t.Helper()
	first := n.lab.Underlay()
	switch f {
	case noAddress:
		must(n.t, first.RemoveAddress(nearOther))
		return func() { must(n.t, first.AddAddress(nearOther)) }
	case noRoute:
		must(n.t, n.second.RemoveRoute(farOther))
		return func() { must(n.t, n.second.AddRoute(farOther)) }
	case linkDown:
		must(n.t, n.second.SetUp(false))
		return func() { must(n.t, n.second.SetUp(true)) }
	case noDevice:
		return n.deleteDevice()
	case notPermitted:
		n.command("nft", "add table ip t; add chain ip t out { type filter hook output priority 0; }; add rule ip t out ip daddr "+forbidden.String()+" drop")
		return func() { n.command("nft", "delete table ip t") }
	case bufferFull: // a device that takes 1,000 bytes a second
		n.command("tc", "qdisc", "add", "dev", "near0", "root", "tbf", "rate", "8kbit", "burst", "1600", "limit", "100000")
		return func() { n.command("tc", "qdisc", "del", "dev", "near0", "root") }
	}
	n.t.Fatalf("no such fault: %d", f)
	return nil
}

// deleteDevice deletes the second link's device; the one that follows has another
// index.
func (n *real) deleteDevice() (remake func()) {
	n.t.Helper()
	old, err := net.InterfaceByName(secondLink)
	must(n.t, err)
	must(n.t, n.second.Delete())
	return func() {
		must(n.t, n.second.Recreate())
		now, err := net.InterfaceByName(secondLink)
		must(n.t, err)
		if now.Index == old.Index {
			n.t.Errorf("the device made again has index %d as before: nothing was tested", now.Index)
		}
	}
}

// command runs a program that changes this namespace, and skips the test where
// it is lacking or the kernel cannot do it.
func (n *real) command(name string, args ...string) {
	n.t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		n.t.Skipf("%s %q: %v: %s", name, args, err, out)
	}
}

func (n *real) patience() time.Duration  { return time.Minute }
func (n *real) tolerance() time.Duration { return 12 * time.Millisecond }

func (n *real) interval() time.Duration {
	if testing.Short() {
		return 40 * time.Millisecond
	}
	return 60 * time.Millisecond
}
