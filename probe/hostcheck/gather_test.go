//go:build linux

package hostcheck

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// The kernel's rule for each setting: the larger of two, either of two, or the
// interface's own.
func TestGatherSettings(t *testing.T) {
	settings := t.TempDir()
	for name, value := range map[string]string{
		"all/rp_filter": "1", "eth0/rp_filter": "0", "eth0.7/rp_filter": "2", "gre1/rp_filter": "0", "gre2/rp_filter": "0",
	} {
		write(t, filepath.Join(settings, "net/ipv4/conf", name), value+"\n")
	}
	f := fit()
	f.ways = []way{{device: "eth0"}, {device: "eth0.7"}, {device: "lo"}, {device: ""}}
	f.gatherSettings(settings)
	if diff := cmp.Diff(map[string]int{"eth0": 1, "eth0.7": 2}, f.rpFilter); diff != "" {
		t.Error("rp_filter, -want +got:", diff)
	}
}

// A far end's kernel answers keepalives if all of R17 in Linux's words is right.
func TestKernelAnswers(t *testing.T) {
	right := map[string]string{
		"all/rp_filter": "0", "gre1/rp_filter": "0", "all/accept_local": "0", "gre1/accept_local": "1", "gre1/forwarding": "1",
	}
	for name, c := range map[string]struct {
		setting, value string
		answers        bool
	}{
		"all right":              {"gre1/rp_filter", "0", true},
		"accept_local of all":    {"all/accept_local", "1", true},
		"strict":                 {"gre1/rp_filter", "1", false},
		"loose":                  {"gre1/rp_filter", "2", false},
		"strict of all":          {"all/rp_filter", "1", false},
		"no accept_local":        {"gre1/accept_local", "0", false},
		"no forwarding":          {"gre1/forwarding", "0", false},
		"forwarding of all only": {"gre1/forwarding", "0", false},
	} {
		settings := t.TempDir()
		for setting, value := range right {
			write(t, filepath.Join(settings, "net/ipv4/conf", setting), value)
		}
		write(t, filepath.Join(settings, "net/ipv4/conf", c.setting), c.value)
		f := fit()
		f.tunnels = []greDevice{device("gre1", "198.51.100.7")}
		f.gatherSettings(settings)
		if got := f.tunnels[0].answers; got != c.answers {
			t.Errorf("%s: answers: %v, want %v", name, got, c.answers)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(text), 0o644))
}

func TestGREDeviceOf(t *testing.T) {
	gre := func(change func(*netlink.Gretun)) *netlink.Gretun {
		g := &netlink.Gretun{Local: net.IPv4(192, 0, 2, 1), Remote: net.IPv4(198, 51, 100, 7)}
		g.Name, g.RawFlags = "gre1", unix.IFF_UP
		change(g)
		return g
	}
	want := device("gre1", "198.51.100.7")
	want.local = fit().loops[0].address
	keyed := want
	keyed.key, keyed.hasKey, keyed.up = 8, true, false
	for name, c := range map[string]struct {
		link netlink.Link
		want greDevice
		is   bool
	}{
		"plain":   {gre(func(*netlink.Gretun) {}), want, true},
		"keyed":   {gre(func(g *netlink.Gretun) { g.IKey, g.IFlags, g.RawFlags = 8, 0x2000, 0 }), keyed, true},
		"IPv6":    {gre(func(g *netlink.Gretun) { g.Local = net.ParseIP("2001:db8::1") }), greDevice{}, false},
		"another": {&netlink.Dummy{}, greDevice{}, false},
	} {
		got, is := greDeviceOf(c.link)
		if is != c.is || is && got != c.want {
			t.Errorf("%s: %+v, %v; want %+v, %v", name, got, is, c.want, c.is)
		}
	}
}

// tools are what the firewall's tools print; one that is not here is not
// installed, and one that begins with ! fails with the rest.
type tools map[string]string

func (m tools) run(_ context.Context, name string, args ...string) ([]byte, error) {
	text, there := m[strings.Join(append([]string{name}, args...), " ")]
	if !there {
		return nil, exec.ErrNotFound
	}
	if why, fails := strings.CutPrefix(text, "!"); fails {
		return nil, errors.New(why)
	}
	return []byte(text), nil
}

