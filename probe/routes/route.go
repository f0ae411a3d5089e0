//go:build linux

package routes

import (
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Route is one route of the kernel.
type Route struct {
	// Prefix is the route's own destination, which covers the prefix asked for.
	Prefix netip.Prefix
	Type   Type
	// Device is the interface of the (first usable) next hop; "" where the route
	// drops the traffic.
	Device string
	// Gateway is the router on Device; invalid where the prefix is directly
	// there. It may be an IPv6 address (RFC 5549).
	Gateway netip.Addr
	// NextHops counts the usable next hops. Above 1 the traffic is shared among
	// them, and Device and Gateway are those of the first. It is 0 where the
	// route drops the traffic.
	NextHops int
}

// Type is what a route does with the traffic, in the words of ip-route(8).
type Type string

// The types that an operator uses. Others of the kernel's have its names too:
// "local", "broadcast", "anycast", "multicast", "nat", and "type 17" for one that
// is not known here.
const (
	Unicast     Type = "unicast"     // sends it by Device
	Blackhole   Type = "blackhole"   // drops it in silence
	Unreachable Type = "unreachable" // drops it, ICMP host unreachable
	Prohibit    Type = "prohibit"    // drops it, ICMP administratively prohibited
)

// Drops tells whether traffic goes nowhere by a route of this type.
func (t Type) Drops() bool { return t == Blackhole || t == Unreachable || t == Prohibit }

// types are the kernel's numbers, linux/rtnetlink.h. A throw route is no answer
// and so has no name here.
var types = map[int]Type{
	unix.RTN_UNICAST: Unicast, unix.RTN_LOCAL: "local", unix.RTN_BROADCAST: "broadcast",
	unix.RTN_ANYCAST: "anycast", unix.RTN_MULTICAST: "multicast", unix.RTN_BLACKHOLE: Blackhole,
	unix.RTN_UNREACHABLE: Unreachable, unix.RTN_PROHIBIT: Prohibit, unix.RTN_NAT: "nat",
}

func typeOf(number int) Type {
	if t, known := types[number]; known {
		return t
	}
	return Type(fmt.Sprintf("type %d", number))
}
