//go:build linux

package hostcheck

import (
	"context"

	"greylag/probe"
)

// Fleet is what this host is to probe.
type Fleet struct {
	// Tunnels are those that are probed. Without any, only what concerns every
	// fleet is checked.
	Tunnels []probe.Tunnel
	// Reflect: the peers' own keepalives are answered as well.
	Reflect bool
	// MaxRate is how many packets a second may be sent; 0: any number.
	MaxRate int
	// ReceiveBuffer is what will be asked for, in bytes ([rawsock.Options]).
	ReceiveBuffer int
	// Setcap is the command that gives this program the capability CAP_NET_RAW.
	Setcap string
}

// Run checks this host and returns at least one finding for each check that
// concerns the fleet, in the order of the table. The error is one of reading the
// host's state; what is refused to an ordinary user is a finding instead.
//
// It takes milliseconds, a second where packets to itself do not arrive, and
// some seconds more where the firewall's tools hang.
func Run(ctx context.Context, fleet Fleet) ([]Finding, error) {
	f, err := gather(ctx, thisHost, fleet)
	if err != nil {
		return nil, err
	}
	return f.findings(), nil
}

// checks is the table: a check says nothing where it does not concern the fleet.
var checks = []struct {
	name string
	run  func(*facts) []Finding
}{
	{"privilege", privilege},
	{"receive buffer", receiveBuffer},
	{"rate", rate},
	{"devices", devices},
	{"sources", sources},
	{"routes", routes},
	{"reverse path", reversePath},
	{"ip_gre", greModule},
	{"firewall rules", firewallRules},
	{"firewall out", greOut},
	{"firewall in", greIn},
	{"firewall icmp", icmpBoth},
}

func (f *facts) findings() []Finding {
	var all []Finding
	for _, c := range checks {
		for _, found := range c.run(f) {
			found.Check = c.name
			all = append(all, found)
		}
	}
	return all
}

// one is the finding of a check that has one thing to say.
func one(level Level, found, means, do string) []Finding {
	return []Finding{{Level: level, Found: found, Means: means, Do: do}}
}
