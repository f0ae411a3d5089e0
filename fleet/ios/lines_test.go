package ios

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
)

func lineTunnel() *fleet.Tunnel {
	return &fleet.Tunnel{
		Name: "fra1-seoul", Source: netip.MustParseAddr("192.0.2.10"), Destination: netip.MustParseAddr("198.51.100.17"),
		Interval: 5 * time.Second, Retries: 4, Probe: fleet.Keepalive,
	}
}

// commands are the lines without comments.
func commands(lines []string) (list []string) {
	for _, l := range lines {
		if !strings.HasPrefix(strings.TrimSpace(l), "!") {
			list = append(list, l)
		}
	}
	return list
}

// The reference's own example, both ends.
func TestLinesOfTheReference(t *testing.T) {
	tunnel := lineTunnel()
	tunnel.Peer = &fleet.Peer{KeepaliveInterval: 10 * time.Second, KeepaliveRetries: 3, ACLPermitsGRE: true}
	for name, c := range map[string]struct {
		got  []string
		want string
	}{
		"near": {NearLines(tunnel, fleet.IPsecNone), `interface Tunnel0
 description fra1-seoul
 ip unnumbered Loopback0
 keepalive 5 4
 tunnel source 192.0.2.10
 tunnel destination 198.51.100.17
 tunnel mode gre ip
access-list 118 permit gre host 192.0.2.10 host 198.51.100.17`},
		"far": {FarLines(tunnel), `interface Tunnel0
 description fra1-seoul
 ip unnumbered Loopback0
 keepalive 10 3
 tunnel source 198.51.100.17
 tunnel destination 192.0.2.10
 tunnel mode gre ip
access-list 118 permit gre host 198.51.100.17 host 192.0.2.10`},
	} {
		if got := strings.Join(commands(c.got), "\n"); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

// What each declaration adds, at which end.
func TestLinesOfDeclarations(t *testing.T) {
	for _, c := range []struct {
		what      string
		edit      func(*fleet.Tunnel)
		near, far []string
	}{
		{"key 0", func(t *fleet.Tunnel) { t.HasKey = true }, []string{" tunnel key 0"}, []string{" tunnel key 0"}},
		{"checksum", func(t *fleet.Tunnel) { t.Checksum = true }, []string{" tunnel checksum"}, []string{" tunnel checksum"}},
		{"sequence", func(t *fleet.Tunnel) { t.Sequence = true }, []string{" tunnel sequence-datagrams"}, []string{" tunnel sequence-datagrams"}},
		{"100 ms", func(t *fleet.Tunnel) { t.Interval = 100 * time.Millisecond }, []string{" keepalive 1 4"}, nil},
		{"1.5 s", func(t *fleet.Tunnel) { t.Interval = 1500 * time.Millisecond }, []string{" keepalive 2 4"}, nil},
		{"VRFs", func(t *fleet.Tunnel) { t.Peer.FrontVRF, t.Peer.InsideVRF = "OUT", "IN" }, nil, []string{" tunnel vrf OUT", " vrf forwarding IN"}},
		{"tunnel protection", func(t *fleet.Tunnel) { t.Peer.IPsec = fleet.TunnelProtected }, nil, []string{" tunnel protection ipsec profile PROFILE"}},
		{"crypto map", func(t *fleet.Tunnel) { t.Peer.IPsec = fleet.CryptoMap }, nil,
			[]string{"access-list 119 permit gre host 198.51.100.17 host 192.0.2.10"}},
		{"multipoint", func(t *fleet.Tunnel) { t.Peer.Multipoint = true }, nil, []string{" tunnel mode gre multipoint"}},
		{"NAT", func(t *fleet.Tunnel) { t.ReplyTo = netip.MustParseAddr("203.0.113.9") }, nil,
			[]string{" tunnel destination 203.0.113.9", "access-list 118 permit gre host 198.51.100.17 host 203.0.113.9"}},
	} {
		tunnel := lineTunnel()
		tunnel.Peer = &fleet.Peer{ACLPermitsGRE: true}
		c.edit(tunnel)
		near, far := NearLines(tunnel, fleet.IPsecNone), FarLines(tunnel)
		for _, l := range c.near {
			if !slices.Contains(near, l) {
				t.Errorf("%s: this end lacks %q:\n%s", c.what, l, strings.Join(near, "\n"))
			}
		}
		for _, l := range c.far {
			if !slices.Contains(far, l) {
				t.Errorf("%s: the far end lacks %q:\n%s", c.what, l, strings.Join(far, "\n"))
			}
		}
		if c.what == "multipoint" && slices.ContainsFunc(far, func(l string) bool { return strings.HasPrefix(l, " tunnel destination") }) {
			t.Error("a multipoint tunnel has a destination")
		}
	}
	undeclared := FarLines(lineTunnel())
	if slices.ContainsFunc(commands(undeclared), func(l string) bool { return strings.HasPrefix(l, " keepalive") }) {
		t.Errorf("keepalives of a far end that has none:\n%s", strings.Join(undeclared, "\n"))
	}
	echo := lineTunnel()
	echo.Probe = fleet.Echo
	if near := NearLines(echo, fleet.IPsecUndeclared); slices.Contains(near, " keepalive 5 4") {
		t.Errorf("a keepalive where greylag sends echoes:\n%s", strings.Join(near, "\n"))
	}
}
