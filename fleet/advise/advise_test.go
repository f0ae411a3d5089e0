package advise

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"greylag/fleet"

	"github.com/google/go-cmp/cmp"
)

// sound is a far end that breaks no rule.
func sound() *fleet.Peer {
	return &fleet.Peer{
		URPF: "off", IPsec: fleet.IPsecNone, ACLPermitsGRE: true,
		KeepaliveInterval: 5 * time.Second, KeepaliveRetries: 4,
	}
}

// tunnelTo returns an inventory of one hub and one tunnel with that far end.
func tunnelTo(peer *fleet.Peer) (*fleet.Inventory, *fleet.Tunnel) {
	inv := &fleet.Inventory{
		Engine: fleet.EngineOptions{MaxRate: 1},
		Hubs:   []fleet.Hub{{Name: "fra1", IPsec: fleet.IPsecNone}, {Name: "ams1", IPsec: fleet.CryptoMap}},
		Tunnels: []fleet.Tunnel{{
			Name: "fra1-seoul", Hub: "fra1", Enabled: true, Probe: fleet.Keepalive,
			Source: netip.MustParseAddr("192.0.2.10"), Destination: netip.MustParseAddr("198.51.100.17"),
			Interval: 10 * time.Second, Retries: 3, Peer: peer,
		}},
	}
	return inv, &inv.Tunnels[0]
}

// broken returns the rules among findings, those of Info included.
func broken(findings []Finding) []string {
	var names []string
	for _, f := range findings {
		names = append(names, f.Rule)
	}
	return names
}

func TestTunnel(t *testing.T) {
	tests := map[string]struct {
		peer      func(*fleet.Peer)
		broken    []string
		explained []string // what is advice of a live report
	}{
		"sound":                     {peer: func(*fleet.Peer) {}},
		"R13 none of its own":       {func(p *fleet.Peer) { p.KeepaliveInterval, p.KeepaliveRetries = 0, 0 }, []string{"R13"}, nil},
		"R13 timers need not match": {peer: func(p *fleet.Peer) { p.KeepaliveInterval, p.KeepaliveRetries = time.Hour, 255 }},
		"R15 multipoint":            {func(p *fleet.Peer) { p.Multipoint = true }, []string{"R15"}, []string{"R15"}},
		"R16 front only":            {func(p *fleet.Peer) { p.FrontVRF = "red" }, []string{"R16"}, []string{"R16"}},
		"R16 inside only":           {func(p *fleet.Peer) { p.InsideVRF = "red" }, []string{"R16"}, []string{"R16"}},
		"R16 two":                   {func(p *fleet.Peer) { p.FrontVRF, p.InsideVRF = "red", "blue" }, []string{"R16"}, []string{"R16"}},
		"R16 case counts":           {func(p *fleet.Peer) { p.FrontVRF, p.InsideVRF = "red", "RED" }, []string{"R16"}, []string{"R16"}},
		"R16 same":                  {peer: func(p *fleet.Peer) { p.FrontVRF, p.InsideVRF = "red", "red" }},
		"R17 strict":                {func(p *fleet.Peer) { p.URPF = "strict" }, []string{"R17"}, []string{"R17"}},
		"R17 loose":                 {func(p *fleet.Peer) { p.URPF = "loose" }, []string{"R17"}, []string{"R17"}},
		"R17 not declared":          {peer: func(p *fleet.Peer) { p.URPF = "" }},
		"R18 not permitted":         {func(p *fleet.Peer) { p.ACLPermitsGRE = false }, []string{"R18"}, []string{"R18"}},
		"R19 protected":             {func(p *fleet.Peer) { p.IPsec = fleet.TunnelProtected }, []string{"R19", "R19"}, []string{"R19"}},
		"R19 not declared":          {peer: func(p *fleet.Peer) { p.IPsec = fleet.IPsecUndeclared }},
		"all, in the rules' own order": {func(p *fleet.Peer) {
			*p = fleet.Peer{Multipoint: true, FrontVRF: "red", URPF: "strict", IPsec: fleet.CryptoMap}
		}, []string{"R13", "R15", "R16", "R17", "R18", "R19"}, []string{"R15", "R16", "R17", "R18", "R19"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			peer := sound()
			tt.peer(peer)
			inv, _ := tunnelTo(peer)
			findings := New(inv).Findings()
			if diff := cmp.Diff(tt.broken, broken(findings)); diff != "" {
				t.Errorf("rules broken (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.explained, rulesOf(New(inv).Advice(0))); diff != "" {
				t.Errorf("advice (-want +got):\n%s", diff)
			}
		})
	}
}

// worst breaks every rule.
func worst() *fleet.Peer {
	return &fleet.Peer{Multipoint: true, FrontVRF: "red", URPF: "strict", IPsec: fleet.TunnelProtected}
}

func TestNoFindings(t *testing.T) {
	tests := map[string]func(*fleet.Tunnel){
		"nothing known of the far end": func(t *fleet.Tunnel) { t.Peer = nil },
		"icmp":                         func(t *fleet.Tunnel) { t.Probe = fleet.Echo },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			inv, tun := tunnelTo(worst())
			change(tun)
			if got := New(inv).Findings(); got != nil {
				t.Errorf("findings %v, want none", got)
			}
			if got := New(inv).Advice(0); got != nil {
				t.Errorf("advice %v, want none", got)
			}
		})
	}
}

// TestDisabled: the same findings, as information; and the same advice.
func TestDisabled(t *testing.T) {
	inv, tun := tunnelTo(worst())
	want, advice := New(inv).Findings(), New(inv).Advice(0)
	for i := range want {
		want[i].Severity, want[i].Message = Info, "once it is enabled: "+want[i].Message
	}
	tun.Enabled = false
	if diff := cmp.Diff(want, New(inv).Findings()); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(advice, New(inv).Advice(0)); diff != "" || advice == nil {
		t.Errorf("advice enabled and disabled differ (-enabled +disabled):\n%s", diff)
	}
}

func TestNothingIsChanged(t *testing.T) {
	inv, _ := tunnelTo(worst())
	New(inv).Findings()
	want, _ := tunnelTo(worst())
	if diff := cmp.Diff(want, inv, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Errorf("the inventory changed (-before +after):\n%s", diff)
	}
}

// TestTableIsInOrder: the numbers first, then the words.
func TestTableIsInOrder(t *testing.T) {
	rank := func(name string) string {
		if n, err := strconv.Atoi(strings.TrimPrefix(name, "R")); err == nil {
			return fmt.Sprintf("%03d", n)
		}
		return name
	}
	for i := 1; i < len(rules); i++ {
		if rank(rules[i-1].name) > rank(rules[i].name) {
			t.Errorf("%s stands before %s", rules[i-1].name, rules[i].name)
		}
	}
}

// TestEveryRowIsWhole: one function, a severity, a place.
func TestEveryRowIsWhole(t *testing.T) {
	for i, r := range rules {
		functions := 0
		for _, has := range []bool{r.tunnel != nil, r.hub != nil, r.fleet != nil} {
			if has {
				functions++
			}
		}
		if functions != 1 || r.severity == "" || r.hub == nil && len(r.keys) == 0 || r.tunnel == nil && r.scope != 0 {
			t.Errorf("row %d, %s: %+v", i, r.name, r)
		}
	}
}

func BenchmarkAdvice(b *testing.B) {
	inv, _ := tunnelTo(worst())
	j := New(inv)
	b.ReportAllocs()
	for b.Loop() {
		j.Advice(0)
	}
}

func rulesOf(list []fleet.Advice) []string {
	var names []string
	for _, a := range list {
		names = append(names, a.Rule)
	}
	return names
}
