package ios

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
)

// drawn is a tunnel that was drawn, and what its import has to say.
type drawn struct {
	lines  []string
	want   fleet.Tunnel
	leaves bool // it is to be left out
}

// TestRandomRouters writes routers at random, in one of many spellings, and holds what
// is imported against what was drawn.
func TestRandomRouters(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		text, want := drawRouter(r)
		res, err := Import([]File{{"r.cfg", []byte(text)}}, "")
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[netip.Addr]fleet.Tunnel)
		if inv := checkInventory(t, res); inv != nil {
			for _, tun := range inv.Tunnels {
				got[tun.Destination] = tun
			}
		}
		if len(got) != len(want) {
			t.Errorf("seed %d: %d tunnels, want %d", seed, len(got), len(want))
		}
		for destination, w := range want {
			if g := got[destination]; !sameTunnel(g, w) {
				t.Errorf("seed %d: %v:\n got %+v\nwant %+v\n%s", seed, destination, g, w, text)
			}
		}
		if t.Failed() {
			return
		}
	}
}

func sameTunnel(a, b fleet.Tunnel) bool {
	return a.Source == b.Source && a.Destination == b.Destination && a.Key == b.Key && a.HasKey == b.HasKey && a.Checksum == b.Checksum &&
		a.Sequence == b.Sequence && a.Enabled == b.Enabled && a.Interval == b.Interval && a.Retries == b.Retries
}

// drawRouter writes a router of up to 20 tunnels, its commands in any order.
func drawRouter(r *rand.Rand) (text string, want map[netip.Addr]fleet.Tunnel) {
	want = make(map[netip.Addr]fleet.Tunnel)
	sections := [][]string{{"hostname r"}, {"interface Loopback0", "ip address 192.0.2.1 255.255.255.255"}}
	for n := range r.IntN(20) + 1 {
		d := drawTunnel(r, n)
		sections = append(sections, d.lines)
		if !d.leaves {
			want[d.want.Destination] = d.want
		}
	}
	r.Shuffle(len(sections), func(i, j int) { sections[i], sections[j] = sections[j], sections[i] })
	indent, end := pick(r, "", " ", "  ", "\t"), pick(r, "\n", "\r\n", "\n!\n", " \n")
	var b strings.Builder
	for _, s := range sections {
		b.WriteString(s[0] + end)
		for _, l := range s[1:] {
			b.WriteString(indent + l + end)
		}
	}
	return b.String(), want
}

func pick(r *rand.Rand, words ...string) string { return words[r.IntN(len(words))] }

// drawTunnel draws the n-th tunnel interface.
func drawTunnel(r *rand.Rand, n int) (d drawn) {
	far := netip.AddrFrom4([4]byte{198, 51, 100, byte(n + 1)})
	d.want = fleet.Tunnel{Source: netip.MustParseAddr("192.0.2.1"), Destination: far, Enabled: true, Interval: 10 * time.Second, Retries: 3}
	lines := []string{
		fmt.Sprintf(pick(r, "tunnel destination %v", "tun dest %v", "TUNNEL DESTINATION %v"), far),
		pick(r, "tunnel source Loopback0", "tunnel source lo0", "tun so Loopback 0", "tunnel source 192.0.2.1"),
		pick(r, "description tunnel source 203.0.113.1", "ip mtu 1400", "cdp enable", "bandwidth 1000"),
	}
	add := func(l string) { lines = append(lines, l) }
	switch r.IntN(4) {
	case 0:
		d.want.Interval, d.want.Retries = time.Duration(r.IntN(32767)+1)*time.Second, r.IntN(255)+1
		add(fmt.Sprintf(pick(r, "keepalive %d %d", "keep %d %d"), int(d.want.Interval.Seconds()), d.want.Retries))
	case 1:
		d.want.Interval = time.Duration(r.IntN(32767)+1) * time.Second
		add(fmt.Sprintf("keepalive %d", int(d.want.Interval.Seconds())))
	case 2:
		add("keepalive")
	}
	if r.IntN(2) == 0 {
		d.want.Key, d.want.HasKey = r.Uint32N(3)*r.Uint32(), true
		add(fmt.Sprintf("tunnel key %d", d.want.Key))
	}
	if d.want.Checksum = r.IntN(3) == 0; d.want.Checksum {
		add(pick(r, "tunnel checksum", "tun check"))
	}
	if d.want.Sequence = r.IntN(3) == 0; d.want.Sequence {
		add("tunnel sequence-datagrams")
	}
	if r.IntN(4) == 0 {
		d.want.Enabled = false
		add(pick(r, "shutdown", "shut", "sh"))
	}
	if mode := pick(r, "", "", "", "gre ip", "gre ip", "gre multipoint", "ipsec ipv4", "ipip", "gre ipv6"); mode != "" {
		d.leaves = mode != "gre ip"
		add("tunnel mode " + mode)
	}
	r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	d.lines = append([]string{fmt.Sprintf(pick(r, "interface Tunnel%d", "interface tunnel %d", "int tu%d"), n)}, lines...)
	return d
}
