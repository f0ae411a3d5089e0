package simnet

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Host is a machine on the network that runs the code under test. It comes from
// [Net.Host]. Its methods may be called from any goroutine.
type Host struct {
	net *Net
	// The rest is guarded by net.mu.
	locals  map[addr]bool
	sockets []*Socket
	faults  []Fault
	limit   int // packets of a batch that find room; negative: all
	full    error
	id      uint16
}

// Host puts a machine with these addresses on the network. It fails for an
// address that is not IPv4 or in use.
func (n *Net) Host(locals ...netip.Addr) (*Host, error) {
	h := &Host{net: n, locals: map[addr]bool{}, limit: -1}
	for _, l := range locals {
		if err := h.AddAddress(l); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// AddAddress gives the host one more address. It fails as [Net.Host] does.
func (h *Host) AddAddress(local netip.Addr) error {
	a, err := toAddr(local)
	if err != nil {
		return err
	}
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	if err := h.net.claim(a, h); err != nil {
		return err
	}
	h.locals[a] = true
	return nil
}

// RemoveAddress takes an address from the host: sending from it fails with
// EADDRNOTAVAIL, as rawsock has it, and nothing arrives there.
func (h *Host) RemoveAddress(local netip.Addr) error {
	a, err := toAddr(local)
	if err != nil {
		return err
	}
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	if !h.locals[a] {
		return fmt.Errorf("simnet: %v is no address of this host", a)
	}
	h.net.advance(time.Now())
	delete(h.locals, a)
	delete(h.net.nodes, a)
	return nil
}

// Fault is a reason why the host cannot send: no route (ENETUNREACH), device
// gone (ENODEV), not permitted (EPERM) and so on. It concerns the packets that
// fit all that is given; what is left zero fits any.
type Fault struct {
	Source, Destination netip.Addr
	Device              string
	Err                 error // usually a syscall.Errno
}

func (f Fault) same(g Fault) bool {
	return f.Source == g.Source && f.Destination == g.Destination && f.Device == g.Device
}

func (f Fault) concerns(from, to addr, device string) bool {
	return (!f.Source.IsValid() || f.Source == netip.AddrFrom4(from)) &&
		(!f.Destination.IsValid() || f.Destination == netip.AddrFrom4(to)) &&
		(f.Device == "" || f.Device == device)
}

// SetFault makes what it concerns fail from now on, in place of an earlier fault
// that concerned the same. Err nil ends that one. Where several fit, the one set
// first wins.
func (h *Host) SetFault(f Fault) {
	f.Source, f.Destination = f.Source.Unmap(), f.Destination.Unmap()
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	h.faults = slices.DeleteFunc(h.faults, f.same)
	if f.Err != nil {
		h.faults = append(h.faults, f)
	}
}

// SetSendRoom lets only the first n packets of each batch out; the others fail
// with err, such as ENOBUFS or EAGAIN. A negative n ends it.
func (h *Host) SetSendRoom(n int, err error) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	h.limit, h.full = n, err
}

// refuses returns why a packet cannot be sent, nil if it can.
func (h *Host) refuses(place int, from, to addr, device string) error {
	if h.limit >= 0 && place >= h.limit {
		return h.full
	}
	for _, f := range h.faults {
		if f.concerns(from, to, device) {
			return f.Err
		}
	}
	return nil
}

// send puts a whole packet on the wire.
func (h *Host) send(from, to addr, packet []byte, at time.Time) {
	if h.net.tap != nil {
		h.net.tap(packet, at)
	}
	h.net.send(from, to, packet, at)
}

func (h *Host) nextID() uint16 {
	if h.id++; h.id == 0 {
		h.id = 1
	}
	return h.id
}

// arrive gives the packet to the sockets that want it, padding cut off, as the
// kernel does once it has checked the header.
func (h *Host) arrive(_ *Net, packet []byte, at time.Time) {
	ip, ok := readIPv4(packet)
	if !ok || ip.fragment() || !h.locals[ip.destination()] {
		return
	}
	for _, s := range h.sockets {
		if s.wants(ip) {
			s.enqueue(bytes.Clone(ip.whole), at)
		}
	}
}
