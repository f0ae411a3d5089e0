package probe_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"greylag/probe"
	"greylag/probe/simnet"
)

// simulated is a network of package simnet.
type simulated struct {
	t     testing.TB
	net   *simnet.Net
	host  *simnet.Host
	conns []*simnet.Socket
	ours  []*simnet.Conn // of the engine
	seen  map[netip.Addr]chan []byte
}

func newSimulated(t testing.TB) *simulated {
	t.Helper()
	n := &simulated{t: t, net: simnet.New(1), seen: map[netip.Addr]chan []byte{}}
	var err error
	n.host, err = n.net.Host(near, nearOther)
	must(t, err)
	n.net.Tap(n.tap)
	return n
}

// tap shows the packets to those who asked for arrivals.
func (n *simulated) tap(packet []byte, _ time.Time) {
	if c := n.seen[netip.AddrFrom4([4]byte(packet[16:]))]; c != nil {
		c <- bytes.Clone(packet)
	}
}

func (n *simulated) conn() probe.Conn {
	c := n.host.Conn()
	c.SetEvidenceID(evidenceID)
	n.conns, n.ours = append(n.conns, c.Socket), append(n.ours, c)
	return c
}

func (n *simulated) reflectConn() probe.ReflectConn {
	c := n.host.ReflectConn()
	c.SetReceiveBuffer(8 << 20)
	n.conns = append(n.conns, c.Socket)
	return c
}

func (n *simulated) farEnd(address netip.Addr, tunnels ...simnet.Tunnel) *simnet.FarEnd {
	n.t.Helper()
	f, err := simnet.NewFarEnd(address, simnet.Plain, tunnels...)
	must(n.t, err)
	must(n.t, n.net.Add(f))
	return f
}

func (n *simulated) wayBack(address netip.Addr, w wayBack) {
	n.t.Helper()
	for _, to := range []netip.Addr{near, nearOther} {
		p, err := n.net.Path(address, to)
		must(n.t, err)
		i := simnet.Impairment{Delay: w.delay}
		if w.duplicate {
			i.Duplicate = 1
		}
		if w.lost {
			i.Loss = 1
		}
		p.Set(i)
	}
}

func (n *simulated) inject(packet []byte) {
	if packet[9] == probe.ProtocolICMP && n.injectEvidence(packet) {
		return
	}
	for _, c := range n.conns {
		c.Inject(packet)
	}
}

// injectEvidence injects what the kernel's filters take for evidence.
func (n *simulated) injectEvidence(packet []byte) bool {
	message := packet[20:]
	reply := message[0] == 0 && binary.BigEndian.Uint16(message[4:]) == evidenceID
	if message[0] == 0 && !reply {
		return false
	}
	for _, c := range n.ours {
		if reply {
			c.Replies.Inject(packet)
		} else {
			c.Errors.Inject(packet)
		}
	}
	return true
}

func (n *simulated) arrivals(address netip.Addr) <-chan []byte {
	n.seen[address] = make(chan []byte, 1000)
	return n.seen[address]
}

func (n *simulated) cut(f fault) (mend func()) {
	n.t.Helper()
	switch f {
	case noAddress:
		must(n.t, n.host.RemoveAddress(nearOther))
		return func() { must(n.t, n.host.AddAddress(nearOther)) }
	case bufferFull:
		n.host.SetSendRoom(0, syscall.ENOBUFS)
		return func() { n.host.SetSendRoom(-1, nil) }
	case noRoute, linkDown:
		return n.refuse(simnet.Fault{Destination: beyond(1), Err: syscall.ENETUNREACH})
	case noDevice:
		return n.refuse(simnet.Fault{Device: secondLink, Err: syscall.ENODEV})
	case notPermitted:
		return n.refuse(simnet.Fault{Destination: forbidden, Err: syscall.EPERM})
	}
	n.t.Fatalf("no such fault: %d", f)
	return nil
}

func (n *simulated) refuse(f simnet.Fault) (mend func()) {
	n.host.SetFault(f)
	f.Err = nil
	return func() { n.host.SetFault(f) }
}

func (n *simulated) interval() time.Duration  { return 5 * time.Second }
func (n *simulated) patience() time.Duration  { return time.Hour }
func (n *simulated) tolerance() time.Duration { return time.Millisecond }
