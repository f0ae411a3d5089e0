package ios

import (
	"net/netip"
	"slices"
	"strconv"
)

// route is a static route.
type route struct {
	vrf      string
	prefix   netip.Prefix
	device   string     // the interface it names, if any
	via      netip.Addr // the next hop it names, if any
	distance int
}

// staticRoute takes ip route [vrf NAME] PREFIX MASK [INTERFACE] [NEXT-HOP]
// [DISTANCE] …, and its no.
func (r *reader) staticRoute(s statement) {
	words := s.rest(2)
	rt := route{distance: 1}
	if len(words) > 1 && short(words[0], "vrf", 1) {
		rt.vrf, words = printable(words[1]), words[2:]
	}
	if len(words) < 2 {
		return
	}
	p, err := netip.ParsePrefix(words[0]) // of NX-OS
	if err == nil {
		words = words[1:]
	} else if p, _ = prefixOf(words[0], words[1]); p.IsValid() {
		words = words[2:]
	}
	if !p.IsValid() || !p.Addr().Is4() {
		return
	}
	rt.prefix = p.Masked()
	rt.path(words)
	if !s.no {
		r.dev.routes = append(r.dev.routes, rt)
		return
	}
	r.dev.routes = slices.DeleteFunc(r.dev.routes, rt.covers)
}

// path reads where a route goes.
func (rt *route) path(words []string) {
	if name, n := interfaceName(words); n > 0 {
		rt.device, words = name, words[n:]
	}
	if len(words) > 0 {
		if a, err := netip.ParseAddr(words[0]); err == nil {
			rt.via, words = a, words[1:]
		}
	}
	if len(words) > 0 {
		if n, err := strconv.Atoi(words[0]); err == nil && n > 0 && n <= 255 {
			rt.distance = n
		}
	}
}

// covers tells whether the route that no ip route writes is this one.
func (rt *route) covers(other route) bool {
	return rt.vrf == other.vrf && rt.prefix == other.prefix && (rt.device == "" || rt.device == other.device) &&
		(!rt.via.IsValid() || rt.via == other.via)
}
