//go:build linux

package hostcheck

import (
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"greylag/probe"
	"greylag/probe/hostcheck/netfilter"
	"greylag/probe/rawsock"
)

var update = flag.Bool("update", false, "write the golden file")

// fit are the facts of a host that is fit for two tunnels.
func fit() *facts {
	local := netip.MustParseAddr("192.0.2.1")
	return &facts{
		Fleet: sound(), granted: 2 * rawsock.BytesPerAnswer, readable: true, uplink: "eth0",
		links:    map[string]link{"eth0": {index: 2, up: true, carrier: true}, "eth0.7": {index: 3, up: true}},
		sources:  map[netip.Addr]place{local: {local: true, device: "eth0"}},
		ways:     []way{{device: "eth0", plain: "eth0"}, {device: "eth0", plain: "eth0"}},
		rpFilter: map[string]int{"eth0": 2},
		loops:    []loop{{address: local, other: loopbackAddress, gre: passed, icmp: passed}},
	}
}

// situations are hosts, each with what makes it differ from one that is fit.
var situations = []struct {
	title  string
	change func(*facts)
}{
	{"a fit host", func(*facts) {}},
	{"no inventory", func(f *facts) { f.Tunnels, f.ways, f.sources = nil, nil, nil }},
	{"no capability, nft refused", func(f *facts) {
		f.sockets, f.loops, f.readable, f.unread = rawsock.ErrPermission, nil, false, []string{"nft: Operation not permitted"}
	}},
	{"no raw sockets at all", func(f *facts) { f.sockets, f.loops = unix.EAFNOSUPPORT, nil }},
	{"an ordinary user", func(f *facts) { f.readable, f.unread = false, []string{"nft: Operation not permitted"} }},
	{"no tools", func(f *facts) { f.readable = false }},
	{"a small buffer", func(f *facts) { f.granted = 2*rawsock.BytesPerAnswer - 1 }},
	{"too fast", func(f *facts) { f.MaxRate = 1 }},
	{"a device that is not there, one without carrier", func(f *facts) { f.Tunnels[0].Device, f.Tunnels[1].Device = "wan", "eth0.7" }},
	{"no address, no way", func(f *facts) {
		f.sources, f.uplink = nil, ""
		f.ways = []way{{err: unix.EACCES}, {err: unix.EHOSTUNREACH}}
	}},
	{"unknown refusal", func(f *facts) { f.ways[1] = way{err: errors.New("odd")} }},
	{"strict", func(f *facts) {
		f.ways[1] = way{device: "eth0.7", plain: "eth0"}
		f.Tunnels[1].Device, f.rpFilter = "eth0.7", map[string]int{"eth0": 1, "eth0.7": 1}
		f.links["eth0.7"] = link{index: 3, up: true, carrier: true}
	}},
	{"strict in a VRF", func(f *facts) {
		f.ways[1] = way{device: "eth0.7", plain: "eth0"}
		f.Tunnels[1].Device, f.rpFilter = "eth0.7", map[string]int{"eth0": 0, "eth0.7": 1}
		f.links["eth0.7"] = link{index: 3, master: 9, up: true, carrier: true}
	}},
	{"ip_gre", func(f *facts) { f.module = true }},
	{"ip_gre, a device for another tunnel", func(f *facts) {
		f.module, f.tunnels = true, []greDevice{{name: "gre0"}, device("gre7", "198.51.100.9")}
	}},
	{"ip_gre, without reflection", func(f *facts) { f.module, f.Reflect = true, false }},
	{"ip_gre, without reflection, signed", func(f *facts) { f.module, f.Reflect, f.Tunnels[1].Signed = true, false, true }},
	{"ip_gre, without reflection, key and checksum", func(f *facts) {
		f.module, f.Reflect, f.Tunnels[1].HasKey, f.Tunnels[1].Checksum = true, false, true, true
	}},
	{"ip_gre, echo only", func(f *facts) { f.module, f.Tunnels[0].Echo, f.Tunnels[1].Echo = true, true, true }},
	{"ip_gre, devices for all", func(f *facts) {
		f.module, f.tunnels = true, []greDevice{device("gre1", "198.51.100.7"), device("gre2", "0.0.0.0")}
	}},
	{"ip_gre, a device with a key", func(f *facts) {
		f.module, f.tunnels = true, []greDevice{device("gre1", "198.51.100.7"), device("gre2", "198.51.100.8")}
		f.tunnels[1].key, f.tunnels[1].hasKey = 8, true
	}},
	{"ip_gre, a device that is down", func(f *facts) {
		f.module, f.tunnels = true, []greDevice{device("gre1", "198.51.100.7"), device("gre2", "198.51.100.8")}
		f.tunnels[1].up = false
	}},
	{"ip_gre, a device that answers", func(f *facts) {
		f.module, f.tunnels = true, []greDevice{device("gre1", "198.51.100.7"), device("gre2", "198.51.100.8")}
		f.tunnels[0].answers = true
	}},
	{"dropped out by nothing that is known", func(f *facts) { f.loops[0].gre, f.loops[0].icmp = refused, refused }},
	{"dropped in by nothing that is known", func(f *facts) { f.loops[0].gre, f.loops[0].icmp = vanished, vanished }},
	{"dropped in, and rules are not read", func(f *facts) {
		f.readable, f.unread, f.loops[0].gre = false, []string{"nft: Operation not permitted"}, vanished
	}},
	{"dropped on the loopback by a rule", func(f *facts) { f.loops[0].gre, f.rules = vanished, rulesOf("-A INPUT -i lo -p gre -j DROP") }},
	{"dropped on the loopback by a rule, elsewhere maybe", func(f *facts) {
		f.loops[0].gre, f.rules = vanished, rulesOf("-A INPUT -p gre -m mark --mark 0x7 -j DROP")
	}},
	{"maybe dropped", func(f *facts) { f.rules = rulesOf("-A OUTPUT -p gre -m mark --mark 0x7 -j DROP") }},
	{"dropped by iptables", func(f *facts) { f.rules = rulesOf("-A INPUT -p gre -j DROP") }},
	{"dropped, echo only", func(f *facts) {
		f.rules, f.Tunnels[0].Echo, f.Tunnels[1].Echo = rulesOf("-A INPUT -s 198.51.100.7 -j DROP"), true, true
	}},
	{"many tunnels", func(f *facts) {
		f.rules = rulesOf("-A INPUT -p gre -j DROP")
		for i := range 10 {
			f.Tunnels = append(f.Tunnels, tunnel(fmt.Sprint(i), "192.0.2.1", "198.51.100.9"))
			f.ways = append(f.ways, way{device: "eth0", plain: "eth0"})
		}
	}},
}

