// Package advise holds what an inventory declares against the reference's rules
// on when keepalives can live: one rule is one function and one row of a table.
//
// It judges declarations only. What a tunnel really does is in its report; a
// finding is one explanation of it, for as long as the declaration is right.
package advise

import (
	"slices"

	"greylag/fleet"
)

// Severity is how much a finding matters, in the words of `lint --json`
// (CONTRACT).
type Severity string

// The severities.
const (
	// Error: by the reference no answer of this tunnel's keepalives can come back.
	Error Severity = "error"
	// Warning: by the reference none does, and yet far ends are known that answer.
	Warning Severity = "warning"
	// Info: worth knowing. It is never why a tunnel is down.
	Info Severity = "info"
)

// Finding is one rule that a tunnel's declaration breaks.
type Finding struct {
	Rule     string // its number in REQUIREMENTS.md, as in "R17"
	Severity Severity
	Message  string // what happens, in the reference's terms
	Fix      string // what would be right, and where
}

// Tunnel returns the rules among R13 and R15 to R19 that t breaks, in the order
// of their numbers. There are none where nothing is declared of the far end, nor
// for probe = "icmp", which is R20's way around all of them.
//
// t is one of inv's tunnels; enabled or not makes no difference. The answer
// depends on the inventory only, so ask once, not at each report. Neither
// argument is changed.
func Tunnel(inv *fleet.Inventory, t *fleet.Tunnel) []Finding {
	if t.Peer == nil || t.Probe == fleet.Echo {
		return nil
	}
	e := ends{tunnel: t, peer: t.Peer, near: nearIPsec(inv, t)}
	var findings []Finding
	for _, r := range rules {
		if message, fix, hit := r.check(e); hit {
			findings = append(findings, Finding{r.name, r.severity, message, fix})
		}
	}
	return findings
}

// Explain returns what can be why the tunnel is down, in the order of findings,
// for the `advice` of CONTRACT's tunnel records: those of an [Error] or a
// [Warning]. It returns nil where there are none.
func Explain(findings []Finding) []fleet.Advice {
	var list []fleet.Advice
	for _, f := range findings {
		if f.Severity != Info {
			list = append(list, fleet.Advice{Rule: f.Rule, Message: f.Message, Fix: f.Fix})
		}
	}
	return list
}

// ends is a tunnel seen from both of its ends.
type ends struct {
	tunnel *fleet.Tunnel
	peer   *fleet.Peer
	near   fleet.IPsec // this end's; "": not declared
}

// nearIPsec is the IPsec of this end: the tunnel's own, or that of its hub. Where it
// has neither nothing is declared of this end, which is not the same as "none".
func nearIPsec(inv *fleet.Inventory, t *fleet.Tunnel) fleet.IPsec {
	if t.IPsec != "" {
		return t.IPsec
	}
	i := slices.IndexFunc(inv.Hubs, func(h fleet.Hub) bool { return h.Name == t.Hub })
	if t.Hub == "" || i < 0 {
		return ""
	}
	return inv.Hubs[i].IPsec
}
