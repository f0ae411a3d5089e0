package advise

import (
	"fmt"
	"net/netip"
)

// routedIntoItself is a static route by which the tunnel's packets would go into
// the tunnel. A default route may: one host route puts that right, and is common.
func routedIntoItself(e ends) *problem {
	within, found := e.ownRoute()
	if !found {
		return nil
	}
	p := &problem{
		message: fmt.Sprintf("%v is within %v, which is routed into this tunnel: recursive routing, and a router takes the tunnel down until the route is gone, again and again",
			e.tunnel.Destination, within),
		fix: fmt.Sprintf("a static route to %v/32 that leads to the underlay, and not into the tunnel", e.tunnel.Destination),
	}
	if within.Bits() == 0 {
		p.message = fmt.Sprintf("the default route leads into this tunnel, and its own destination %v too unless another route leads there: recursive routing, which takes the tunnel down", e.tunnel.Destination)
		p.severity = Warning
	}
	return p
}

// ownRoute is the narrowest of the tunnel's routes in which its destination is.
func (e ends) ownRoute() (within netip.Prefix, found bool) {
	if e.tunnel.Routing == nil {
		return within, false
	}
	for _, p := range e.tunnel.Routing.Routes {
		if p.Contains(e.tunnel.Destination) && (!found || p.Bits() > within.Bits()) {
			within, found = p, true
		}
	}
	return within, found
}

// watchedIntoItself is the same as far as the prefix beyond the spoke tells. A device
// decides where packets go whatever the routes say.
func watchedIntoItself(e ends) *problem {
	watch, is := e.relations.watched[e.tunnel.Spoke]
	if _, said := e.ownRoute(); said || !is || !watch.Contains(e.tunnel.Destination) || e.tunnel.Device != "" {
		return nil
	}
	return &problem{
		message: fmt.Sprintf("%v is within %v, which the spoke is watched for (`watch`): where that is routed into the tunnel, so are the tunnel's own packets: recursive routing",
			e.tunnel.Destination, watch),
		fix: fmt.Sprintf("a route to %v/32 that leads to the underlay, or a narrower watch", e.tunnel.Destination),
	}
}
