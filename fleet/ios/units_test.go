package ios

import (
	"slices"
	"strings"
	"testing"
)

// TestMenu: a beginning of one word is that word, a beginning of several is
// ambiguous unless it is itself one.
func TestMenu(t *testing.T) {
	for _, c := range []struct {
		menu      *menu
		in, want  string
		ambiguous bool
	}{
		{interfaceMenu, "tun", "tunnel", false},
		{interfaceMenu, "TUNNEL", "tunnel", false},
		{interfaceMenu, "tunnels", "", false},
		{interfaceMenu, "sh", "shutdown", false},
		{interfaceMenu, "ke", "keepalive", false},
		{interfaceMenu, "t", "", true},
		{interfaceMenu, "ip", "ip", false},
		{interfaceMenu, "", "", false},
		{interfaceMenu, "|", "", false},
		{interfaceIPMenu, "add", "address", false},
		{interfaceIPMenu, "ad", "", true},
		{interfaceIPMenu, "ver", "verify", false},
		{tunnelMenu, "so", "source", false},
		{tunnelMenu, "s", "", true},
		{tunnelMenu, "d", "destination", false},
		{tunnelMenu, "mo", "mode", false},
		{modeMenu, "ipv6", "ipv6", false},
		{modeMenu, "ipv", "", true},
	} {
		if word, ambiguous := c.menu.find(c.in); word != c.want || ambiguous != c.ambiguous {
			t.Errorf("%q: %q, ambiguous %v; want %q, %v", c.in, word, ambiguous, c.want, c.ambiguous)
		}
	}
}

func TestInterfaceName(t *testing.T) {
	for in, want := range map[string]string{
		"tu0":                        "Tunnel0",
		"tunnel 12 point-to-point":   "Tunnel12",
		"Gi0/0/0.100":                "GigabitEthernet0/0/0.100",
		"g0/0":                       "GigabitEthernet0/0",
		"te1/1":                      "TenGigabitEthernet1/1",
		"FastEthernet 0/0":           "FastEthernet0/0",
		"Serial0/0/0:0":              "Serial0/0/0:0",
		"lo0":                        "Loopback0",
		"po1":                        "Port-channel1",
		"vlan10":                     "Vlan10",
		"e0/1":                       "Ethernet0/1",
		"dialer1":                    "Dialer1",
		"dot11radio0/0":              "Dot11Radio0/0",
		"Embedded-Service-Engine0/0": "Embedded-Service-Engine0/0",
		"TwentyFiveGigE1/0/1":        "TwentyFiveGigE1/0/1",
		"tunnel-ip1":                 "tunnel-ip1",
		"t0":                         "",
		"tunnel":                     "",
		"Tunnel0.":                   "",
		"192.0.2.1":                  "",
		"far-end":                    "",
		"Tunnel<N>":                  "",
		"outside":                    "",
		"":                           "",
	} {
		if got, _ := interfaceName(strings.Fields(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestRange(t *testing.T) {
	for in, want := range map[string]string{
		"range Tunnel1 - 3 , Tunnel7": "Tunnel1 Tunnel2 Tunnel3 Tunnel7",
		"range gi1/0/1-3":             "GigabitEthernet1/0/1 GigabitEthernet1/0/2 GigabitEthernet1/0/3",
		"range Port-channel1":         "Port-channel1",
		"range tu1,tu3":               "Tunnel1 Tunnel3",
		"Tunnel5":                     "Tunnel5",
		"range Tunnel5 - 2":           "Tunnel5",
	} {
		if got := interfaceNames(strings.Fields(in)); strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %s", in, got, want)
		}
	}
	if n := len(interfaceNames(strings.Fields("range Tunnel1 - 999999999"))); n != mostOfRange {
		t.Errorf("%d interfaces, want %d", n, mostOfRange)
	}
}

func TestPrompt(t *testing.T) {
	for in, want := range map[string]*prompt{
		"R1#show run":                          {"R1", "", "show run"},
		"R1>en":                                {"R1", "", "en"},
		"R1#":                                  {"R1", "", ""},
		"  fra-1.lab(config-if)#  shutdown":    {"fra-1.lab", "config-if", "shutdown"},
		"RP/0/RSP0/CPU0:xr1(config)#interface": {"xr1", "config", "interface"},
		"R1(cfg-ip-expl-path)# next-address":   {"R1", "cfg-ip-expl-path", "next-address"},
		"key#1":                                nil,
		" tunnel source 192.0.2.1":             nil,
		"# show run":                           nil,
		"banner motd #":                        nil,
		"R1(config":                            nil,
		"-a#":                                  nil,
		"":                                     nil,
	} {
		got, ok := cutPrompt(in)
		if ok != (want != nil) || ok && got != *want {
			t.Errorf("%q: %+v, %v; want %+v", in, got, ok, want)
		}
	}
}

func TestCutTime(t *testing.T) {
	for in, want := range map[string]string{
		"[2026-03-02 09:12:03.101]  tunnel source Lo0": " tunnel source Lo0",
		"2026-03-02T09:12:05.000Z interface Tunnel0":   "interface Tunnel0",
		"09:12:04: interface Tunnel0":                  "interface Tunnel0",
		"10 permit gre any any":                        "10 permit gre any any",
		"2001:db8::1":                                  "2001:db8::1",
		"192.0.2.1 255.255.255.0":                      "192.0.2.1 255.255.255.0",
		" tunnel source Lo0":                           " tunnel source Lo0",
	} {
		if got := cutTime(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		" --More-- \b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\b key": " key",
		" --More-- \r          \r key":                                     " key",
		" --More--  key":                                                   " key",
		"<--- More ---> key":                                               "key",
		"\x1b[1;31mkey\x1b[0m":                                             "key",
		"kex\bys":                                                          "keys",
		"\b\bkey":                                                          "key",
		"key\x1b":                                                          "key",
		"key\x1b[":                                                         "key",
		"description More":                                                 "description More",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestNaturally(t *testing.T) {
	sorted := []string{"Tunnel", "Tunnel1", "Tunnel2", "Tunnel9", "Tunnel10", "Tunnel10.5", "Tunnel010.6", "hub", "hub-2", "hub-10"}
	shuffled := slices.Clone(sorted)
	slices.Reverse(shuffled)
	slices.SortFunc(shuffled, naturally)
	if !slices.Equal(shuffled, sorted) {
		t.Errorf("%v, want %v", shuffled, sorted)
	}
}

func TestRouterIn(t *testing.T) {
	for in, want := range map[string]string{
		"## R1 - GRE": "R1",
		"! ─── Su Router-A ──────": "Router-A",
		"Router B:":                  "Router-B",
		"R2 (SPOKE)":                 "R2",
		"! vEdge-HQ (R1) - Tunnel10": "R1",
		"## BRANCH ##":               "BRANCH",
		"router ospf 1":              "",
		"router bgp 65000":           "",
		"! the end":                  "",
		"a line of far too many words about the router R1": "",
	} {
		if got := routerIn(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
