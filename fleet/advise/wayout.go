package advise

import "greylag/fleet"

// wayOut is R20: which of the reference's three ways out fits two ends that both
// have IPsec, where keepalives in a direction that is in use fail. Ends of which
// one has none must agree first, as R19 says.
func wayOut(e ends) *problem {
	_, oursFail := ipsecFailures[e.ours()]
	_, theirsFail := ipsecFailures[e.theirs()]
	if !(oursFail && e.originates() || theirsFail && e.farOriginates()) {
		return nil
	}
	switch e.ours() {
	case protection{fleet.TunnelProtected, fleet.TunnelProtected}:
		return &problem{
			message: "tunnel protection at both ends: keepalives work in neither direction, and the second way out of three is the only one without a change of IPsec: to test reachability otherwise",
			fix:     `probe = "icmp" here, and on the routers a routing protocol over the tunnel or an SLA probe; or the first: a crypto map at this end, and keepalives from the far end only; or the third: crypto maps at both ends`,
		}
	case protection{fleet.TunnelProtected, fleet.CryptoMap}:
		return &problem{
			message: "a crypto map at this end and tunnel protection at the far end: the first way out of three fits as it is: keepalives from the far end only, as on the spokes of a hub with a (dynamic) crypto map",
			fix:     fromThere(e) + `probe = "icmp" here; or the third: a crypto map at the far end too, and both ends can originate`,
		}
	case protection{fleet.CryptoMap, fleet.TunnelProtected}:
		return &problem{
			message: "tunnel protection at this end and a crypto map at the far end: the first way out of three fits as it is: keepalives from this end only",
			fix:     "remove `keepalive` from the far end's tunnel interface; or the third: a crypto map at this end too, and both ends can originate",
		}
	}
	return nil
}

// fromThere is what is still to do for keepalives from the far end.
func fromThere(e ends) string {
	if e.farOriginates() {
		return "it sends its own already: "
	}
	return "`keepalive` on the far end's tunnel interface, and "
}
