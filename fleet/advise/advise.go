// Package advise holds what an inventory declares against the reference's rules
// on when keepalives can live, and against common mistakes: one rule is one
// function and one row of a table.
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
	// Error: by the reference no answer of a tunnel's keepalives can come back.
	Error Severity = "error"
	// Warning: what is declared will not do what it is there for; or by the
	// reference it cannot work, and yet far ends are known where it does.
	Warning Severity = "warning"
	// Info: worth knowing. It is never why a tunnel is down.
	Info Severity = "info"
)

// Finding is one rule that an inventory breaks.
type Finding struct {
	Rule     string // its number in REQUIREMENTS.md, as in "R17", or a word such as "underlay"
	Severity Severity
	Message  string // what happens, in the reference's terms
	Fix      string // what would be right, and where

	Subject Subject
	// Keys are where the file may say what is wrong, the likeliest first: keys of
	// the subject, with "peer." before those of [tunnel.peer].
	Keys []string
}

// Subject is what a finding is about; of neither of these, it is the fleet.
type Subject struct {
	Tunnel int // its index in the inventory, or -1
	Hub    int // its index in the inventory, or -1
}

// Judge holds one inventory against the rules. The answers depend on the inventory
// only, which must not change meanwhile, and is not changed.
type Judge struct {
	inv       *fleet.Inventory
	ipsec     map[string]fleet.IPsec // by hub
	relations *relations             // nil: not looked at; for Findings only
}

// New makes ready to judge inv.
func New(inv *fleet.Inventory) *Judge {
	j := &Judge{inv: inv, ipsec: make(map[string]fleet.IPsec, len(inv.Hubs))}
	for _, h := range inv.Hubs {
		j.ipsec[h.Name] = h.IPsec
	}
	return j
}

// Advice returns what can be why the i-th tunnel of the inventory is down, for the
// `advice` of CONTRACT's tunnel records: the rules among R15 to R19 that keep the
// answers of this end's keepalives from coming back. It returns nil where there are
// none. Enabled or not makes no difference.
func (j *Judge) Advice(i int) []fleet.Advice {
	e := j.ends(i)
	var list []fleet.Advice
	for _, r := range rules {
		if !r.advice {
			continue
		}
		if p := r.judge(e); p != nil {
			list = append(list, fleet.Advice{Rule: r.name, Message: p.message, Fix: p.fix})
		}
	}
	return list
}

// Findings returns all that can be said of the inventory: of the fleet, of its
// hubs, and of the tunnels in their order; of each in the order of the table.
//
// A tunnel that is not enabled is judged as if it were, and counts for no other.
// It harms nobody yet, so its findings are of [Info], and say so.
func (j *Judge) Findings() []Finding {
	j.relate()
	findings := j.common()
	for i := range j.inv.Tunnels {
		e := j.ends(i)
		for _, r := range rules {
			if p := r.judge(e); p != nil {
				findings = append(findings, e.finding(r, p))
			}
		}
	}
	return findings
}

// Names are those of all rules, in the order of the table; each once.
func Names() []string {
	var names []string
	for _, r := range rules {
		names = append(names, r.name)
	}
	return slices.Compact(names)
}

// common are the findings of more than one tunnel.
func (j *Judge) common() []Finding {
	var findings []Finding
	add := func(r rule, about Subject, p *problem) {
		if p != nil {
			findings = append(findings, r.finding(about, p))
		}
	}
	for _, r := range rules {
		if r.fleet != nil {
			add(r, Subject{-1, -1}, r.fleet(j))
		}
		for h := range j.inv.Hubs {
			if r.hub != nil {
				add(r, Subject{-1, h}, r.hub(j, h))
			}
		}
	}
	return findings
}
