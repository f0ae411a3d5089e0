//go:build linux

package hostcheck

import (
	"slices"
	"strings"

	"greylag/probe"
	"greylag/probe/hostcheck/netfilter"
)

// firewallRules: the rules could be read.
func firewallRules(f *facts) []Finding {
	switch {
	case f.unread != nil:
		return one(Note, "some cannot be read: "+strings.Join(f.unread, "; "),
			"what they drop is seen only where it also hits packets over the loopback interface", "run greylag doctor as root")
	case !f.readable:
		return one(Note, "neither nft nor iptables-save is installed",
			"what other programs have set up is seen only where it also hits packets over the loopback interface", "")
	case f.rules.Empty():
		return one(OK, "there are none", "", "")
	}
	return one(OK, "read", "", "")
}

// What is lost where a kind of packet is dropped.
const (
	noKeepalive   = "no keepalive leaves this host"
	noAnswer      = "no answer arrives"
	noExplanation = "why a tunnel is down will not be known"
	noEcho        = `tunnels of probe = "icmp" cannot be probed`
)

// greOut: the rules let keepalives out, and with reflection answers too: both
// are GRE from here to there.
func greOut(f *facts) []Finding {
	c := firewallCheck{
		what:   "GRE (protocol 47) to the far ends",
		kinds:  []kind{{"GRE to the far ends", Fault, noKeepalive, netfilter.Packet{Out: true, Protocol: netfilter.GRE, State: netfilter.New}}},
		loop:   func(l *loop) passage { return l.gre },
		failed: []passage{refused},
	}
	return c.findings(f)
}

// greIn: the rules let answers in. Connection tracking takes them for answers
// to our keepalives, and a peer's own keepalive too, since we probe it.
func greIn(f *facts) []Finding {
	c := firewallCheck{
		what:   "GRE (protocol 47) from the far ends",
		kinds:  []kind{{"GRE from the far ends", Fault, noAnswer, netfilter.Packet{Protocol: netfilter.GRE, State: netfilter.Established}}},
		loop:   func(l *loop) passage { return l.gre },
		failed: []passage{vanished},
	}
	return c.findings(f)
}

// icmpBoth: the rules let echo out and its replies in, by which a far end that is
// alive is told from one that is not, and in the errors that say why. Without
// them a state is right and unexplained, but for tunnels that are probed by echo.
func icmpBoth(f *facts) []Finding {
	c := firewallCheck{
		what: "ICMP echo and errors",
		kinds: []kind{
			{"ICMP echo", Warning, noExplanation, icmp(true, netfilter.Echo, netfilter.New)},
			{"ICMP echo replies", Warning, noExplanation, icmp(false, netfilter.EchoReply, netfilter.Established)},
			{"ICMP unreachable", Warning, noExplanation, icmp(false, netfilter.Unreachable, netfilter.Related)},
			{"ICMP time exceeded", Warning, noExplanation, icmp(false, netfilter.TimeExceeded, netfilter.Related)},
		},
		loop:   func(l *loop) passage { return l.icmp },
		failed: []passage{refused, vanished},
	}
	if slices.ContainsFunc(f.Tunnels, func(t probe.Tunnel) bool { return t.Echo }) {
		for i := range 2 {
			c.kinds[i].level, c.kinds[i].means = Fault, noEcho
		}
	}
	return c.findings(f)
}

func icmp(out bool, kind uint8, state netfilter.State) netfilter.Packet {
	return netfilter.Packet{Out: out, Protocol: netfilter.ICMP, Type: kind, State: state}
}
