package advise

import "greylag/fleet"

// protection is what IPsec does at the two ends of a tunnel: the far end
// reflects (the reference's A), the near end originates (its B).
type protection struct {
	far, near fleet.IPsec
}

// failure is what happens to a keepalive, and the way out.
type failure struct {
	message, fix string
}

// ipsecFailures are the combinations of R19 in which no answer comes back. The
// reference's own are the two with protection at both ends; the others follow
// from what it says of each end: what is bound to IPsec drops GRE in clear text,
// and what has none cannot decrypt.
//
// A near end of which nothing is declared ("") fails only where all three kinds
// do: with tunnel protection at the far end.
var ipsecFailures = map[protection]failure{
	{fleet.TunnelProtected, fleet.CryptoMap}: {
		"the answer leaves the far end in clear text, past its tunnel protection, and this end's crypto map drops it",
		"use a crypto map at the far end, or " + otherProbe,
	},
	{fleet.TunnelProtected, fleet.TunnelProtected}: {
		"the answer leaves the far end in clear text, past its tunnel protection, and this end's tunnel protection drops it",
		"use a crypto map at the far end, or " + otherProbe,
	},
	{fleet.TunnelProtected, fleet.IPsecNone}: {
		"the far end's tunnel protection drops the keepalive itself, which this end sends in clear text",
		"use IPsec at this end (ipsec of its [[hub]]) with a crypto map at the far end, or " + otherProbe,
	},
	{fleet.TunnelProtected, ""}: {
		"the far end's tunnel protection lets the answer leave in clear text, which an end with IPsec drops, and drops the keepalive of an end without",
		"use a crypto map at the far end, or " + otherProbe,
	},
	{fleet.CryptoMap, fleet.IPsecNone}: {
		"the far end's crypto map drops the keepalive itself, which this end sends in clear text",
		"use IPsec at this end too, either kind, and declare it as ipsec of its [[hub]]",
	},
	{fleet.IPsecNone, fleet.CryptoMap}: {
		"this end's crypto map encrypts the keepalive, and the far end has no IPsec to decrypt it",
		"use a crypto map at the far end too and declare it in [tunnel.peer], or no IPsec at this end",
	},
	{fleet.IPsecNone, fleet.TunnelProtected}: {
		"this end's tunnel protection encrypts the keepalive, and the far end has no IPsec to decrypt it",
		"use a crypto map at the far end and declare it in [tunnel.peer], or no IPsec at this end",
	},
}

// ipsecKinds is R19.
func ipsecKinds(e ends) (message, fix string, hit bool) {
	f, hit := ipsecFailures[protection{far: e.peer.IPsec, near: e.near}]
	return f.message, f.fix, hit
}
