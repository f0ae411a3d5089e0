package hostcheck

import (
	"context"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"greylag/probe"
	"greylag/probe/netlab"
	"greylag/probe/netlab/netlabtest"
)

// A lab's near side is 192.0.2.1, its far ends are 198.51.100.0/24.
func tunnel(name, source, destination string) probe.Tunnel {
	return probe.Tunnel{Name: name, Source: netip.MustParseAddr(source), Destination: netip.MustParseAddr(destination), Interval: time.Second}
}

func sound() Fleet {
	return Fleet{
		Tunnels: []probe.Tunnel{tunnel("a", "192.0.2.1", "198.51.100.7"), tunnel("b", "192.0.2.1", "198.51.100.8")},
		Reflect: true, MaxRate: 50_000, ReceiveBuffer: 2 << 20, Setcap: "sudo setcap cap_net_raw+ep greylag",
	}
}

func bound(device string) func(*Fleet) { return func(f *Fleet) { f.Tunnels[1].Device = device } }
func from(source string) func(*Fleet) {
	return func(f *Fleet) { f.Tunnels[1].Source = netip.MustParseAddr(source) }
}
func to(destination string) func(*Fleet) {
	return func(f *Fleet) { f.Tunnels[1].Destination = netip.MustParseAddr(destination) }
}
func byEcho(f *Fleet) { f.Tunnels[1].Echo = true }

const (
	chainIn  = "table inet f { chain in { type filter hook input priority 0; policy accept; RULES; }; }"
	chainOut = "table inet f { chain out { type filter hook output priority 0; policy accept; RULES; }; }"
	dropIn   = "table inet f { chain in { type filter hook input priority 0; policy drop; RULES; }; }"
)

