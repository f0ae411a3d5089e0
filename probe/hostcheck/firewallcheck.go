//go:build linux

package hostcheck

import (
	"fmt"
	"net/netip"
	"slices"

	"greylag/probe/hostcheck/netfilter"
)

// firewallCheck holds what the rules say of some kinds of packets against what
// became of such packets over the loopback interface. The rules tell what hits
// one interface or address only; the loopback, what no rule of these tools did.
type firewallCheck struct {
	what   string
	kinds  []kind
	loop   func(*loop) passage
	failed []passage // those of loop that this check is about
}

// kind is one kind of packet, and what it means that it is dropped.
type kind struct {
	name   string
	level  Level
	means  string
	packet netfilter.Packet // without addresses and interface
}

// drops are what drops whose packets.
type drops struct{ sure, unsure groups[drop] }

type drop struct {
	by   netfilter.Blame
	kind kind
}

func (c *firewallCheck) findings(f *facts) []Finding {
	d := c.ask(f)
	lost := c.lost(f)
	switch {
	case len(d.sure.keys) > 0:
		return d.sure.findings(dropped)
	case lost != nil && !(c.ruled(f, lost) && len(d.unsure.keys) == 0):
		return c.vanished(f, lost)
	case len(d.unsure.keys) > 0:
		return d.unsure.findings(doubtful)
	case f.readable:
		return one(OK, c.what+": let through", "", "")
	case c.tried(f):
		return one(OK, c.what+": let through, as far as the loopback interface shows", "", "")
	}
	return nil // the privilege and the rules are findings of their own
}

// ask asks the rules about each tunnel's packets, or where there are no tunnels
// about those of any.
func (c *firewallCheck) ask(f *facts) (d drops) {
	if len(f.Tunnels) == 0 {
		c.askFor(f, "", netfilter.Packet{Device: f.uplink}, &d)
	}
	for i := range f.Tunnels {
		t := &f.Tunnels[i]
		if !t.Echo || c.kinds[0].packet.Protocol == netfilter.ICMP {
			c.askFor(f, t.Name, netfilter.Packet{Source: t.Source, Destination: t.Destination, Device: f.ways[i].device}, &d)
		}
	}
	return d
}

// askFor asks about the packets between two addresses, of which out is one on
// its way out.
func (c *firewallCheck) askFor(f *facts, name string, out netfilter.Packet, d *drops) {
	for _, kind := range c.kinds {
		p := kind.packet
		p.Source, p.Destination, p.Device = out.Source, out.Destination, out.Device
		if !p.Out {
			p.Source, p.Destination = out.Destination, out.Source
		}
		if p.State == netfilter.Related {
			p.Source = netip.Addr{} // any router on the way
		}
		switch o := f.rules.Send(&p); {
		case o.Sure:
			d.sure.add(drop{*o.By, kind}, name)
		case o.By != nil:
			d.unsure.add(drop{*o.By, kind}, name)
		}
	}
}

func dropped(d drop, names string) Finding {
	return Finding{Level: d.kind.level, Found: d.by.String() + " drops " + d.kind.of(names),
		Means: d.kind.means, Do: "sudo " + d.by.Accept(&d.kind.packet)}
}

func doubtful(d drop, names string) Finding {
	return Finding{Level: Note, Found: d.by.String() + " may drop " + d.kind.of(names),
		Means: "that depends on more than can be read from the rules"}
}

// of says what is dropped, and of which tunnels.
func (k *kind) of(names string) string {
	if names == "" {
		return k.name
	}
	return k.name + " (" + names + ")"
}

// tried tells whether a packet was sent over the loopback interface.
func (c *firewallCheck) tried(f *facts) bool {
	return slices.ContainsFunc(f.loops, func(l loop) bool { return c.loop(&l) != untried })
}

// lost is a loop whose packets were lost; nil: none was.
func (c *firewallCheck) lost(f *facts) *loop {
	for i := range f.loops {
		if l := &f.loops[i]; slices.Contains(c.failed, c.loop(l)) {
			return l
		}
	}
	return nil
}

// ruled tells whether a rule may have lost the packets of a loop.
func (c *firewallCheck) ruled(f *facts, l *loop) bool {
	var d drops
	c.askFor(f, "", netfilter.Packet{Source: l.address, Destination: l.other, Device: loopback}, &d)
	return len(d.sure.keys)+len(d.unsure.keys) > 0
}

// vanished is the finding for packets that were lost although no rule surely
// drops the tunnels' own.
func (c *firewallCheck) vanished(f *facts, l *loop) []Finding {
	found := Finding{Level: c.kinds[0].level, Means: c.kinds[0].means,
		Found: fmt.Sprintf("%s: dropped, as seen between %v and %v of this host", c.what, l.address, l.other)}
	switch {
	case c.ruled(f, l):
		found.Do = "look for the rule: sudo nft -a list ruleset"
	case f.readable && f.unread == nil:
		found.Found += ", and by no rule of nft or iptables"
		found.Do = "look for a BPF program or a tc filter: sudo bpftool net; tc filter show dev lo"
	default:
		found.Do = "look for the rule: sudo nft -a list ruleset, or sudo iptables-save"
	}
	return []Finding{found}
}
