package netfilter

import (
	"cmp"
	"slices"
)

// Ruleset is what a host's tools said of its rules. The zero Ruleset has none,
// and drops nothing.
type Ruleset struct {
	chains map[chainID]*chain
	bases  []*chain // those of a hook, in the order of their priority

	extended bool // there are extensions of iptables that nft cannot read
}

// chainID names a chain. Two tools may have chains of the same name.
type chainID struct{ tool, family, table, name string }

type chain struct {
	chainID
	hook     string // "": only jumped to
	priority int
	devices  []string // of a netdev chain, where it says so
	drops    bool     // what its policy does
	rules    []rule
}

type rule struct {
	handle  int    // nft's; 0: it has none
	text    string // as its tool writes it; "": not known
	matches []match
	verdict verdict

	untracks bool // connection tracking leaves what it matches alone
}

// verdict is what a rule does with what it matches.
type verdict struct {
	kind   verdictKind
	target string // of a jump
}

type verdictKind int8

const (
	goesOn verdictKind = iota
	accepts
	drops
	jumps
	leaves // goto: as a jump, and does not come back
	returns
)

func (r *rule) matchesPacket(p *Packet) truth {
	held := yes
	for _, m := range r.matches {
		if held = min(held, m(p)); held == no {
			break
		}
	}
	return held
}

// Merge adds the rules of other, which another tool has said.
func (s *Ruleset) Merge(other *Ruleset) {
	for _, c := range other.chains {
		s.add(c)
	}
	s.extended = s.extended || other.extended
	s.sort()
}

// Extended tells whether nft has printed rules of iptables-nft that it cannot
// read; iptables-save can.
func (s *Ruleset) Extended() bool { return s.extended }

// Replace puts the rules that iptables-save has said in the place of the tables
// as which nft has printed them: those of family ip with iptables' names.
func (s *Ruleset) Replace(iptables *Ruleset) {
	s.bases = slices.DeleteFunc(s.bases, func(c *chain) bool {
		_, known := priorities[c.table]
		return c.tool == nftTool && c.family == "ip" && known
	})
	s.extended = false
	s.Merge(iptables)
}

// Empty tells whether there is nothing that could drop a packet.
func (s *Ruleset) Empty() bool { return len(s.bases) == 0 }

func (s *Ruleset) add(c *chain) {
	if s.chains == nil {
		s.chains = make(map[chainID]*chain)
	}
	s.chains[c.chainID] = c
	if c.hook != "" {
		s.bases = append(s.bases, c)
	}
}

// sort puts the chains in the order in which packets see them; which of two of
// one priority comes first makes no difference here.
func (s *Ruleset) sort() {
	slices.SortStableFunc(s.bases, func(a, b *chain) int { return cmp.Compare(a.priority, b.priority) })
}

// Hooks in the order in which packets meet them.
var (
	hooksIn  = []string{"ingress", "prerouting", "input"}
	hooksOut = []string{"output", "postrouting", "egress"}
)