// planted are faults of a host, each with what must be found: level, check, and a
// part of what was found; and nothing else.
var planted = []struct {
	name  string
	fleet func(*Fleet)
	rules string // of nft
	plant func(*testing.T, *netlab.Lab)
	want  []string
	cure  bool // what the findings say to do is a command that helps
}{
	{name: "nothing"},
	{name: "no inventory", fleet: func(f *Fleet) { f.Tunnels = nil }},

	{name: "GRE dropped in", rules: chain(chainIn, "ip protocol gre drop"), cure: true,
		want: []string{`fault firewall in: the rule "ip protocol gre drop" (handle `}},
	{name: "GRE dropped out", rules: chain(chainOut, "meta l4proto 47 drop"), cure: true,
		want: []string{`fault firewall out: the rule "meta l4proto gre drop" (handle `}},
	{name: "GRE rejected in by one interface", rules: chain(chainIn, `iifname "near0" ip protocol gre reject`), cure: true,
		want: []string{`fault firewall in: the rule "iifname \"near0\" ip protocol gre reject`}},
	{name: "GRE dropped out to one far end", rules: chain(chainOut, "ip daddr 198.51.100.8 drop"), cure: true,
		want: []string{
			`fault firewall out: the rule "ip daddr 198.51.100.8 drop" (handle `,
			`warning firewall icmp: the rule "ip daddr 198.51.100.8 drop" (handle `,
		}},
	{name: "GRE dropped without an inventory", fleet: func(f *Fleet) { f.Tunnels = nil }, rules: chain(chainIn, "ip protocol gre drop"), cure: true,
		want: []string{`fault firewall in: the rule "ip protocol gre drop" (handle `}},
	{name: "all dropped in by policy", rules: chain(dropIn, "iifname lo accept"),
		want: []string{
			"fault firewall in: the policy of nft table inet f, chain in drops GRE from the far ends (a, b)",
			"warning firewall icmp: the policy", "warning firewall icmp: the policy", "warning firewall icmp: the policy",
		}, cure: true},
	{name: "GRE dropped in at a rate", rules: chain(chainIn, "ip protocol gre limit rate over 5/second drop"),
		want: []string{`note firewall in: the rule "ip protocol gre limit rate over 5/second`}},
	{name: "echo dropped out", rules: chain(chainOut, "icmp type echo-request drop"), cure: true,
		want: []string{`warning firewall icmp: the rule "icmp type echo-request drop"`}},
	{name: "echo dropped out, for a tunnel that is probed by it", rules: chain(chainOut, "icmp type echo-request drop"), fleet: byEcho, cure: true,
		want: []string{`fault firewall icmp: the rule "icmp type echo-request drop"`}},
	{name: "errors dropped in", rules: chain(chainIn, "icmp type { destination-unreachable, time-exceeded } drop"), cure: true,
		want: []string{"warning firewall icmp: the rule", "warning firewall icmp: the rule"}},

	{name: "a careful firewall", rules: chain(dropIn, "ct state established,related accept; ct state invalid drop; iifname lo accept")},
	{name: "a careful firewall, the loopback forgotten", rules: chain(dropIn, "ct state vmap { established : accept, related : accept }")},
	{name: "GRE dropped of others", rules: chain(chainIn, `ip saddr 203.0.113.0/24 ip protocol gre drop; iifname "eth7" drop; udp dport 53 drop`)},
	{name: "GRE dropped on the loopback only", rules: chain(chainIn, `iifname lo ip protocol gre drop`)},

	{name: "strict reverse path", plant: setting("near0", "rp_filter", "1"), cure: true,
		want: []string{"warning reverse path: rp_filter is strict on near0"}},
	{name: "strict reverse path for all", plant: setting("all", "rp_filter", "1"), cure: true,
		want: []string{"warning reverse path: rp_filter is strict on near0"}},
	{name: "loose reverse path", plant: setting("near0", "rp_filter", "2")},
	{name: "strict reverse path, bound to another interface", fleet: bound("near1"), plant: setting("near1", "rp_filter", "1"), cure: true,
		want: []string{"fault reverse path: rp_filter is strict on near1"}},
	{name: "bound to another interface", fleet: bound("near1")},

	{name: "no such source", fleet: from("192.0.2.77"),
		want: []string{"fault sources: source 192.0.2.77 is no address of this host"}},
	{name: "source on an interface that is down", fleet: from("198.18.0.1"), plant: down}, // which Linux does not mind
	{name: "no such interface", fleet: bound("near7"),
		want: []string{"fault devices: there is no interface near7"}},
	{name: "interface down", fleet: bound("near1"), plant: down, cure: true,
		want: []string{"fault devices: interface near1 is down"}},
	{name: "no route", fleet: to("203.0.113.9"),
		want: []string{"fault routes: no route to 203.0.113.9 (b)"}},
	{name: "a blackhole", fleet: to("203.0.113.9"), plant: blackhole,
		want: []string{"fault routes: a blackhole route to 203.0.113.9 (b)"}},
	{name: "too fast", fleet: func(f *Fleet) { f.MaxRate = 1 },
		want: []string{"warning rate: 2 packets a second, of which max_rate lets 1 go"}},
}

func chain(template, rules string) string { return strings.Replace(template, "RULES", rules, 1) }

func setting(device, name, value string) func(*testing.T, *netlab.Lab) {
	return func(t *testing.T, _ *netlab.Lab) { set(t, "net.ipv4.conf."+device+"."+name, value) }
}

// set sets a sysctl for the test's time.
func set(t *testing.T, name, value string) {
	t.Helper()
	path := "/proc/sys/" + strings.ReplaceAll(name, ".", "/")
	was, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, []byte(value), 0))
	t.Cleanup(func() {
		if err := os.WriteFile(path, was, 0); err != nil && !os.IsNotExist(err) {
			t.Error(err)
		}
	})
}

func down(t *testing.T, _ *netlab.Lab) { perform(t, "ip", "link", "set", "near1", "down") }

func blackhole(t *testing.T, _ *netlab.Lab) {
	perform(t, "ip", "route", "add", "blackhole", "203.0.113.0/24")
	t.Cleanup(func() { perform(t, "ip", "route", "del", "blackhole", "203.0.113.0/24") })
}

