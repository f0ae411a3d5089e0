package inventory

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"greylag/fleet"
)

var ip = netip.MustParseAddr

// same compares inventories; addresses by value.
func same(t *testing.T, want, got any) {
	t.Helper()
	opts := cmp.Options{
		cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
		cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
		cmpopts.EquateEmpty(),
	}
	if diff := cmp.Diff(want, got, opts); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func parse(t *testing.T, text string) *fleet.Inventory {
	t.Helper()
	inv, err := Parse("f", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// TestDefaults: the least inventory, and what greylag adds to it.
func TestDefaults(t *testing.T) {
	got := parse(t, "\n[[tunnel]]\nname = \"a\"\nsource = \"192.0.2.10\"\ndestination = \"198.51.100.17\"\n")
	same(t, &fleet.Inventory{
		Engine: fleet.EngineOptions{Reflect: true, MaxRate: 50000},
		Tunnels: []fleet.Tunnel{{
			Name: "a", Rank: 1, Enabled: true, Line: 2,
			Source: ip("192.0.2.10"), Destination: ip("198.51.100.17"), TTL: 255, TOS: 0xc0,
			Probe: "keepalive", Payload: fleet.Bare, Match: fleet.MatchID,
			Interval: 10 * time.Second, Retries: 3, UpAfter: 1,
			DegradedLoss: 0.05,
		}},
	}, got)
}

// TestEveryKey: the contract's own example, complete.
func TestEveryKey(t *testing.T) {
	got := parse(t, `
[engine]
reflect = false
max_rate = 1000
real_time = true
[journal]
path = "/var/lib/greylag/journal"
every = "6h"
max_size = "100 MB"
keep = 9
[[hub]]
name = "fra1"
source = "192.0.2.10"
ipsec = "crypto-map"
[[spoke]]
name = "seoul"
watch = "10.17.0.0/16"
[[tunnel]]
name = "fra1-seoul"
destination = "198.51.100.17"
source = "192.0.2.11"
hub = "fra1"
spoke = "seoul"
rank = 2
tags = ["apac", "kr"]
enabled = false
probe = "keepalive"
interval = "100ms"
retries = 255
up_after = 2
key = 4294967295
checksum = true
sequence = true
payload = "signed"
match = "address"
reply_to = "203.0.113.9"
device = "eth0"
ttl = 1
tos = 184
degraded_loss = 1
degraded_rtt = "250ms"
ipsec = "tunnel-protection"
routes = ["10.17.0.0/16", "0.0.0.0/0"]
routing_dead = "40s"
[tunnel.peer]
mode = "multipoint"
urpf = "loose"
ipsec = "tunnel-protection"
front_vrf = "inet"
inside_vrf = "corp"
acl_permits_gre = false
keepalive = "5 4"
key = 0
checksum = true
sequence = false
`)
	same(t, &fleet.Inventory{
		Engine:  fleet.EngineOptions{Reflect: false, MaxRate: 1000, RealTime: true},
		Journal: fleet.JournalOptions{Path: "/var/lib/greylag/journal", Every: 6 * time.Hour, MaxSize: 100e6, Keep: 9},
		Hubs:    []fleet.Hub{{Name: "fra1", Source: ip("192.0.2.10"), IPsec: fleet.CryptoMap}},
		Spokes:  []fleet.Spoke{{Name: "seoul", Watch: netip.MustParsePrefix("10.17.0.0/16")}},
		Tunnels: []fleet.Tunnel{{
			Name: "fra1-seoul", Hub: "fra1", Spoke: "seoul", Rank: 2, Tags: []string{"apac", "kr"},
			Source: ip("192.0.2.11"), Destination: ip("198.51.100.17"), ReplyTo: ip("203.0.113.9"),
			Device: "eth0", TTL: 1, TOS: 184, Line: 18,
			Probe: "keepalive", Payload: fleet.Signed, Match: fleet.MatchAddress,
			Interval: 100 * time.Millisecond, Retries: 255, UpAfter: 2,
			Key: 4294967295, HasKey: true, Checksum: true, Sequence: true,
			DegradedLoss: 1, DegradedRTT: 250 * time.Millisecond,
			IPsec: fleet.TunnelProtected,
			Peer: &fleet.Peer{
				Multipoint: true, URPF: "loose", IPsec: fleet.TunnelProtected, FrontVRF: "inet", InsideVRF: "corp",
				KeepaliveInterval: 5 * time.Second, KeepaliveRetries: 4,
				Key: 0, KeySet: fleet.On, Checksum: fleet.On, Sequence: fleet.Off,
			},
			Routing: &fleet.Routing{
				Routes: []netip.Prefix{netip.MustParsePrefix("10.17.0.0/16"), netip.MustParsePrefix("0.0.0.0/0")},
				Dead:   40 * time.Second,
			},
		}},
	}, got)
}

// TestPrecedence: the tunnel's own, then its hub's source, then the defaults.
func TestPrecedence(t *testing.T) {
	inv := parse(t, `
[defaults]
source = "192.0.2.1"
hub = "b"
retries = 7
tags = ["all"]
peer = { urpf = "strict", keepalive = "5" }
[[hub]]
name = "a"
source = "192.0.2.2"
[[hub]]
name = "b"
[[tunnel]]
name = "own"
hub = "a"
source = "192.0.2.3"
destination = "198.51.100.1"
retries = 8
tags = []
[tunnel.peer]
urpf = "off"
[[tunnel]]
name = "hub"
hub = "a"
destination = "198.51.100.1"
[[tunnel]]
name = "defaults"
destination = "198.51.100.1"
[[tunnel]]
name = "none"
hub = ""
destination = "198.51.100.2"
`)
	type row struct {
		Hub, Source, URPF string
		Retries, Tags     int
	}
	var got []row
	for _, u := range inv.Tunnels {
		got = append(got, row{u.Hub, u.Source.String(), u.Peer.URPF, u.Retries, len(u.Tags)})
		if u.Peer.KeepaliveInterval != 5*time.Second || u.Peer.KeepaliveRetries != 3 || !u.Peer.ACLPermitsGRE {
			t.Errorf("%s: peer %+v", u.Name, *u.Peer)
		}
	}
	same(t, []row{
		{"a", "192.0.2.3", "off", 8, 0},
		{"a", "192.0.2.2", "strict", 7, 1},
		{"b", "192.0.2.1", "strict", 7, 1},
		{"", "192.0.2.1", "strict", 7, 1},
	}, got)
}

// TestImplied: without any [[hub]] or [[spoke]] the tunnels' names are enough.
func TestImplied(t *testing.T) {
	inv := parse(t, `
defaults.source = "192.0.2.1"
tunnel = [
  { name = "1", destination = "198.51.100.1", hub = "z", spoke = "y" }, # one
  { name = "2", destination = "198.51.100.2", hub = "a", spoke = "y", enabled = false },
  { name = "3", destination = "198.51.100.3", hub = "z", spoke = "b" },
]
`)
	same(t, []fleet.Hub{{Name: "z", IPsec: fleet.IPsecNone}, {Name: "a", IPsec: fleet.IPsecNone}}, inv.Hubs)
	same(t, []fleet.Spoke{{Name: "y"}, {Name: "b"}}, inv.Spokes)
	var at []int
	for _, u := range inv.Tunnels {
		at = append(at, int(u.Line))
	}
	same(t, []int{4, 5, 6}, at)
}

// TestICMPTakesNothingOfGRE: what the defaults say of keepalives does not reach
// a tunnel that is probed otherwise.
func TestICMPTakesNothingOfGRE(t *testing.T) {
	inv := parse(t, `
[defaults]
source = "192.0.2.1"
reply_to = "203.0.113.9"
checksum = true
sequence = true
payload = "signed"
match = "address"
[[tunnel]]
name = "a"
destination = "198.51.100.1"
probe = "icmp"
`)
	u := inv.Tunnels[0]
	if u.Checksum || u.Sequence || u.ReplyTo.IsValid() || u.Payload != fleet.Bare || u.Match != fleet.MatchID {
		t.Errorf("%+v", u)
	}
}

// TestPeerUnknown: nothing said of the far end is nil, not a peer of defaults.
func TestPeerUnknown(t *testing.T) {
	if p := parse(t, goodTunnel).Tunnels[0].Peer; p != nil {
		t.Errorf("no peer: %+v", p)
	}
	same(t, &fleet.Peer{URPF: "off", IPsec: fleet.IPsecNone, ACLPermitsGRE: true}, parse(t, goodTunnel+"[tunnel.peer]").Tunnels[0].Peer)
}

// TestPeerHasNoKey: "none" is known, and not the same as no word about it.
func TestPeerHasNoKey(t *testing.T) {
	for line, want := range map[string]fleet.Setting{"": fleet.Unknown, `peer.key = "none"`: fleet.Off, "peer.key = 0": fleet.On} {
		if p := parse(t, goodTunnel+"peer.mode = \"point-to-point\"\n"+line).Tunnels[0].Peer; p.KeySet != want || p.Key != 0 {
			t.Errorf("%q: %+v", line, *p)
		}
	}
}

// TestRoutingOverDefaults: a tunnel's own routes leave the defaults' dead time to
// it, and the others as they are; "0s" takes it back.
func TestRoutingOverDefaults(t *testing.T) {
	const other = "[[tunnel]]\nname = \"%s\"\ndestination = \"198.51.100.%d\"\n"
	inv := parse(t, "[defaults]\nsource = \"192.0.2.1\"\nrouting_dead = \"40s\"\n"+
		fmt.Sprintf(other, "a", 1)+"routes = [\"10.0.0.0/8\"]\n"+fmt.Sprintf(other, "b", 2)+
		fmt.Sprintf(other, "c", 3)+"routing_dead = \"0s\"\n"+fmt.Sprintf(other, "d", 4))
	var got []fleet.Routing
	for _, u := range inv.Tunnels {
		got = append(got, *u.Routing)
	}
	same(t, []fleet.Routing{
		{Routes: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, Dead: 40 * time.Second},
		{Dead: 40 * time.Second}, {}, {Dead: 40 * time.Second},
	}, got)
	if inv.Tunnels[1].Routing != inv.Tunnels[3].Routing {
		t.Error("what many tunnels share is kept more than once")
	}
}

// TestPeerSendsNone: "" takes back the defaults' timers.
func TestPeerSendsNone(t *testing.T) {
	p := parse(t, "[defaults.peer]\nkeepalive = \"10 3\"\n"+goodTunnel+"peer.keepalive = \"\"").Tunnels[0].Peer
	if p.KeepaliveInterval != 0 || p.KeepaliveRetries != 0 {
		t.Errorf("%+v", *p)
	}
}

// TestAnswersToldApart: what may share an address pair.
func TestAnswersToldApart(t *testing.T) {
	const a = goodTunnel
	b := strings.Replace(a, `"a"`, `"b"`, 1)
	for name, text := range map[string]string{
		"one key":  a + b + "key = 0",
		"two keys": a + "key = 1\n" + b + "key = 2",
		"disabled": a + b + "enabled = false",
		"icmp":     a + b + "probe = \"icmp\"",
	} {
		if _, err := Parse("f", []byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// NAT makes the answer's destination the source again.
	if _, err := Parse("f", []byte(a+b+"reply_to = \"203.0.113.9\"")); err == nil {
		t.Error("reply_to alone told two tunnels apart")
	}
}
