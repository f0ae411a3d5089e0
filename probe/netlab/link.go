//go:build linux

package netlab

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Link is one veth pair between the two sides, with the near side's addresses
// and routes on it. They are declared: the kernel drops routes when an interface
// or its last address goes away, and the link puts back what is missing when the
// cause is gone, as a routing daemon would.
type Link struct {
	lab           *Lab
	name, farName string
	near, far     netip.Prefix
	metric        int // lower than those of later links

	// Guarded by lab.mu.
	present, up bool
	addresses   []netip.Prefix // of the near end
	routes      []netip.Prefix // of the near side, by this link
}

// AddLink makes a second underlay: a veth pair with one end called name on
// either side, and the addresses near and far, such as 198.18.0.1/24 and
// 198.18.0.2/24. Where two links have a route to the same prefix the older wins.
func (l *Lab) AddLink(name string, near, far netip.Prefix) (*Link, error) {
	return l.addLink(name, name, near, far)
}

func (l *Lab) addLink(name, farName string, near, far netip.Prefix) (*Link, error) {
	if err := errors.Join(mustBeIPv4(near), mustBeIPv4(far)); err != nil {
		return nil, fmt.Errorf("link %s: %w", name, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, fmt.Errorf("link %s: %w", name, errClosed)
	}
	for _, p := range l.prefixes {
		if p.Contains(near.Addr()) || p.Contains(far.Addr()) {
			return nil, fmt.Errorf("link %s: %v – %v is within far prefix %v: choose other addresses", name, near, far, p)
		}
	}
	k := &Link{lab: l, name: name, farName: farName, near: near, far: far,
		metric: 100 + len(l.links), up: true, addresses: []netip.Prefix{near}}
	if err := k.create(); err != nil {
		return nil, err
	}
	l.links = append(l.links, k)
	return k, nil
}

// Name returns the name of the near interface.
func (k *Link) Name() string { return k.name }

// Near returns the address of the near end, with the length of its prefix.
func (k *Link) Near() netip.Prefix { return k.near }

// Far returns the address of the far end, with the length of its prefix.
func (k *Link) Far() netip.Prefix { return k.far }

func (k *Link) overlaps(p netip.Prefix) bool {
	return p.Contains(k.near.Addr()) || p.Contains(k.far.Addr())
}

// SetUp brings the near interface up, with its routes, or down.
func (k *Link) SetUp(up bool) error {
	return k.change("setting up or down", func() error {
		k.up = up
		if up {
			return k.restore()
		}
		near, err := k.lab.near.netlink.LinkByName(k.name)
		if err != nil {
			return err
		}
		return k.lab.near.netlink.LinkSetDown(near)
	})
}

// Delete removes the pair, so that its interface vanishes. It may be gone.
func (k *Link) Delete() error {
	return k.change("deleting", k.delete)
}

// Recreate makes the pair again with all that was on it, deleting it first if it
// is there. The new interface has another index.
func (k *Link) Recreate() error {
	return k.change("recreating", func() error {
		if err := k.delete(); err != nil {
			return err
		}
		return k.create()
	})
}

// AddAddress gives the near end another address, as a host address, and the far
// side a route to it; or gives it back its own.
func (k *Link) AddAddress(a netip.Addr) error {
	p := k.nearPrefix(a)
	return k.change(fmt.Sprintf("adding address %v", a), func() error {
		if err := mustBeIPv4(p); err != nil {
			return err
		}
		k.addresses = append(without(k.addresses, p), p)
		return k.restore()
	})
}

// RemoveAddress takes an address off the near end.
func (k *Link) RemoveAddress(a netip.Addr) error {
	p := k.nearPrefix(a)
	return k.change(fmt.Sprintf("removing address %v", a), func() error {
		if !slices.Contains(k.addresses, p) {
			return errors.New("it has no such address")
		}
		k.addresses = without(k.addresses, p)
		near, err := k.lab.near.netlink.LinkByName(k.name)
		if err == nil {
			err = k.lab.near.netlink.AddrDel(near, &netlink.Addr{IPNet: ipNet(p)})
		}
		return unlessGone(err)
	})
}

// AddRoute gives the near side a route to p by this link.
func (k *Link) AddRoute(p netip.Prefix) error {
	p = p.Masked()
	return k.change(fmt.Sprintf("adding a route to %v", p), func() error {
		if err := mustBeIPv4(p); err != nil {
			return err
		}
		k.routes = append(without(k.routes, p), p)
		return k.restore()
	})
}

// RemoveRoute takes away the near side's route to p by this link.
func (k *Link) RemoveRoute(p netip.Prefix) error {
	p = p.Masked()
	return k.change(fmt.Sprintf("removing the route to %v", p), func() error {
		if !slices.Contains(k.routes, p) {
			return errors.New("it has no such route")
		}
		k.routes = without(k.routes, p)
		near, err := k.lab.near.netlink.LinkByName(k.name)
		if err == nil {
			err = k.lab.near.netlink.RouteDel(k.nearRoute(near, p))
		}
		return unlessGone(err)
	})
}

// change runs f under the lab's lock and says on which link it failed.
func (k *Link) change(what string, f func() error) error {
	k.lab.mu.Lock()
	defer k.lab.mu.Unlock()
	if k.lab.closed {
		return fmt.Errorf("link %s: %s: %w", k.name, what, errClosed)
	}
	if err := f(); err != nil {
		return fmt.Errorf("link %s: %s: %w", k.name, what, err)
	}
	return nil
}

func (k *Link) nearPrefix(a netip.Addr) netip.Prefix {
	if a == k.near.Addr() {
		return k.near
	}
	return netip.PrefixFrom(a, a.BitLen())
}

func (k *Link) nearRoute(near netlink.Link, p netip.Prefix) *netlink.Route {
	return &netlink.Route{
		LinkIndex: near.Attrs().Index, Dst: ipNet(p), Gw: k.far.Addr().AsSlice(),
		Flags: int(netlink.FLAG_ONLINK), Priority: k.metric,
	}
}

// farRoute is the way back to a near address outside the link's own prefix.
func (k *Link) farRoute(far netlink.Link, p netip.Prefix) *netlink.Route {
	return &netlink.Route{
		LinkIndex: far.Attrs().Index, Dst: ipNet(p), Gw: k.near.Addr().AsSlice(),
		Flags: int(netlink.FLAG_ONLINK), Priority: k.metric,
	}
}

func mustBeIPv4(p netip.Prefix) error {
	if !p.IsValid() || !p.Addr().Is4() {
		return fmt.Errorf("%v is not an IPv4 prefix or address", p)
	}
	return nil
}

func without(ps []netip.Prefix, p netip.Prefix) []netip.Prefix {
	return slices.DeleteFunc(ps, func(q netip.Prefix) bool { return q == p })
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

// unlessGone drops an error that says that there is nothing left to remove: the
// kernel had dropped it, with its interface or with the last address.
func unlessGone(err error) error {
	if isMissing(err) || errors.Is(err, unix.ESRCH) || errors.Is(err, unix.EADDRNOTAVAIL) {
		return nil
	}
	return err
}

// isMissing tells whether there is no such interface.
func isMissing(err error) bool {
	var missing netlink.LinkNotFoundError
	return errors.As(err, &missing) || errors.Is(err, unix.ENODEV)
}
