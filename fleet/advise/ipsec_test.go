package advise

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
)

// combinations are all of R19. The rows marked with a scenario or a way out are
// the reference's own ("IPsec 및 GRE 킵얼라이브", where peer A reflects and peer B
// originates); says is a word of what happens there, of {A} and {B}. The others are
// ours: IPsec at one end only, and an end of which nothing is declared.
var combinations = []struct {
	far, near fleet.IPsec // A, B; where the far end originates it is the other way round
	comesBack bool
	says      string
}{
	{fleet.TunnelProtected, fleet.CryptoMap, false, "{B}'s crypto map drops it"},              // 시나리오 1: up/down
	{fleet.CryptoMap, fleet.TunnelProtected, true, ""},                                        // 시나리오 2: works
	{fleet.TunnelProtected, fleet.TunnelProtected, false, "{B}'s tunnel protection drops it"}, // 시나리오 3: up/down
	{fleet.CryptoMap, fleet.CryptoMap, true, ""},                                              // 해결 방법 3: works

	{fleet.IPsecNone, fleet.IPsecNone, true, ""}, // no IPsec at all
	{fleet.TunnelProtected, fleet.IPsecNone, false, "{A}'s tunnel protection drops the keepalive itself"},
	{fleet.CryptoMap, fleet.IPsecNone, false, "{A}'s crypto map drops the keepalive itself"},
	{fleet.IPsecNone, fleet.CryptoMap, false, "{A} has no IPsec to decrypt it"},
	{fleet.IPsecNone, fleet.TunnelProtected, false, "{A} has no IPsec to decrypt it"},

	{fleet.TunnelProtected, fleet.IPsecUndeclared, false, "drops the keepalive of an end without"}, // whatever it is
	{fleet.CryptoMap, fleet.IPsecUndeclared, true, ""},
	{fleet.IPsecNone, fleet.IPsecUndeclared, true, ""},
}

// TestIPsecCombinations: each with this end originating, and, where it has an A of
// which something is declared, with the far end originating: twice nine, and three.
func TestIPsecCombinations(t *testing.T) {
	for _, tt := range combinations {
		t.Run(fmt.Sprintf("far %s reflects, near %s originates", tt.far, tt.near), func(t *testing.T) {
			inv, tun := between(tt.far, tt.near)
			tun.Peer.KeepaliveInterval, tun.Peer.KeepaliveRetries = 0, 0
			expectR19(t, inv, tt.comesBack, Error, says(tt.says, farEnd, thisEnd))
			if advised := len(New(inv).Advice(0)) > 0; advised == tt.comesBack {
				t.Errorf("advice: %v, want %v", advised, !tt.comesBack)
			}
		})
		if tt.near == fleet.IPsecUndeclared {
			continue
		}
		t.Run(fmt.Sprintf("near %s reflects, far %s originates", tt.far, tt.near), func(t *testing.T) {
			inv, tun := between(tt.near, tt.far)
			tun.Probe = fleet.Echo
			expectR19(t, inv, tt.comesBack, Error, says(tt.says, thisEnd, farEnd))
			if advised := New(inv).Advice(0); advised != nil {
				t.Errorf("advice %v: the far end's keepalives are not why this end's tunnel is down", advised)
			}
		})
	}
}

// TestIPsecBothOriginate: each direction is judged by itself.
func TestIPsecBothOriginate(t *testing.T) {
	for _, tt := range []struct {
		far, near fleet.IPsec
		want      int
	}{
		{fleet.CryptoMap, fleet.CryptoMap, 0},
		{fleet.CryptoMap, fleet.TunnelProtected, 1},
		{fleet.TunnelProtected, fleet.CryptoMap, 1},
		{fleet.TunnelProtected, fleet.TunnelProtected, 2},
		{fleet.IPsecNone, fleet.IPsecNone, 0},
		{fleet.IPsecNone, fleet.CryptoMap, 2},
	} {
		inv, _ := between(tt.far, tt.near)
		if got := ofRule(New(inv).Findings(), "R19"); len(got) != tt.want {
			t.Errorf("far %s, near %s: %v, want %d", tt.far, tt.near, got, tt.want)
		}
	}
}

func says(template, reflects, originates string) string {
	return strings.NewReplacer("{A}", reflects, "{B}", originates).Replace(template)
}

// between is a tunnel whose ends both originate.
func between(far, near fleet.IPsec) (*fleet.Inventory, *fleet.Tunnel) {
	peer := sound()
	peer.IPsec = far
	inv, tun := tunnelTo(peer)
	inv.Hubs[0].IPsec = near
	return inv, tun
}

func expectR19(t *testing.T, inv *fleet.Inventory, comesBack bool, severity Severity, says string) {
	t.Helper()
	findings := ofRule(New(inv).Findings(), "R19")
	if comesBack {
		if len(findings) != 0 {
			t.Errorf("findings %v, want none", findings)
		}
		return
	}
	if len(findings) != 1 || findings[0].Severity != severity {
		t.Fatalf("findings %v, want one %s", findings, severity)
	}
	if !strings.Contains(findings[0].Message, says) {
		t.Errorf("message %q, want one with %q", findings[0].Message, says)
	}
}

