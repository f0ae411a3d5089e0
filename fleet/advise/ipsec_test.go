package advise

import (
	"fmt"
	"strings"
	"testing"

	"greylag/fleet"
)

// combinations are all of R19. The rows marked with a scenario or a way out are
// the reference's own ("IPsec 및 GRE 킵얼라이브", where peer A reflects and peer B
// originates); says is a word of what happens there. The others are ours: IPsec
// at one end only, and an end of which nothing is declared ("").
var combinations = []struct {
	far, near fleet.IPsec // A, B
	comesBack bool
	says      string
}{
	{fleet.TunnelProtected, fleet.CryptoMap, false, "this end's crypto map drops it"},              // 시나리오 1: up/down
	{fleet.CryptoMap, fleet.TunnelProtected, true, ""},                                             // 시나리오 2: works
	{fleet.TunnelProtected, fleet.TunnelProtected, false, "this end's tunnel protection drops it"}, // 시나리오 3: up/down
	{fleet.CryptoMap, fleet.CryptoMap, true, ""},                                                   // 해결 방법 3: works

	{fleet.IPsecNone, fleet.IPsecNone, true, ""}, // no IPsec at all
	{fleet.TunnelProtected, fleet.IPsecNone, false, "the far end's tunnel protection drops the keepalive itself"},
	{fleet.CryptoMap, fleet.IPsecNone, false, "the far end's crypto map drops the keepalive itself"},
	{fleet.IPsecNone, fleet.CryptoMap, false, "the far end has no IPsec to decrypt it"},
	{fleet.IPsecNone, fleet.TunnelProtected, false, "the far end has no IPsec to decrypt it"},

	{fleet.TunnelProtected, "", false, "drops the keepalive of an end without"}, // whatever it is
	{fleet.CryptoMap, "", true, ""},
	{fleet.IPsecNone, "", true, ""},
}

func TestIPsecCombinations(t *testing.T) {
	for _, tt := range combinations {
		t.Run(fmt.Sprintf("far %s near %s", tt.far, tt.near), func(t *testing.T) {
			peer := sound()
			peer.IPsec = tt.far
			inv, tun := tunnelTo(peer)
			inv.Hubs[0].IPsec = tt.near
			findings := Tunnel(inv, tun)
			if tt.comesBack {
				if len(findings) != 0 {
					t.Errorf("findings %v, want none", findings)
				}
				return
			}
			if len(findings) != 1 || findings[0].Rule != "R19" || findings[0].Severity != Error {
				t.Fatalf("findings %v, want one error of R19", findings)
			}
			if !strings.Contains(findings[0].Message, tt.says) {
				t.Errorf("message %q, want one with %q", findings[0].Message, tt.says)
			}
		})
	}
}

// TestCombinationsAreAll keeps the table above from losing one of the nine.
func TestCombinationsAreAll(t *testing.T) {
	seen := make(map[protection]bool)
	for _, tt := range combinations {
		seen[protection{tt.far, tt.near}] = true
	}
	kinds := []fleet.IPsec{fleet.IPsecNone, fleet.CryptoMap, fleet.TunnelProtected}
	for _, far := range kinds {
		for _, near := range append(kinds, "") {
			if !seen[protection{far, near}] {
				t.Errorf("far %s near %s is not tested", far, near)
			}
		}
	}
}

// TestNearIPsecIsTheHubs: which hub, and what a tunnel without one is taken for.
func TestNearIPsecIsTheHubs(t *testing.T) {
	tests := map[string]struct {
		hub  string
		want bool // a far end with a crypto map breaks R19
	}{
		"fra1: none":            {"fra1", true},
		"ams1: crypto map":      {"ams1", false},
		"no hub: not declared":  {"", false},
		"unknown: not declared": {"par1", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			peer := sound()
			peer.IPsec = fleet.CryptoMap
			inv, tun := tunnelTo(peer)
			inv.Hubs = append(inv.Hubs, fleet.Hub{IPsec: fleet.IPsecNone}) // nobody's
			tun.Hub = tt.hub
			if got := len(Tunnel(inv, tun)) == 1; got != tt.want {
				t.Errorf("finding: %v, want %v", got, tt.want)
			}
		})
	}
}
