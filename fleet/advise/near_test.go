package advise

import (
	"testing"

	"greylag/fleet"
)

// TestNearIPsec: what the tunnel says of this end comes before what its hub says.
func TestNearIPsec(t *testing.T) {
	for _, c := range []struct {
		hub       string
		own, want fleet.IPsec
	}{
		{"", fleet.IPsecUndeclared, fleet.IPsecUndeclared},
		{"fra1", fleet.IPsecUndeclared, fleet.CryptoMap},
		{"fra1", fleet.IPsecNone, fleet.IPsecNone},
		{"", fleet.TunnelProtected, fleet.TunnelProtected},
	} {
		inv := &fleet.Inventory{
			Hubs:    []fleet.Hub{{Name: "fra1", IPsec: fleet.CryptoMap}},
			Tunnels: []fleet.Tunnel{{Hub: c.hub, IPsec: c.own}},
		}
		if got := New(inv).ends(0).near; got != c.want {
			t.Errorf("hub %q, own %q: %q, want %q", c.hub, c.own, got, c.want)
		}
	}
}
