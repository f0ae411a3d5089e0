package netfilter

import "fmt"

// Blame names the rule, or the chain's policy, that drops a packet. Two that are
// equal are the same.
type Blame struct {
	Tool   string // "nft" or "iptables"
	Family string // as nft calls it
	Table  string
	Chain  string
	Policy bool   // no rule: what the chain does with what no rule has taken
	Handle int    // of the rule, for nft; 0: it has none
	Text   string // of the rule, as its tool writes it; "": not known
}

func blame(c *chain, r *rule) *Blame {
	b := &Blame{Tool: c.tool, Family: c.family, Table: c.table, Chain: c.name, Policy: r == nil}
	if r != nil {
		b.Handle, b.Text = r.handle, r.text
	}
	return b
}

// String names what drops the packet, so that an operator finds it.
func (b *Blame) String() string {
	where := b.Tool + " table " + b.Table + ", chain " + b.Chain
	if b.Tool == nftTool {
		where = "nft table " + b.Family + " " + b.Table + ", chain " + b.Chain
	}
	switch {
	case b.Policy:
		return "the policy of " + where
	case b.Handle == 0:
		return fmt.Sprintf("the rule %q of %s", b.Text, where)
	case b.Text == "":
		return fmt.Sprintf("the rule of handle %d of %s", b.Handle, where)
	}
	return fmt.Sprintf("the rule %q (handle %d) of %s", b.Text, b.Handle, where)
}

// Accept is the command, for root, that lets packets like p pass before they
// come to what is blamed. Rules that are made so last until the host starts anew.
func (b *Blame) Accept(p *Packet) string {
	switch {
	case b.Tool == iptablesTool:
		return fmt.Sprintf("iptables -t %s -I %s %s -j ACCEPT", b.Table, b.Chain, iptablesMatch(p))
	case b.Policy:
		return fmt.Sprintf("nft add rule %s %s %s %s accept", b.Family, b.Table, b.Chain, nftMatch(p))
	}
	return fmt.Sprintf("nft insert rule %s %s %s handle %d %s accept", b.Family, b.Table, b.Chain, b.Handle, nftMatch(p))
}

func nftMatch(p *Packet) string {
	if p.Protocol == GRE {
		return "ip protocol gre"
	}
	return "icmp type " + nameOf(icmpTypes, p.Type)
}

func iptablesMatch(p *Packet) string {
	if p.Protocol == GRE {
		return "-p gre"
	}
	return "-p icmp --icmp-type " + nameOf(icmpTypes, p.Type)
}

func nameOf(names map[string]int, number uint8) string {
	for name, n := range names {
		if n == int(number) {
			return name
		}
	}
	return fmt.Sprint(number)
}
