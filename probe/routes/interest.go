//go:build linux

package routes

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"
)

// interest is the watched prefixes by address and length. It tells which of the
// kernel's changes may concern them: a router may learn thousands of routes a
// second, and few do.
type interest []netip.Prefix

func interestIn(prefixes []netip.Prefix) interest {
	var in interest
	for _, p := range prefixes {
		if p.IsValid() && p.Addr().Is4() {
			in = append(in, p.Masked())
		}
	}
	slices.SortFunc(in, comparePrefixes)
	return in
}

func comparePrefixes(a, b netip.Prefix) int {
	return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
}

// covered tells whether a route to p covers a watched prefix, and may thus be
// its route.
func (in interest) covered(p netip.Prefix) bool {
	i, _ := slices.BinarySearchFunc(in, p, comparePrefixes)
	return i < len(in) && p.Contains(in[i].Addr())
}

// heard tells what changed by what the kernel said: routes that may concern a
// watched prefix, and interfaces or addresses, with which routes come and go
// unsaid. What cannot be read may be anything.
func (in interest) heard(datagram []byte) (routes, links bool) {
	for len(datagram) > 0 {
		kind, body, rest, ok := cutMessage(datagram)
		if !ok || kind != unix.RTM_NEWROUTE && kind != unix.RTM_DELROUTE {
			return true, true
		}
		p, ok := routePrefix(body)
		routes = routes || !ok || in.covered(p)
		datagram = rest
	}
	return routes, false
}

// cutMessage takes the first message off (netlink(7), struct nlmsghdr): its
// length, header included, its type, and ten bytes that do not matter here.
func cutMessage(b []byte) (kind uint16, body, rest []byte, ok bool) {
	if len(b) < unix.SizeofNlMsghdr {
		return 0, nil, nil, false
	}
	size := uint64(binary.NativeEndian.Uint32(b))
	if size < unix.SizeofNlMsghdr || size > uint64(len(b)) {
		return 0, nil, nil, false
	}
	return binary.NativeEndian.Uint16(b[4:]), b[unix.SizeofNlMsghdr:size], b[aligned(int(size), len(b)):], true
}

// routePrefix is the destination of a route (rtnetlink(7), struct rtmsg): family,
// length of the prefix, ten bytes that do not matter here, and attributes of which
// each begins with its length and its type. A default route has no destination.
func routePrefix(body []byte) (netip.Prefix, bool) {
	if len(body) < unix.SizeofRtMsg || body[0] != unix.AF_INET {
		return netip.Prefix{}, false
	}
	addr := netip.IPv4Unspecified()
	for b := body[unix.SizeofRtMsg:]; len(b) >= unix.SizeofRtAttr; {
		size := int(binary.NativeEndian.Uint16(b))
		if size < unix.SizeofRtAttr || size > len(b) {
			return netip.Prefix{}, false
		}
		if binary.NativeEndian.Uint16(b[2:]) == unix.RTA_DST {
			addr, _ = netip.AddrFromSlice(b[unix.SizeofRtAttr:size])
		}
		b = b[aligned(size, len(b)):]
	}
	p, err := addr.Prefix(int(body[1]))
	return p, err == nil && addr.Is4()
}

// aligned is where the next one begins: at a multiple of 4, or at the end.
func aligned(size, end int) int { return min((size+3)&^3, end) }