func ofRule(findings []Finding, rule string) []Finding {
	var found []Finding
	for _, f := range findings {
		if f.Rule == rule {
			found = append(found, f)
		}
	}
	return found
}

// TestCombinationsAreAll keeps the table above from losing one of the nine.
func TestCombinationsAreAll(t *testing.T) {
	seen := make(map[protection]bool)
	for _, tt := range combinations {
		seen[protection{tt.far, tt.near}] = true
	}
	kinds := []fleet.IPsec{fleet.IPsecNone, fleet.CryptoMap, fleet.TunnelProtected}
	for _, far := range kinds {
		for _, near := range append(kinds, fleet.IPsecUndeclared) {
			if !seen[protection{far, near}] {
				t.Errorf("far %s near %s is not tested", far, near)
			}
		}
	}
}

// TestWayOut is R20: by the ends, and by which of them originate.
func TestWayOut(t *testing.T) {
	const second, firstThere, firstHere = "the second way out of three is the only one", "keepalives from the far end only", "keepalives from this end only"
	for name, tt := range map[string]struct {
		far, near     fleet.IPsec
		here, farEnds bool // which ends originate
		says          string
	}{
		"protection at both, this end":  {fleet.TunnelProtected, fleet.TunnelProtected, true, false, second},
		"protection at both, far end":   {fleet.TunnelProtected, fleet.TunnelProtected, false, true, second},
		"protection at both, neither":   {fleet.TunnelProtected, fleet.TunnelProtected, false, false, ""},
		"spoke protected, this end":     {fleet.TunnelProtected, fleet.CryptoMap, true, false, firstThere},
		"spoke protected, both":         {fleet.TunnelProtected, fleet.CryptoMap, true, true, firstThere},
		"spoke protected, far end only": {fleet.TunnelProtected, fleet.CryptoMap, false, true, ""},
		"hub protected, this end":       {fleet.CryptoMap, fleet.TunnelProtected, true, false, ""},
		"hub protected, both":           {fleet.CryptoMap, fleet.TunnelProtected, true, true, firstHere},
		"spoke protected, hub unknown":  {fleet.TunnelProtected, fleet.IPsecUndeclared, true, false, "whatever this end has"},
		"crypto maps":                   {fleet.CryptoMap, fleet.CryptoMap, true, true, ""},
		"no IPsec":                      {fleet.IPsecNone, fleet.IPsecNone, true, true, ""},
		"IPsec at one end only":         {fleet.CryptoMap, fleet.IPsecNone, true, true, ""},
	} {
		inv, tun := between(tt.far, tt.near)
		if !tt.here {
			tun.Probe = fleet.Echo
		}
		if !tt.farEnds {
			tun.Peer.KeepaliveInterval = 0
		}
		found := ofRule(New(inv).Findings(), "R20")
		switch {
		case tt.says == "" && found != nil:
			t.Errorf("%s: %v, want none", name, found)
		case tt.says != "" && (len(found) != 1 || found[0].Severity != Info || !strings.Contains(found[0].Message, tt.says)):
			t.Errorf("%s: %v, want one with %q", name, found, tt.says)
		}
	}
}

// TestOneSidedFixFitsTheEnds: R13 does not send anybody into R15 or R19.
func TestOneSidedFixFitsTheEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*fleet.Inventory, *fleet.Peer)
		says   string
	}{
		"can":        {func(*fleet.Inventory, *fleet.Peer) {}, "configure `keepalive` on the far end"},
		"multipoint": {func(_ *fleet.Inventory, p *fleet.Peer) { p.Multipoint = true }, "routing protocol"},
		"R19": {func(inv *fleet.Inventory, p *fleet.Peer) {
			p.IPsec, inv.Hubs[0].IPsec = fleet.CryptoMap, fleet.TunnelProtected
		}, "routing protocol"},
	} {
		inv, tun := tunnelTo(sound())
		tun.Peer.KeepaliveInterval = 0
		tt.change(inv, tun.Peer)
		if found := ofRule(New(inv).Findings(), "R13"); len(found) != 1 || !strings.Contains(found[0].Fix, tt.says) {
			t.Errorf("%s: %v, want a fix with %q", name, found, tt.says)
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
			peer.IPsec, peer.KeepaliveInterval = fleet.CryptoMap, 5*time.Second
			inv, tun := tunnelTo(peer)
			inv.Hubs = append(inv.Hubs, fleet.Hub{IPsec: fleet.IPsecNone}) // nobody's
			tun.Hub = tt.hub
			if got := len(New(inv).Advice(0)) == 1; got != tt.want {
				t.Errorf("advice: %v, want %v", got, tt.want)
			}
		})
	}
}