func TestGatherRules(t *testing.T) {
	const (
		nft, listing = "nft -j list ruleset", "nft -a list ruleset"
		none         = `{"nftables":[]}`
		extended     = `{"nftables":[{"chain":{"family":"ip","table":"filter","name":"INPUT","hook":"input","prio":0,"policy":"drop"}},
			{"rule":{"family":"ip","table":"filter","chain":"INPUT","handle":3,"expr":[{"xt":{"type":"match","name":"conntrack"}},{"accept":null}]}}]}`
		accepts = "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n"
		drops   = "*filter\n:INPUT DROP [0:0]\nCOMMIT\n"
	)
	const (
		clean   = `let through`
		doubt   = `the policy of nft table ip filter, chain INPUT may drop GRE`
		dropped = `the policy of iptables table filter, chain INPUT drops GRE`
	)
	for name, c := range map[string]struct {
		tools    tools
		readable bool
		unread   []string
		in       string // what greIn finds
	}{
		"nft":                              {tools{nft: none, listing: ""}, true, nil, clean},
		"nothing":                          {tools{}, false, nil, "let through, as far as"},
		"nft is refused":                   {tools{nft: "!Operation not permitted"}, false, []string{"nft: Operation not permitted"}, "let through, as far as"},
		"both are refused":                 {tools{nft: "!no", "iptables-save": "!never"}, false, []string{"nft: no", "iptables-save: never"}, "let through, as far as"},
		"iptables only":                    {tools{"iptables-save": drops}, true, nil, dropped},
		"nft, and legacy rules":            {tools{nft: none, listing: "", "iptables-legacy-save": drops}, true, nil, dropped},
		"nft, and no legacy rules":         {tools{nft: none, listing: "", "iptables-legacy-save": ""}, true, nil, clean},
		"nft, legacy rules refused":        {tools{nft: none, listing: "", "iptables-legacy-save": "!no"}, true, []string{"iptables-legacy-save: no"}, clean},
		"extensions":                       {tools{nft: extended, listing: "", "iptables-nft-save": accepts}, true, nil, clean},
		"extensions that cannot be read":   {tools{nft: extended, listing: ""}, true, nil, doubt},
		"extensions that are not readable": {tools{nft: extended, listing: "", "iptables-nft-save": "!odd"}, true, []string{"iptables-nft-save: odd"}, doubt},
		"not what nft prints":              {tools{nft: "hello", listing: ""}, false, []string{"nft: not what `nft -j list ruleset` prints: invalid character 'h' looking for beginning of value"}, "let through, as far as"},
	} {
		f := fit()
		f.readable = false
		f.gatherRules(t.Context(), c.tools.run)
		if f.readable != c.readable || !cmp.Equal(f.unread, c.unread) {
			t.Errorf("%s: readable: %v, unread: %q; want %v, %q", name, f.readable, f.unread, c.readable, c.unread)
		}
		if found := greIn(f)[0].Found; !strings.Contains(found, c.in) {
			t.Errorf("%s: found %q, want %q", name, found, c.in)
		}
	}
}

// What a tool says of its failure is what an operator reads.
func TestCommand(t *testing.T) {
	out, err := command(t.Context(), "sh", "-c", "echo out; echo warning >&2")
	if string(out) != "out\n" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
	for script, want := range map[string]string{
		"echo no >&2; echo never >&2; exit 1": "no",
		"exit 3":                              "exit status 3",
	} {
		if _, err := command(t.Context(), "sh", "-c", script); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", script, err, want)
		}
	}
	if _, err := command(t.Context(), "greylag-no-such-tool"); !missing(err) {
		t.Errorf("a tool that is not there: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := command(ended, "sh", "-c", "sleep 60"); err == nil {
		t.Error("a command outlives its context")
	}
}

// A module is there, or is not.
func TestModuleLoaded(t *testing.T) {
	modules := t.TempDir()
	must(t, os.Mkdir(filepath.Join(modules, "ip_gre"), 0o755))
	if !moduleLoaded(modules, "ip_gre") || moduleLoaded(modules, "ip6_gre") {
		t.Error("ip_gre is loaded, ip6_gre is not")
	}
}
