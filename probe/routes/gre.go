//go:build linux

package routes

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
)

// GRE is what the interface of a point-to-point GRE tunnel was made with. It is
// zero for every other device.
type GRE struct {
	Local  netip.Addr // the outer source; invalid: the routing table decides
	Remote netip.Addr // the outer destination; invalid: the device is no such interface
	Key    uint32     // of what it sends (RFC 2890)
	HasKey bool       // 0 is a key
}

// greOf reads the kinds gre and gretap. A multipoint interface (R15) has no one
// far end, and one that takes its ends from each route has none either.
func greOf(link netlink.Link) GRE {
	switch d := link.(type) {
	case *netlink.Gretun:
		if !d.FlowBased {
			return greTo(d.Local, d.Remote, d.OKey, d.OFlags)
		}
	case *netlink.Gretap:
		// The library takes the two keys of this kind for each other.
		if !d.FlowBased && d.IKey == d.OKey {
			return greTo(d.Local, d.Remote, d.OKey, d.OFlags)
		}
	}
	return GRE{}
}

func greTo(local, remote net.IP, key uint32, flags uint16) GRE {
	g := GRE{Local: addrOf(local), Remote: addrOf(remote), HasKey: flags&nl.GRE_KEY != 0}
	if !g.Remote.IsValid() {
		return GRE{}
	}
	if g.HasKey {
		g.Key = key
	}
	return g
}

// addrOf is invalid for the address that stands for none.
func addrOf(ip net.IP) netip.Addr {
	addr, _ := netip.AddrFromSlice(ip)
	if addr = addr.Unmap(); addr.IsUnspecified() {
		return netip.Addr{}
	}
	return addr
}

// gre asks the kernel what a device is. One that is gone is none.
func (t *Table) gre(device string) (GRE, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return GRE{}, fmt.Errorf("reading interface %s: %w", device, os.ErrClosed)
	}
	link, err := t.netlink.LinkByName(device)
	if _, gone := errors.AsType[netlink.LinkNotFoundError](err); gone {
		return GRE{}, nil
	}
	if err != nil {
		return GRE{}, fmt.Errorf("reading interface %s: %w", device, err)
	}
	return greOf(link), nil
}
