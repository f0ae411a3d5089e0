package netfilter

import (
	"net/netip"
	"os"
	"strings"
	"testing"
)

// gre is a packet of protocol 47 that comes in by eth0.
func gre(from, to string, state State) Packet {
	return Packet{Protocol: GRE, Device: "eth0", State: state, Source: addr(from), Destination: addr(to)}
}

func addr(text string) netip.Addr {
	a, _ := netip.ParseAddr(text) // "": not known
	return a
}

func icmp(kind, code uint8, state State) Packet {
	return Packet{Protocol: ICMP, Type: kind, Code: code, Device: "eth0", State: state, Source: addr("198.51.100.7")}
}

func by(device string, p Packet) Packet { p.Device = device; return p }

func outward(p Packet) Packet { p.Out = true; return p }

// say is an outcome in one line: "passes", "dropped by …", "may be dropped by …".
func say(o Outcome) string {
	switch {
	case o.By == nil:
		return "passes"
	case o.Sure:
		return "dropped by " + o.By.String()
	}
	return "may be dropped by " + o.By.String()
}

const (
	inSub  = `the rule "-A sub -p gre -j DROP" of iptables table filter, chain sub`
	policy = "the policy of iptables table filter, chain INPUT"
	marked = `the rule "-A OUTPUT -p gre -m mark --mark 0x7 -j REJECT --reject-with icmp-port-unreachable" of iptables table filter, chain OUTPUT`
)

// What testdata/iptables.rules, made by iptables-save 1.8.9, does with packets;
// worked out by hand from the rules.
var iptablesCases = []struct {
	name   string
	packet Packet
	want   string
}{
	{"an answer", gre("198.51.100.7", "192.0.2.1", Established), "passes"},
	{"a first packet", gre("198.51.100.7", "192.0.2.1", New), "dropped by " + inSub},
	{"on lo", by("lo", gre("198.51.100.7", "192.0.2.1", New)), "passes"},
	{"by an interface that is not known", by("", gre("198.51.100.7", "192.0.2.1", New)), "may be dropped by " + inSub},
	{"in a state that is not known", gre("198.51.100.7", "192.0.2.1", ""), "may be dropped by " + inSub},
	{"from 10.0.0.0/8", gre("10.255.255.255", "192.0.2.1", New), "passes"},
	{"from beyond it", gre("11.0.0.0", "192.0.2.1", New), "dropped by " + inSub},
	{"to the one excepted", gre("10.0.0.0", "10.0.0.1", New), "dropped by " + inSub},
	{"by another interface", by("ens1", gre("10.0.0.0", "192.0.2.1", New)), "dropped by " + inSub},
	{"from somewhere", gre("", "192.0.2.1", New), "may be dropped by " + inSub},
	{"echo", icmp(Echo, 0, New), "passes"},
	{"a related error", icmp(Unreachable, PortUnreachable, Related), "passes"},
	{"another, past the goto", icmp(Unreachable, PortUnreachable, New), "dropped by " + policy},
	{"of another code", icmp(Unreachable, 1, New), "dropped by " + policy},
	{"a keepalive", outward(gre("192.0.2.1", "198.51.100.7", New)), "may be dropped by " + marked},
	{"echo out", outward(icmp(Echo, 0, New)), "passes"},
}

