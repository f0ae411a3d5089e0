package main

import (
	"fmt"
	"io"
	"slices"

	"greylag/fleet"
	"greylag/fleet/ios"
	"greylag/probe/hostcheck"
)

// writeIOS writes what to configure at both ends of a tunnel.
func writeIOS(w io.Writer, inv *fleet.Inventory, position int) error {
	t := &inv.Tunnels[position]
	fmt.Fprintf(w, "! %s: %v -> %v\n", t.Name, t.Source, t.Destination)
	if t.Probe == fleet.Echo {
		fmt.Fprintln(w, "! greylag probes it by ICMP echo, so no keepalive is configured (R20)")
	}
	for _, a := range adviceFor(inv)(position) {
		fmt.Fprintf(w, "! %s: %s\n!     %s\n", a.Rule, a.Message, a.Fix)
	}
	fmt.Fprintf(w, "!\n! ---- %s (%v). Where greylag itself runs on that address, none of this is needed.\n!\n", endName("this end", t.Hub), t.Source)
	writeLines(w, ios.NearLines(t, nearIPsec(inv, t)))
	fmt.Fprintf(w, "!\n! ---- %s (%v)\n! No `ip verify unicast` on this interface, strict or loose: it drops the answer (R17).\n!\n", endName("the far end", t.Spoke), t.Destination)
	writeLines(w, ios.FarLines(t))
	probed := probeTunnel(t)
	script, err := hostcheck.PeerLinuxOf(&probed, "gre1")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "!\n! ---- or, where the far end is a Linux host:\n!\n%s", script)
	return err
}

// endName is what to call an end whose hub or spoke has a name.
func endName(role, name string) string {
	if name == "" {
		return role
	}
	return fmt.Sprintf("%s, %s", role, name)
}

// nearIPsec is how this end encrypts (R19): the tunnel's own way, or its hub's.
func nearIPsec(inv *fleet.Inventory, t *fleet.Tunnel) fleet.IPsec {
	i := slices.IndexFunc(inv.Hubs, func(h fleet.Hub) bool { return h.Name == t.Hub })
	if t.IPsec != fleet.IPsecUndeclared || i < 0 {
		return t.IPsec
	}
	return inv.Hubs[i].IPsec
}

func writeLines(w io.Writer, lines []string) {
	for _, l := range lines {
		fmt.Fprintln(w, l)
	}
}
