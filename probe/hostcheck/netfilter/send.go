package netfilter

import "slices"

// Outcome is what becomes of a packet.
type Outcome struct {
	// By is what drops it; nil where it passes.
	By *Blame
	// Sure: it is dropped whatever else is true. Otherwise it is dropped only if
	// something holds that cannot be known here.
	Sure bool
}

// Bounds of a walk, which no kernel's rules reach: how deep jumps go
// (NFT_JUMP_STACK_SIZE), and how many rules a packet meets.
const (
	mostJumps = 16
	mostRules = 1 << 20
)

// Send tells what becomes of p. Of several rules that may drop it the first is
// named, and one that surely does before those.
func (s *Ruleset) Send(p *Packet) Outcome {
	hooks := hooksIn
	if p.Out {
		hooks = hooksOut
	}
	w := walk{rules: s, packet: p}
	for _, hook := range hooks {
		for _, c := range s.bases {
			if c.hook == hook && w.base(c) {
				return w.outcome
			}
		}
	}
	return w.outcome
}

// walk is a packet's way through the chains.
type walk struct {
	rules   *Ruleset
	packet  *Packet
	outcome Outcome
	doubt   bool // it may be out of the base chain that it is in
	depth   int
	met     int // rules
}

// ending is how a packet comes out of a chain.
type ending int8

const (
	fellThrough ending = iota // or returned, or left by a goto: the caller goes on
	accepted
	dropped
)

// base walks a base chain, and tells whether the packet is surely dropped.
func (w *walk) base(c *chain) bool {
	w.doubt = false
	met := w.onDevice(c)
	if met == no {
		return false
	}
	if end := w.chain(c, met); end != accepted && end != dropped && c.drops {
		w.drop(c, nil, met)
	}
	return w.outcome.Sure
}

// onDevice tells whether the packet meets a chain that is for some interfaces.
func (w *walk) onDevice(c *chain) truth {
	switch {
	case c.hook != "ingress" && c.hook != "egress":
		return yes
	case c.devices == nil || w.packet.Device == "":
		return maybe
	}
	return truthOf(slices.Contains(c.devices, w.packet.Device))
}

// chain walks a chain that the packet meets, surely or maybe.
func (w *walk) chain(c *chain, met truth) ending {
	w.depth++
	defer func() { w.depth-- }()
	for i := range c.rules {
		if w.met++; w.met > mostRules || w.depth > mostJumps {
			w.doubt = true
			break
		}
		r := &c.rules[i]
		held := min(met, r.matchesPacket(w.packet))
		if held == no {
			continue
		}
		if end, over := w.rule(c, r, held); over {
			return end
		}
	}
	return fellThrough
}

// rule does what a rule says that holds, surely or maybe, and tells whether the
// packet's way through the chain is over.
func (w *walk) rule(c *chain, r *rule, held truth) (end ending, over bool) {
	if r.untracks {
		untracked := *w.packet
		untracked.State = ""
		w.packet = &untracked
	}
	switch r.verdict.kind {
	case accepts:
		return accepted, w.surely(held)
	case returns:
		return fellThrough, w.surely(held)
	case drops:
		w.drop(c, r, held)
		return dropped, held == yes
	case jumps, leaves:
		return w.jump(c, r, held)
	}
	return 0, false
}

// surely tells whether something that ends the way does so, or leaves a doubt.
func (w *walk) surely(held truth) bool {
	w.doubt = w.doubt || held != yes
	return held == yes
}

func (w *walk) jump(c *chain, r *rule, held truth) (end ending, over bool) {
	target := w.rules.chains[chainID{c.tool, c.family, c.table, r.verdict.target}]
	if target == nil {
		w.doubt = true
		return 0, false
	}
	end = w.chain(target, held)
	switch {
	case end != fellThrough:
		return end, true
	case r.verdict.kind == leaves:
		return fellThrough, w.surely(held)
	}
	return 0, false
}

// drop puts the blame on a rule, or on the chain's policy where r is nil.
func (w *walk) drop(c *chain, r *rule, held truth) {
	sure := held == yes && !w.doubt
	if sure || w.outcome.By == nil {
		w.outcome = Outcome{By: blame(c, r), Sure: sure}
	}
}
