package advise

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"greylag/fleet"

	"github.com/google/go-cmp/cmp"
)

// TestMistakesOfOne: what is wrong with a tunnel by itself, as "rule severity".
func TestMistakesOfOne(t *testing.T) {
	prefix := netip.MustParsePrefix
	routing := func(dead time.Duration, routes ...string) func(*fleet.Tunnel) {
		return func(t *fleet.Tunnel) {
			t.Routing = &fleet.Routing{Dead: dead}
			for _, r := range routes {
				t.Routing.Routes = append(t.Routing.Routes, prefix(r))
			}
		}
	}
	ours := func(source, replyTo, destination string) func(*fleet.Tunnel) {
		return func(t *fleet.Tunnel) {
			t.Source, t.Destination = netip.MustParseAddr(source), netip.MustParseAddr(destination)
			if replyTo != "" {
				t.ReplyTo = netip.MustParseAddr(replyTo)
			}
		}
	}
	keys := func(near bool, key uint32, far fleet.Setting, farKey uint32) func(*fleet.Tunnel) {
		return func(t *fleet.Tunnel) {
			t.HasKey, t.Key, t.Peer.KeySet, t.Peer.Key = near, key, far, farKey
		}
	}
	for name, tt := range map[string]struct {
		change func(*fleet.Tunnel)
		want   string
	}{
		"R8 half a second":       {func(t *fleet.Tunnel) { t.Interval = 500 * time.Millisecond; t.Retries = 9 }, "R8 info"},
		"R8 one and a half":      {func(t *fleet.Tunnel) { t.Interval = 1500 * time.Millisecond }, "R8 info"},
		"R8 the longest":         {func(t *fleet.Tunnel) { t.Interval = 32767 * time.Second }, ""},
		"R8 the echo is no ours": {func(t *fleet.Tunnel) { t.Interval, t.Probe = 1500*time.Millisecond, fleet.Echo }, ""},

		"keys differ":           {keys(true, 1, fleet.On, 2), "options error"},
		"key here only":         {keys(true, 0, fleet.Off, 0), "options error"},
		"key there only":        {keys(false, 0, fleet.On, 0), "options error"},
		"keys are the same":     {keys(true, 7, fleet.On, 7), ""},
		"neither has a key":     {keys(false, 0, fleet.Off, 0), ""},
		"key is not known":      {keys(true, 7, fleet.Unknown, 0), ""},
		"checksum here only":    {func(t *fleet.Tunnel) { t.Checksum, t.Peer.Checksum = true, fleet.Off }, "options warning"},
		"checksum there only":   {func(t *fleet.Tunnel) { t.Peer.Checksum = fleet.On }, "options warning"},
		"checksum at both":      {func(t *fleet.Tunnel) { t.Checksum, t.Peer.Checksum = true, fleet.On }, ""},
		"checksum not known":    {func(t *fleet.Tunnel) { t.Checksum = true }, ""},
		"sequence there only":   {func(t *fleet.Tunnel) { t.Peer.Sequence = fleet.On }, "options error"},
		"sequence here only":    {func(t *fleet.Tunnel) { t.Sequence, t.Checksum, t.Peer.Sequence = true, true, fleet.Off }, "options info"},
		"sequence, no checksum": {func(t *fleet.Tunnel) { t.Sequence, t.Peer = true, nil }, "options warning"},
		"sequence and checksum": {func(t *fleet.Tunnel) { t.Sequence, t.Checksum = true, true }, ""},

		"10/8 to public":        {ours("10.0.0.1", "", "198.51.100.17"), "nat warning"},
		"172.16/12 to public":   {ours("172.31.0.1", "", "198.51.100.17"), "nat warning"},
		"172.32 is public":      {ours("172.32.0.1", "", "198.51.100.17"), ""},
		"192.168/16 to public":  {ours("192.168.9.1", "", "198.51.100.17"), "nat warning"},
		"100.64/10 to public":   {ours("100.127.0.1", "", "198.51.100.17"), "nat warning"},
		"100.128 is public":     {ours("100.128.0.1", "", "198.51.100.17"), ""},
		"private to private":    {ours("10.0.0.1", "", "100.64.0.1"), ""},
		"private to loopback":   {ours("10.0.0.1", "", "127.0.0.2"), ""},
		"reply_to public":       {ours("10.0.0.1", "203.0.113.9", "198.51.100.17"), ""},
		"reply_to private":      {ours("192.0.2.10", "10.0.0.1", "198.51.100.17"), "nat warning"},
		"no answer of an echo":  {func(t *fleet.Tunnel) { ours("10.0.0.1", "", "198.51.100.17")(t); t.Probe = fleet.Echo }, ""},
		"routed into itself":    {routing(0, "10.0.0.0/8", "198.51.100.0/24"), "recursive error"},
		"also by the default":   {routing(0, "0.0.0.0/0", "198.51.100.17/32"), "recursive error"},
		"the default alone":     {routing(0, "0.0.0.0/0"), "recursive warning"},
		"routed elsewhere":      {routing(0, "10.0.0.0/8", "198.51.101.0/24"), ""},
		"watched":               {func(t *fleet.Tunnel) { t.Spoke = "near" }, "recursive warning"},
		"watched, by a device":  {func(t *fleet.Tunnel) { t.Spoke, t.Device = "near", "eth0" }, ""},
		"watched and routed":    {func(t *fleet.Tunnel) { routing(0, "198.51.0.0/16")(t); t.Spoke = "near" }, "recursive error"},
		"watched elsewhere":     {func(t *fleet.Tunnel) { t.Spoke = "far" }, ""},
		"slower than 29 s":      {routing(29 * time.Second), "timers warning"},
		"at times, 30 s":        {routing(30 * time.Second), "timers info"},
		"at times, 39.999 s":    {routing(39999 * time.Millisecond), "timers info"},
		"never, 40 s":           {routing(40 * time.Second), ""},
		"no routing protocol":   {routing(0), ""},
		"the far end is slower": {func(t *fleet.Tunnel) { routing(40 * time.Second)(t); t.Peer.KeepaliveInterval = time.Minute }, "timers warning"},
		"an echo is too slow":   {func(t *fleet.Tunnel) { routing(20 * time.Second)(t); t.Probe, t.Peer = fleet.Echo, nil }, "timers warning"},
	} {
		t.Run(name, func(t *testing.T) {
			inv, tun := tunnelTo(sound())
			inv.Engine.MaxRate = 1000
			inv.Spokes = []fleet.Spoke{{Name: "near", Watch: prefix("198.51.100.0/24")}, {Name: "far", Watch: prefix("10.0.0.0/8")}}
			tt.change(tun)
			if got := strings.Join(severities(New(inv).Findings()), ", "); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func severities(findings []Finding) []string {
	var list []string
	for _, f := range findings {
		list = append(list, fmt.Sprintf("%s %s", f.Rule, f.Severity))
	}
	return list
}

// TestSlowSaysWhen: the exact times of R10.
func TestSlowSaysWhen(t *testing.T) {
	inv, tun := tunnelTo(sound())
	tun.Interval, tun.Retries = 5*time.Second, 4
	tun.Routing = &fleet.Routing{Dead: 15 * time.Second}
	found := ofRule(New(inv).Findings(), "timers")
	if len(found) != 2 || !strings.Contains(found[0].Message, "down 20s to 25s after a failure") ||
		!strings.Contains(found[0].Fix, `interval = "3s" with 4 retries`) || !strings.Contains(found[1].Fix, "`keepalive 3 4` there") {
		t.Errorf("%+v", found)
	}
}

// TestMistakesOfSeveral: what tunnels are to each other, as "tunnel: rule severity".
// Each begins as the first does, with an address and a spoke of its own.
func TestMistakesOfSeveral(t *testing.T) {
	const none = ""
	type change = func(a, b, c *fleet.Tunnel)
	sameEnds := func(tunnels ...*fleet.Tunnel) {
		for _, t := range tunnels {
			t.Destination, t.Probe = netip.MustParseAddr("198.51.100.1"), fleet.Echo
		}
	}
	oneSpoke := func(tunnels ...*fleet.Tunnel) {
		for i, t := range tunnels {
			t.Spoke, t.Rank = "seoul", i+1
		}
	}
	for name, tt := range map[string]struct {
		change change
		want   string
	}{
		"nothing in common": {func(a, b, c *fleet.Tunnel) {}, none},
		"same ends":         {func(a, b, c *fleet.Tunnel) { a.Destination = c.Destination }, "c: duplicate error"},
		"same ends, keys": {func(a, b, c *fleet.Tunnel) {
			a.Destination, a.HasKey, c.HasKey, c.Key = c.Destination, true, true, 1
		}, none},
		"same ends, one key": {func(a, b, c *fleet.Tunnel) { a.Destination, a.HasKey = c.Destination, true }, none},
		"same ends, the first disabled": {func(a, b, c *fleet.Tunnel) {
			a.Destination, a.Enabled = c.Destination, false
		}, "a: duplicate info"},
		"same ends, both disabled": {func(a, b, c *fleet.Tunnel) {
			a.Destination, a.Enabled, c.Enabled = c.Destination, false, false
		}, "c: duplicate info"},
		"three echoes":          {func(a, b, c *fleet.Tunnel) { sameEnds(a, b, c) }, "b: duplicate warning, c: duplicate warning"},
		"echoes by two devices": {func(a, b, c *fleet.Tunnel) { sameEnds(a, b); a.Device = "eth1" }, none},
		"an echo beside":        {func(a, b, c *fleet.Tunnel) { sameEnds(a, b); a.Probe = fleet.Keepalive }, none},

		"one spoke": {func(a, b, c *fleet.Tunnel) { oneSpoke(a, b, c) }, none},
		"one spoke, one far end": {func(a, b, c *fleet.Tunnel) {
			oneSpoke(c, b, a)
			a.Destination, a.HasKey = c.Destination, true
		}, "a: underlay warning"},
		"one far end, two spokes": {func(a, b, c *fleet.Tunnel) { a.Destination, a.HasKey = c.Destination, true }, none},
		"one far end, two hubs": {func(a, b, c *fleet.Tunnel) {
			oneSpoke(a, b)
			b.Source, b.Destination = netip.MustParseAddr("192.0.2.11"), a.Destination
		}, "b: underlay warning"},
		"one far end, the backup disabled": {func(a, b, c *fleet.Tunnel) {
			oneSpoke(a, b)
			b.Destination, b.HasKey, b.Enabled = a.Destination, true, false
		}, "b: underlay info"},
		"one far end, the primary disabled": {func(a, b, c *fleet.Tunnel) {
			oneSpoke(a, b)
			b.Destination, b.HasKey, a.Enabled = a.Destination, true, false
		}, "a: underlay info"},
		"one device": {func(a, b, c *fleet.Tunnel) {
			oneSpoke(a, b, c)
			a.Device, b.Device, c.Device = "eth0", "eth0", "eth1"
		}, "b: underlay info"},
		"one device, two sources": {func(a, b, c *fleet.Tunnel) {
			oneSpoke(a, b)
			a.Device, b.Device, b.Source = "eth0", "eth0", netip.MustParseAddr("192.0.2.11")
		}, none},
		"one device and far end": {func(a, b, c *fleet.Tunnel) {
			oneSpoke(a, b)
			a.Device, b.Device, b.Destination, b.HasKey = "eth0", "eth0", a.Destination, true
		}, "b: underlay warning"},
		"too many packets":     {func(a, b, c *fleet.Tunnel) { c.Interval = time.Second / 2; c.Probe = fleet.Echo }, "fleet: rate warning"},
		"too many but for one": {func(a, b, c *fleet.Tunnel) { c.Interval, c.Enabled, c.Probe = time.Second/2, false, fleet.Echo }, none},
		"as many as max_rate has": {func(a, b, c *fleet.Tunnel) {
			a.Interval, b.Interval, c.Interval = 2*time.Second, 4*time.Second, 4*time.Second
		}, none},
	} {
		t.Run(name, func(t *testing.T) {
			inv, first := tunnelTo(sound())
			tunnels := []fleet.Tunnel{*first, *first, *first}
			for i := range tunnels {
				letter := string(rune('a' + i))
				tunnels[i].Name, tunnels[i].Spoke, tunnels[i].Rank = letter, letter, 1
				tunnels[i].Destination = netip.AddrFrom4([4]byte{198, 51, 100, byte(10 + i)})
			}
			inv.Tunnels = tunnels
			tt.change(&tunnels[0], &tunnels[1], &tunnels[2])
			if got := strings.Join(about(inv, New(inv).Findings()), ", "); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func about(inv *fleet.Inventory, findings []Finding) []string {
	list := severities(findings)
	for i, f := range findings {
		subject := "fleet"
		switch {
		case f.Subject.Tunnel >= 0:
			subject = inv.Tunnels[f.Subject.Tunnel].Name
		case f.Subject.Hub >= 0:
			subject = inv.Hubs[f.Subject.Hub].Name
		}
		list[i] = subject + ": " + list[i]
	}
	return list
}

// TestLargeHub is R14: only what could originate counts.
func TestLargeHub(t *testing.T) {
	for name, tt := range map[string]struct {
		n      int
		change func(*fleet.Tunnel)
		want   []string
	}{
		"large":            {large, func(*fleet.Tunnel) {}, []string{"fra1: R14 info"}},
		"not so large":     {large - 1, func(*fleet.Tunnel) {}, nil},
		"disabled":         {large, func(t *fleet.Tunnel) { t.Enabled = false }, nil},
		"not from here":    {large, func(t *fleet.Tunnel) { t.Probe = fleet.Echo }, nil},
		"not known":        {large, func(t *fleet.Tunnel) { t.Peer = nil }, nil},
		"cannot":           {large, func(t *fleet.Tunnel) { t.Peer.Multipoint = true }, nil},
		"two smaller hubs": {large, func(t *fleet.Tunnel) { t.Hub = "ams1" }, nil},
	} {
		inv, first := tunnelTo(sound())
		inv.Engine.MaxRate = 1000
		one := *first
		inv.Tunnels = nil
		for i := range tt.n {
			tun, peer := one, *one.Peer
			tun.Peer = &peer
			tun.Destination = netip.AddrFrom4([4]byte{198, 51, 100, byte(i)})
			if i == 0 {
				tt.change(&tun)
			}
			inv.Tunnels = append(inv.Tunnels, tun)
		}
		found := slices.DeleteFunc(New(inv).Findings(), func(f Finding) bool { return f.Rule != "R14" })
		if diff := cmp.Diff(tt.want, about(inv, found)); diff != "" && len(tt.want)+len(found) > 0 {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// BenchmarkFindings judges a large fleet, of which half are backups.
func BenchmarkFindings(b *testing.B) {
	const n = 100_000
	inv, first := tunnelTo(sound())
	one := *first
	inv.Engine.MaxRate, inv.Tunnels = n, make([]fleet.Tunnel, n)
	for i := range inv.Tunnels {
		one.Name, one.Spoke, one.Rank = fmt.Sprint("t", i), fmt.Sprint("s", i/2), 1+i%2
		one.Destination = netip.AddrFrom4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)})
		inv.Tunnels[i] = one
	}
	b.ReportAllocs()
	for b.Loop() {
		if found := New(inv).Findings(); len(found) != 1 { // R14
			b.Fatal(found)
		}
	}
}

// TestNothingIsQuadratic: as many hubs as tunnels, all of one spoke and one far end.
// A pass over the others for each would take minutes.
func TestNothingIsQuadratic(t *testing.T) {
	const n = 50_000
	inv, first := tunnelTo(sound())
	one := *first
	inv.Engine.MaxRate, inv.Hubs, inv.Tunnels = n, nil, make([]fleet.Tunnel, n)
	for i := range inv.Tunnels {
		one.Name, one.Hub, one.Spoke, one.Device = fmt.Sprint("t", i), fmt.Sprint("h", i), "s", "eth0"
		one.Key, one.HasKey = uint32(i), true
		inv.Tunnels[i] = one
		inv.Hubs = append(inv.Hubs, fleet.Hub{Name: one.Hub, IPsec: fleet.IPsecNone})
	}
	begun := time.Now()
	found := New(inv).Findings()
	if took := time.Since(begun); len(found) != n-1 || took > 20*time.Second {
		t.Errorf("%d findings in %v, want %d", len(found), took, n-1)
	}
}
