//go:build linux

package netlab

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"
)

// Host is one more network namespace, with a kernel's own addresses, routes and
// ICMP: for a network of several machines, where a lab's two sides are too few.
// Its methods must not be called by several goroutines at once.
type Host struct{ outer, own side }

// NewHost makes a host: lo up, reverse path filters and IPv6 off, and no links. It
// fails outside a process started by [Reexec].
func NewHost() (*Host, error) {
	if !Inside() {
		return nil, errors.New("a host needs a network namespace around it: start the program by netlab.Reexec")
	}
	var h Host
	var err error
	if h.outer.namespace, h.own.namespace, err = newNamespaces(); err != nil {
		return nil, err
	}
	err = h.own.open()
	if err == nil {
		err = h.Do(func() error { return apply(quietSettings) })
	}
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return &h, nil
}

// Close gives the host up. It and its links go once the processes in it have ended.
func (h *Host) Close() error { return errors.Join(h.own.close(), h.outer.close()) }

// Do runs f on a thread in the host: sockets that f itself opens and processes that
// it starts are there, and stay there. Goroutines that f starts are not.
func (h *Host) Do(f func() error) error { return within(h.own.namespace, h.outer.namespace, f) }

// Forward makes the host a router.
func (h *Host) Forward() error {
	return h.Do(func() error { return setting{"net.ipv4.ip_forward", "1", false}.apply() })
}

// AddAddress gives the host an address that is on no link.
func (h *Host) AddAddress(p netip.Prefix) error {
	if err := h.own.address("lo", p); err != nil {
		return fmt.Errorf("address %v: %w", p, err)
	}
	return nil
}

// AddRoute gives the host a route by a gateway on one of its links that are up. Of
// routes to the same prefix that with the least metric counts.
func (h *Host) AddRoute(p netip.Prefix, gateway netip.Addr, metric int) error {
	err := h.own.netlink.RouteReplace(&netlink.Route{Dst: ipNet(p.Masked()), Gw: gateway.AsSlice(), Priority: metric})
	if err != nil {
		return fmt.Errorf("route to %v by %v: %w", p, gateway, err)
	}
	return nil
}

// HostEnd is one end of a wire: an interface of a host, and its address.
type HostEnd struct {
	Host    *Host
	Name    string // at most 15 characters
	Address netip.Prefix
}

// Wire is a veth pair between two hosts.
type Wire [2]HostEnd

// Connect makes the pair, with both ends up.
func (w Wire) Connect() error {
	attrs := netlink.NewLinkAttrs()
	attrs.Name = w[0].Name
	pair := &netlink.Veth{LinkAttrs: attrs, PeerName: w[1].Name, PeerNamespace: netlink.NsFd(w[1].Host.own.namespace)}
	if err := w[0].Host.own.netlink.LinkAdd(pair); err != nil {
		return fmt.Errorf("making the veth pair %s – %s: %w", w[0].Name, w[1].Name, err)
	}
	for _, e := range w {
		if err := e.Host.own.address(e.Name, e.Address); err != nil {
			return fmt.Errorf("setting up %s: %w", e.Name, err)
		}
	}
	return w.SetUp(true)
}

// SetUp brings both ends up, and waits until they send, or down. Down, a kernel
// forgets the routes by them.
func (w Wire) SetUp(up bool) error {
	for _, e := range w {
		if err := e.Host.own.setUp(e.Name, up); err != nil {
			return fmt.Errorf("setting %s up or down: %w", e.Name, err)
		}
	}
	if !up {
		return nil
	}
	return awaitCarrier(&w[0].Host.own, w[0].Name, &w[1].Host.own, w[1].Name)
}

func (s *side) address(link string, p netip.Prefix) error {
	l, err := s.netlink.LinkByName(link)
	if err != nil {
		return err
	}
	return s.netlink.AddrReplace(l, &netlink.Addr{IPNet: ipNet(p)})
}

func (s *side) setUp(link string, up bool) error {
	l, err := s.netlink.LinkByName(link)
	if err != nil {
		return err
	}
	if up {
		return s.netlink.LinkSetUp(l)
	}
	return s.netlink.LinkSetDown(l)
}
