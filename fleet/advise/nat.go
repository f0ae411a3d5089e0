package advise

import (
	"fmt"
	"net/netip"
)

// privateInside is an answer that is to go to a private address, by way of the
// far end of a public one: what NAT puts in the outer header it cannot put in the
// inner one.
func privateInside(e ends) *problem {
	home, away := e.home(), e.tunnel.Destination
	if !isPrivate(home) || !isPublic(away) {
		return nil
	}
	return &problem{
		message: fmt.Sprintf("answers go to %v, a private address, from %v, a public one: where NAT is between them the far end cannot send them there", home, away),
		fix:     "reply_to = the public address that NAT gives to this end; or nothing, if the far end has a route to " + home.String(),
	}
}

var sharedSpace = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598

// isPrivate is RFC 1918 and RFC 6598.
func isPrivate(a netip.Addr) bool { return a.IsPrivate() || sharedSpace.Contains(a) }

// isPublic is what NAT could be in front of.
func isPublic(a netip.Addr) bool {
	return !isPrivate(a) && !a.IsLoopback() && !a.IsLinkLocalUnicast()
}