func TestIptables(t *testing.T) {
	rules, err := ParseIptables(read(t, "iptables.rules"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range iptablesCases {
		if got := say(rules.Send(&c.packet)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// nft prints the rules of iptables-nft with holes. It doubts where the tool
// itself does not, and with the tool's own words the outcome is the same.
func TestIptablesThroughNft(t *testing.T) {
	rules := parseNft(t, "iptables-nft")
	if !rules.Extended() {
		t.Fatal("the extensions were not noticed")
	}
	first := iptablesCases[1].packet
	const want = `may be dropped by the rule "meta l4proto gre counter packets 0 bytes 0 drop" (handle 9) of nft table ip filter, chain sub`
	if got := say(rules.Send(&first)); got != want {
		t.Errorf("through nft: %s, want %s", got, want)
	}
	words, err := ParseIptables(read(t, "iptables.rules"))
	if err != nil {
		t.Fatal(err)
	}
	rules.Replace(words)
	for _, c := range iptablesCases {
		if got := say(rules.Send(&c.packet)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if rules.Extended() {
		t.Error("extensions are left")
	}
}

// What testdata/native.json, made by nft 1.0.6, does with packets. Its chain
// drops by policy; native.txt has it as a person reads it.
func TestNft(t *testing.T) {
	rules := parseNft(t, "native")
	const rejects = `dropped by the rule "meta l4proto gre reject with icmpx admin-prohibited" (handle 13) of nft table inet f, chain in`
	for _, c := range []struct {
		name   string
		packet Packet
		want   string
	}{
		{"an answer", gre("198.51.100.7", "192.0.2.1", Established), "passes"},
		{"by eth0, which may do all", gre("198.51.100.7", "192.0.2.1", New), "passes"},
		{"by eth1", by("eth1", gre("198.51.100.7", "192.0.2.1", New)), "may be " + rejects}, // a pair of addresses is not read
		{"of the set of peers", by("eth1", gre("10.0.0.255", "192.0.2.1", New)), "passes"},
		{"of its range", by("eth1", gre("10.1.0.9", "192.0.2.1", New)), "passes"},
		{"beyond its range", by("eth1", gre("10.1.0.10", "192.0.2.1", New)), "may be " + rejects},
		{"an error, by the rule for all IPv4", by("ens1", icmp(Unreachable, PortUnreachable, New)), "passes"},
		{"out", outward(gre("192.0.2.1", "198.51.100.7", New)), "passes"},
	} {
		if got := say(rules.Send(&c.packet)); !strings.HasPrefix(got, c.want) || c.want == "passes" && got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Rules of the two tools in one host: a packet must pass both.
func TestMerge(t *testing.T) {
	both := parseNft(t, "native")
	other, err := ParseIptables("*raw\n:PREROUTING DROP [0:0]\nCOMMIT\n")
	if err != nil {
		t.Fatal(err)
	}
	both.Merge(other)
	p := gre("198.51.100.7", "192.0.2.1", Established)
	if got, want := say(both.Send(&p)), "dropped by the policy of iptables table raw, chain PREROUTING"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if new(Ruleset).Empty() != true || both.Empty() {
		t.Error("empty is what has no chain at a hook")
	}
}

// What a packet's way of being tracked decides.
func TestUntracked(t *testing.T) {
	const rules = "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p gre -j CT --notrack\nCOMMIT\n" +
		"*filter\n:INPUT DROP [0:0]\n-A INPUT -m state --state ESTABLISHED -j ACCEPT\nCOMMIT\n"
	p, e := gre("198.51.100.7", "192.0.2.1", Established), icmp(EchoReply, 0, Established)
	r, err := ParseIptables(rules)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := say(r.Send(&p)), "may be dropped by "+policy; got != want {
		t.Errorf("GRE: %s, want %s", got, want)
	}
	if got := say(r.Send(&e)); got != "passes" {
		t.Errorf("ICMP: %s", got)
	}
}

// A chain that jumps to itself, which a kernel refuses, ends in doubt.
func TestEndless(t *testing.T) {
	r, err := ParseIptables("*filter\n:INPUT DROP [0:0]\n:a - [0:0]\n-A INPUT -j a\n-A a -j a\n-A a -j a\n-A a -j a\nCOMMIT\n")
	if err != nil {
		t.Fatal(err)
	}
	p := gre("198.51.100.7", "192.0.2.1", New)
	if got, want := say(r.Send(&p)), "may be dropped by "+policy; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// The commands that let a packet pass.
func TestAccept(t *testing.T) {
	keepalive, echo := outward(gre("", "", New)), icmp(Echo, 0, New)
	for _, c := range []struct {
		blame  Blame
		packet Packet
		want   string
	}{
		{Blame{Tool: "nft", Family: "inet", Table: "f", Chain: "out", Handle: 7}, keepalive, "nft insert rule inet f out handle 7 ip protocol gre accept"},
		{Blame{Tool: "nft", Family: "ip", Table: "f", Chain: "in", Policy: true}, echo, "nft add rule ip f in icmp type echo-request accept"},
		{Blame{Tool: "iptables", Family: "ip", Table: "raw", Chain: "OUTPUT", Text: "x"}, keepalive, "iptables -t raw -I OUTPUT -p gre -j ACCEPT"},
		{Blame{Tool: "iptables", Family: "ip", Table: "filter", Chain: "INPUT", Policy: true}, echo, "iptables -t filter -I INPUT -p icmp --icmp-type echo-request -j ACCEPT"},
	} {
		if got := c.blame.Accept(&c.packet); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// Chains for some interfaces: they bind packets by others not at all.
func TestOnDevice(t *testing.T) {
	for dev, want := range map[string]map[string]string{
		`"eth0"`:          {"eth0": "dropped", "eth1": "passes", "": "may be"},
		`["eth1","eth2"]`: {"eth0": "passes", "eth2": "dropped", "": "may be"},
	} {
		r, err := ParseNft([]byte(`{"nftables":[{"chain":{"family":"netdev","table":"n","name":"c","hook":"ingress","prio":-5,"policy":"drop","dev":`+dev+`}}]}`), "")
		if err != nil {
			t.Fatal(err)
		}
		for device, want := range want {
			p := by(device, gre("198.51.100.7", "192.0.2.1", New))
			if got := say(r.Send(&p)); !strings.HasPrefix(got, want) {
				t.Errorf("%s on a chain of %s: %s, want %s", device, dev, got, want)
			}
		}
	}
}

func TestNotWhatTheToolsPrint(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "not what `nft -j list ruleset` prints: unexpected end of JSON input",
		"table ip t {\n}\n":         "not what `nft -j list ruleset` prints: invalid character",
		`{"nftables":[{"rule":1}]}`: "not what `nft -j list ruleset` prints: json: cannot unmarshal",
	} {
		if _, err := ParseNft([]byte(text), ""); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"-A INPUT -j DROP":                   "not what iptables-save prints, line 1: a table's name must come first",
		"*filter\n:INPUT\n":                  "not what iptables-save prints, line 2: a chain has a name and a policy",
		"*filter\nhello":                     "not what iptables-save prints, line 2: a rule begins with -A and its chain",
		"# x\n*filter\n\n-A INPUT -j DROP\n": "not what iptables-save prints, line 4: chain INPUT was not declared",
	} {
		if _, err := ParseIptables(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func parseNft(t testing.TB, name string) *Ruleset {
	t.Helper()
	r, err := ParseNft([]byte(read(t, name+".json")), read(t, name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func read(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