// Each planted fault is found, and nothing besides; what is said to do helps.
func TestPlanted(t *testing.T) {
	for _, c := range planted {
		t.Run(c.name, func(t *testing.T) {
			lab := newLab(t)
			fleet := sound()
			if c.fleet != nil {
				c.fleet(&fleet)
			}
			if c.plant != nil {
				needTool(t, "ip")
				c.plant(t, lab)
			}
			if c.rules != "" {
				load(t, c.rules)
			}
			found := expect(t, fleet, c.want)
			if !c.cure {
				return
			}
			for _, f := range found {
				do(t, f.Do)
			}
			expect(t, fleet, nil)
		})
	}
}

// newLab has a second uplink, near1.
func newLab(t *testing.T) *netlab.Lab {
	t.Helper()
	lab := netlabtest.Lab(t)
	must(t, lab.FarPrefix(netip.MustParsePrefix("198.51.100.0/24")))
	_, err := lab.AddLink("near1", netip.MustParsePrefix("198.18.0.1/24"), netip.MustParsePrefix("198.18.0.2/24"))
	must(t, err)
	return lab
}

// expect compares what is found beside what is fine, one finding with one word
// of want, and returns it.
func expect(t *testing.T, fleet Fleet, want []string) []Finding {
	t.Helper()
	all, err := Run(context.Background(), fleet)
	must(t, err)
	found := slices.DeleteFunc(all, func(f Finding) bool { return f.Level == OK })
	if _, err := findTool("nft"); err != nil { // which is a finding, too
		found = slices.DeleteFunc(found, func(f Finding) bool { return f.Check == "firewall rules" })
	}
	equal := len(found) == len(want)
	for i := range min(len(found), len(want)) {
		equal = equal && strings.HasPrefix(say(found[i]), want[i])
	}
	if !equal {
		t.Errorf("found\n%s\nwant\n%s", sayAll(found), strings.Join(want, "\n"))
	}
	return found
}

func say(f Finding) string { return string(f.Level) + " " + f.Check + ": " + f.Found }

func sayAll(list []Finding) string {
	var s []string
	for _, f := range list {
		s = append(s, say(f)+" | "+f.Means+" | "+f.Do)
	}
	return strings.Join(s, "\n")
}

// load gives the host rules for the test's time.
func load(t *testing.T, rules string) {
	t.Helper()
	needTool(t, "nft")
	cmd := exec.Command("nft", "-f", "-")
	cmd.Stdin = strings.NewReader(rules)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s", err, said, rules)
	}
	t.Cleanup(func() { perform(t, "nft", "flush", "ruleset") })
}

// do does what a finding says, a sysctl by hand since procps may be missing.
func do(t *testing.T, text string) {
	t.Helper()
	text = strings.TrimPrefix(text, "sudo ")
	if assignment, is := strings.CutPrefix(text, "sysctl -w "); is {
		name, value, _ := strings.Cut(assignment, "=")
		set(t, name, value)
		return
	}
	perform(t, "sh", "-c", text)
}

func perform(t *testing.T, args ...string) {
	t.Helper()
	if said, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		t.Errorf("%v: %v: %s", args, err, said)
	}
}

func needTool(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skip(err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A host that has ip_gre and no tunnel device, by the directory of modules: one
// cannot be loaded here. The rule that is proposed silences exactly ICMP port
// unreachable about GRE, and the check.
func TestPlantedModule(t *testing.T) {
	newLab(t)
	h := thisHost
	h.modules = t.TempDir()
	must(t, os.Mkdir(filepath.Join(h.modules, "ip_gre"), 0o755))
	module := func() Finding {
		f, err := gather(t.Context(), h, sound())
		must(t, err)
		return greModule(f)[0]
	}
	found := module()
	if found.Level != Warning || !strings.HasPrefix(found.Found, "loaded, without a tunnel device for a, b") {
		t.Errorf("found %s", say(found))
	}
	needTool(t, "nft")
	t.Cleanup(func() { perform(t, "nft", "flush", "ruleset") })
	do(t, dropContradiction)
	if found := module(); found.Level != OK {
		t.Errorf("with the rule, found %s", say(found))
	}
	if got, want := portUnreachables(t), []byte{unix.IPPROTO_UDP}; !cmp.Equal(got, want) {
		t.Errorf("with the rule, port unreachable came about protocols %v, want %v", got, want)
	}
}
