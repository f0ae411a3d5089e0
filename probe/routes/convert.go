//go:build linux

package routes

import (
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// names tells the name of the interface of an index, and false if it is gone.
type names func(index int) (string, bool)

// convert makes an entry of what the kernel said, and tells whether the kernel
// would use it for a packet of TOS 0.
func convert(k *netlink.Route, name names) (entry, bool) {
	prefix, ok := prefixOf(k.Dst)
	if !ok || k.Tos != 0 {
		return entry{}, false
	}
	e := entry{metric: k.Priority, throw: k.Type == unix.RTN_THROW}
	e.Prefix, e.Type = prefix, typeOf(k.Type)
	if e.throw || e.Type.Drops() {
		return e, true
	}
	return e, e.takeNextHops(k, name)
}

// takeNextHops fills in the first usable next hop, and counts them.
func (e *entry) takeNextHops(k *netlink.Route, name names) bool {
	for _, hop := range nextHops(k) {
		device, there := name(hop.LinkIndex)
		if !there || hop.Flags&unix.RTNH_F_DEAD != 0 {
			continue
		}
		if e.NextHops == 0 {
			e.Device, e.Gateway = device, gatewayOf(hop)
		}
		e.NextHops++
	}
	return e.NextHops > 0
}

// nextHops are those of a multipath route, or the one that is in the route.
func nextHops(k *netlink.Route) []*netlink.NexthopInfo {
	if len(k.MultiPath) > 0 {
		return k.MultiPath
	}
	return []*netlink.NexthopInfo{{LinkIndex: k.LinkIndex, Gw: k.Gw, Via: k.Via, Flags: k.Flags}}
}

// gatewayOf is the next hop's router: of IPv4, or of IPv6 for an IPv4 route.
func gatewayOf(hop *netlink.NexthopInfo) netip.Addr {
	ip := hop.Gw
	if via, ok := hop.Via.(*netlink.Via); ok && via != nil {
		ip = via.Addr
	}
	addr, _ := netip.AddrFromSlice(ip)
	return addr.Unmap()
}

func prefixOf(n *net.IPNet) (netip.Prefix, bool) {
	if n == nil {
		return netip.Prefix{}, false
	}
	addr, ok := netip.AddrFromSlice(n.IP)
	bits, size := n.Mask.Size()
	if !ok || size != 32 || !addr.Unmap().Is4() {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(addr.Unmap(), bits).Masked(), true
}