// device is a tunnel of the kernel's from any address of this host.
func device(name, remote string) greDevice {
	return greDevice{name: name, local: netip.IPv4Unspecified(), remote: netip.MustParseAddr(remote), up: true}
}

func rulesOf(rules string) netfilter.Ruleset {
	r, err := netfilter.ParseIptables("*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n" + rules + "\nCOMMIT\n")
	if err != nil {
		panic(err)
	}
	return *r
}

// TestFindings holds every text against testdata/findings.golden, where a person
// has read them: of a fit host all, of the others what differs from it.
func TestFindings(t *testing.T) {
	var out strings.Builder
	usual := map[Finding]bool{}
	for _, s := range situations {
		f := fit()
		s.change(f)
		list := f.findings()
		fmt.Fprintf(&out, "== %s: severity %d\n", s.title, Worst(list))
		for _, f := range list {
			if usual[f] && f.Level == OK {
				continue
			}
			usual[f] = true
			fmt.Fprintf(&out, "%s\n", say(f))
			if f.Means != "" {
				fmt.Fprintf(&out, "    means: %s\n", f.Means)
			}
			if f.Do != "" {
				fmt.Fprintf(&out, "    do: %s\n", f.Do)
			}
		}
	}
	compare(t, "testdata/findings.golden", out.String())
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		must(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", file, diff)
	}
}

// Lengths by RFC 2784 section 2.1 and RFC 2890 section 2, 4 octets for the header
// and for each option; signed ones have 16 more.
func TestAnswerLen(t *testing.T) {
	for want, tunnel := range map[int]probe.Tunnel{
		4: {}, 8: {HasKey: true}, 12: {HasKey: true, Checksum: true}, 16: {HasKey: true, Checksum: true, Sequence: true},
		20: {Signed: true}, 24: {Signed: true, Sequence: true},
	} {
		if got := answerLen(&tunnel); got != want {
			t.Errorf("%+v: %d octets, want %d", tunnel, got, want)
		}
	}
}

func TestWorst(t *testing.T) {
	for want, levels := range [][]Level{{OK, Note, OK}, {Note, Warning}, {Warning, Fault, OK}} {
		var list []Finding
		for _, l := range levels {
			list = append(list, Finding{Level: l})
		}
		if got := Worst(list); got != want {
			t.Errorf("%v: %d, want %d", levels, got, want)
		}
	}
	if Worst(nil) != 0 {
		t.Error("nothing found is not 0")
	}
}
