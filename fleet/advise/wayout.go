package advise

import "greylag/fleet"

// waysOut are R20's, by R19's case of this end's keepalives. The reference has
// three: (1) crypto map at one end, tunnel protection at the other, which alone
// originates; (2) another way of testing; (3) crypto maps at both ends.
var waysOut = map[protection]problem{
	{fleet.TunnelProtected, fleet.TunnelProtected}: {
		message: "tunnel protection at both ends: keepalives work in neither direction, and the second way out of three is the only one without a change of IPsec: to test reachability otherwise",
		fix:     `probe = "icmp" here, and on the routers a routing protocol over the tunnel or an SLA probe; or the first: a crypto map at this end, and keepalives from the far end only; or the third: crypto maps at both ends`,
	},
	{fleet.TunnelProtected, fleet.CryptoMap}: {
		message: "a crypto map at this end and tunnel protection at the far end: the first way out of three fits as it is: keepalives from the far end only, as on the spokes of a hub with a (dynamic) crypto map",
		fix:     "`keepalive` on the far end's tunnel interface, if it has none, and probe = \"icmp\" here; or the third: a crypto map at the far end too, and both ends can originate",
	},
	{fleet.CryptoMap, fleet.TunnelProtected}: {
		message: "tunnel protection at this end and a crypto map at the far end: the first way out of three fits as it is: keepalives from this end only",
		fix:     "remove `keepalive` from the far end's tunnel interface; or the third: a crypto map at this end too, and both ends can originate",
	},
	{fleet.TunnelProtected, fleet.IPsecUndeclared}: {
		message: "tunnel protection at the far end: whatever this end has, no answer to its keepalives comes back, and of the three ways out the second always fits: to test reachability otherwise",
		fix:     `probe = "icmp" here; or, with a crypto map at this end, the first: keepalives from the far end only; or the third: crypto maps at both ends`,
	},
}

// wayOut is R20: which way out fits two ends with IPsec, where keepalives in a
// direction that is in use fail. Ends of which one has none must agree first, as
// R19 says.
func wayOut(e ends) *problem {
	_, oursFail := ipsecFailures[e.ours()]
	_, theirsFail := ipsecFailures[e.theirs()]
	p, fits := waysOut[e.ours()]
	if !fits || !(oursFail && e.originates() || theirsFail && e.farOriginates()) {
		return nil
	}
	return &p
}
