package advise

import (
	"fmt"

	"greylag/fleet"
)

// protection is what IPsec does at the two ends of a tunnel: one reflects (the
// reference's A), the other originates (its B).
type protection struct {
	reflects, originates fleet.IPsec
}

// failure is what happens to a keepalive, and the way out: with %[1]s for the end
// that reflects and %[2]s for the one that originates, %[3]s and %[4]s for where
// the inventory declares these, and %[5]s for what can be done instead.
type failure struct {
	message, fix string
}

// ipsecFailures are the combinations of R19 in which no answer comes back. The
// reference's own are the two with protection at both ends; the others follow
// from what it says of each end: what is bound to IPsec drops GRE in clear text,
// and what has none cannot decrypt.
//
// An originating end of which nothing is declared fails only where all three
// kinds do: with tunnel protection at the end that reflects.
var ipsecFailures = map[protection]failure{
	{fleet.TunnelProtected, fleet.CryptoMap}: {
		"the answer leaves %[1]s in clear text, past its tunnel protection, and %[2]s's crypto map drops it",
		"use a crypto map at %[1]s, or %[5]s",
	},
	{fleet.TunnelProtected, fleet.TunnelProtected}: {
		"the answer leaves %[1]s in clear text, past its tunnel protection, and %[2]s's tunnel protection drops it",
		"use a crypto map at %[1]s, or %[5]s",
	},
	{fleet.TunnelProtected, fleet.IPsecNone}: {
		"%[1]s's tunnel protection drops the keepalive itself, which %[2]s sends in clear text",
		"use IPsec at %[2]s (ipsec of %[4]s) with a crypto map at %[1]s, or %[5]s",
	},
	{fleet.TunnelProtected, fleet.IPsecUndeclared}: {
		"%[1]s's tunnel protection lets the answer leave in clear text, which an end with IPsec drops, and drops the keepalive of an end without",
		"use a crypto map at %[1]s, or %[5]s",
	},
	{fleet.CryptoMap, fleet.IPsecNone}: {
		"%[1]s's crypto map drops the keepalive itself, which %[2]s sends in clear text",
		"use IPsec at %[2]s too, either kind, and declare it as ipsec of %[4]s",
	},
	{fleet.IPsecNone, fleet.CryptoMap}: {
		"%[2]s's crypto map encrypts the keepalive, and %[1]s has no IPsec to decrypt it",
		"use a crypto map at %[1]s too and declare it in %[3]s, or no IPsec at %[2]s",
	},
	{fleet.IPsecNone, fleet.TunnelProtected}: {
		"%[2]s's tunnel protection encrypts the keepalive, and %[1]s has no IPsec to decrypt it",
		"use a crypto map at %[1]s and declare it in %[3]s, or no IPsec at %[2]s",
	},
}

const (
	thisEnd, itsHub = "this end", "its [[hub]]"
	farEnd, itsPeer = "the far end", "[tunnel.peer]"
)

// originatingHere is R19 for this end's keepalives.
func originatingHere(e ends) *problem {
	f, fails := ipsecFailures[e.ours()]
	if !fails {
		return nil
	}
	return f.of(farEnd, thisEnd, itsPeer, itsHub, otherProbe)
}

// originatingThere is R19 for the far end's own keepalives.
func originatingThere(e ends) *problem {
	f, fails := ipsecFailures[e.theirs()]
	if !fails || !e.farOriginates() {
		return nil
	}
	p := f.of(thisEnd, farEnd, itsHub, itsPeer, "no `keepalive` on the far end's tunnel interface")
	p.message = "the far end's own keepalives fail, and its line protocol goes down: " + p.message
	return p
}

func (f failure) of(words ...any) *problem {
	return &problem{message: fmt.Sprintf(f.message, words...), fix: fmt.Sprintf(f.fix, words...)}
}

// ours is R19's case of this end's keepalives.
func (e ends) ours() protection {
	return protection{reflects: e.peer.IPsec, originates: e.near}
}

// theirs is R19's case of the far end's own.
func (e ends) theirs() protection {
	return protection{reflects: e.near, originates: e.peer.IPsec}
}
