//go:build linux

package hostcheck

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"
)

// devices: the interfaces that tunnels are bound to are there, and can send.
func devices(f *facts) []Finding {
	var bad groups[Finding]
	named := map[string]bool{}
	for i := range f.Tunnels {
		t := &f.Tunnels[i]
		if t.Device == "" {
			continue
		}
		named[t.Device] = true
		if wrong, is := f.deviceWrong(t.Device); is {
			bad.add(wrong, t.Name)
		}
	}
	switch {
	case len(named) == 0:
		return nil
	case len(bad.keys) == 0:
		return one(OK, count(len(named), "interface")+" of the inventory can send", "", "")
	}
	return bad.findings(func(f Finding, names string) Finding {
		f.Means = "these tunnels cannot be probed: " + names
		return f
	})
}

// deviceWrong tells what is wrong with an interface.
func (f *facts) deviceWrong(name string) (wrong Finding, is bool) {
	l, there := f.links[name]
	switch {
	case !there:
		return Finding{Level: Fault, Found: "there is no interface " + name, Do: "correct device in the inventory; the interfaces are: ip -brief link"}, true
	case !l.up:
		return Finding{Level: Fault, Found: "interface " + name + " is down", Do: "sudo ip link set " + name + " up"}, true
	case !l.carrier:
		return Finding{Level: Fault, Found: "interface " + name + " has no carrier", Do: "look at its cable or its other end: ip link show " + name}, true
	}
	return wrong, false
}

// sources: the addresses from which tunnels are probed are this host's.
func sources(f *facts) []Finding {
	if len(f.Tunnels) == 0 {
		return nil
	}
	var bad groups[netip.Addr]
	for i := range f.Tunnels {
		if s := f.Tunnels[i].Source; !f.usable(s) {
			bad.add(s, f.Tunnels[i].Name)
		}
	}
	if len(bad.keys) == 0 {
		return one(OK, count(len(f.sources), "source")+" of the inventory on this host", "", "")
	}
	return bad.findings(func(source netip.Addr, names string) Finding {
		return Finding{
			Level: Fault, Found: fmt.Sprintf("source %v is no address of this host", source),
			Means: "these tunnels cannot be probed: " + names,
			Do:    fmt.Sprintf("correct source in the inventory, or: sudo ip address add %v/32 dev %s", source, f.outward()),
		}
	})
}

// usable tells whether an address is this host's: by its main tables, or on an
// interface, which may be a VRF's and so have tables of its own. The kernel does
// not ask whether the interface is up.
func (f *facts) usable(source netip.Addr) bool {
	p := f.sources[source]
	return p.local || p.device != ""
}

// outward is an interface that may have one more address.
func (f *facts) outward() string {
	if f.uplink != "" {
		return f.uplink
	}
	return loopback
}

// routes: there is a way to each destination.
func routes(f *facts) []Finding {
	if len(f.Tunnels) == 0 {
		return nil
	}
	var bad groups[string]
	ways := map[string]bool{}
	for i := range f.ways {
		if w := &f.ways[i]; w.err != nil {
			bad.add(routeError(w.err), fmt.Sprintf("%v (%s)", f.Tunnels[i].Destination, f.Tunnels[i].Name))
		} else if w.device != "" {
			ways[w.device] = true
		}
	}
	if len(bad.keys) == 0 {
		return one(OK, fmt.Sprintf("%s by %s", count(len(f.Tunnels), "destination"), some(slices.Sorted(maps.Keys(ways)))), "", "")
	}
	return bad.findings(func(why, names string) Finding {
		return Finding{Level: Fault, Found: why + " to " + names, Means: "these tunnels cannot be probed",
			Do: "add a route, or bring up the interface that has it; to see: ip route get ADDRESS"}
	})
}

// routeError is the kernel's refusal in an operator's words.
func routeError(err error) string {
	switch err {
	case unix.ENETUNREACH:
		return "no route"
	case unix.EHOSTUNREACH:
		return "an unreachable route"
	case unix.EACCES:
		return "a prohibiting route"
	case unix.EINVAL:
		return "a blackhole route"
	}
	return fmt.Sprintf("no route (%v)", err)
}
