package netfilter_test

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"greylag/probe/hostcheck/netfilter"
	"greylag/probe/netlab"
	"greylag/probe/netlab/netlabtest"
)

// What this package says of a packet.
type says string

const (
	passes says = "passes"
	may    says = "may be dropped"
	surely says = "dropped"
)

// Rules of a chain of hook output or input, the package's word for keepalives
// that leave and for their answers, and a part of the text that it blames.
var kernelCases = []struct {
	name    string
	out, in string // rules
	wantOut says
	wantIn  says
	blames  string
}{
	{"nothing", "", "", passes, passes, ""},
	{"GRE out", "ip protocol gre drop", "", surely, passes, "ip protocol gre drop"},
	{"GRE in", "", "meta l4proto 47 drop", passes, surely, "meta l4proto gre drop"},
	{"rejected", "", "ip protocol gre reject", passes, surely, "reject"},
	{"another protocol", "ip protocol esp drop", "tcp dport 22 drop; tcp dport != 22 drop; ip6 hoplimit 1 drop", passes, passes, ""},
	{"of several protocols", "ip protocol { esp, gre } drop", "meta l4proto != { tcp, udp } drop", surely, surely, "ip protocol"},
	{"a range of protocols", "ip protocol 46-48 drop", "ip protocol 48-50 drop", surely, passes, "46-48"},
	{"this interface", `oifname "near0" ip protocol gre drop`, `iifname "near*" ip protocol gre drop`, surely, surely, "oifname"},
	{"this interface by index", `oif "near0" drop`, "", surely, passes, "oif"},
	{"another interface", `oifname "eth0" drop`, `iifname { "eth0", "lo" } drop`, passes, passes, ""},
	{"all interfaces but one", `oifname != "eth0" drop`, `iifname != "near0" drop`, surely, passes, "!="},
	{"no interface", `iifname "near0" drop`, `oifname "near0" drop`, passes, passes, ""},
	{"the far end", "ip daddr FAR drop", "ip saddr 198.51.0.0/17 drop", surely, surely, "daddr"},
	{"another far end", "ip daddr 198.51.128.1 drop", "ip saddr 203.0.113.0/24 drop", passes, passes, ""},
	{"from the far end on", "ip saddr 192.0.2.0-192.0.2.1 drop", "ip daddr != 192.0.2.1 drop", surely, passes, "192.0.2.0"},
	{"accepted before", "ip protocol gre accept; drop", "ct state established,related accept; ip protocol gre drop", passes, passes, ""},
	{"accepted behind", "ip protocol gre drop; accept", "", surely, passes, "gre drop"},
	{"new only", "ct state new drop", "ct state new drop", surely, passes, "ct state new drop"},
	{"not established", "", "ct state != established drop", passes, passes, ""},
	{"by a verdict map", "meta l4proto vmap { gre : drop, tcp : accept }", "ct state vmap { established : accept, invalid : drop }; drop", surely, passes, "vmap"},
	{"in a chain", "jump sub", "ip protocol gre goto sub; accept", surely, surely, "in sub"},
	{"in a chain that it does not see", "ip protocol esp jump sub", "ip protocol gre return; drop", passes, passes, ""},
	{"back from a chain", "jump void; drop", "goto void; drop", surely, passes, "rule \"drop\""},
	{"a named set", "ip daddr @fars drop", "ip saddr @empty drop", surely, passes, "@fars"},
	{"at a rate", "ip protocol gre limit rate over 1/second burst 1 packets drop", "limit rate 1000/second accept; drop", may, may, "limit"},
	{"by a mark", "meta mark 7 drop", "fib saddr type local drop", may, may, "mark"},
	{"that is not known to be accepted", "meta mark 7 accept; ip protocol gre drop", "", may, passes, "gre drop"},
	{"surely behind a doubt", "meta mark 7 drop; ip protocol gre drop", "", surely, passes, "gre drop"},
	{"other families", "meta nfproto ipv6 drop; meta protocol ip6 drop", "meta nfproto ipv4 ip version 4 drop", passes, surely, "ip version 4"},
	{"without a verdict", "counter; log; ip protocol gre counter", "continue; meta mark set 1", passes, passes, ""},
}

// TestAgainstTheKernel asks the kernel itself: a keepalive's worth of GRE is sent
// to the far side, which answers it, through each set of rules. What is surely
// dropped must not arrive, and what passes must.
func TestAgainstTheKernel(t *testing.T) {
	l := newLab(t)
	for _, c := range kernelCases {
		t.Run(c.name, func(t *testing.T) {
			l.load(t, "policy accept;", c.out, c.in)
			rules := l.read(t)
			l.compare(t, rules, c.wantOut, c.wantIn, c.blames)
		})
	}
}

// A chain's policy is what its rules have left; what Accept says lets the packet
// through, as the kernel agrees.
func TestAcceptAgainstTheKernel(t *testing.T) {
	l := newLab(t)
	for _, c := range []struct{ name, policy, out, in string }{
		{"policy", "policy drop;", "ip protocol tcp accept", ""},
		{"rules", "policy accept;", "counter; ip protocol gre drop", "ip protocol gre reject; counter"},
		{"in a chain", "policy accept;", "jump sub", "goto sub"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l.load(t, c.policy, c.out, c.in)
			l.compare(t, l.read(t), surely, surely, "")
			for _, p := range []*netfilter.Packet{l.keepalive(), l.answer()} {
				blame := l.read(t).Send(p).By
				if blame == nil {
					continue // by one rule both
				}
				command(t, strings.Fields(blame.Accept(p))...)
			}
			l.compare(t, l.read(t), passes, passes, "")
		})
	}
}

func (l *lab) keepalive() *netfilter.Packet {
	return &netfilter.Packet{Out: true, Protocol: netfilter.GRE, Device: "near0", State: netfilter.New,
		Source: netip.MustParseAddr("192.0.2.1"), Destination: l.far}
}

func (l *lab) answer() *netfilter.Packet {
	p := l.keepalive()
	p.Out, p.State = false, netfilter.Established
	p.Source, p.Destination = p.Destination, p.Source
	return p
}

// lab is a far end that sends back what it gets.
type lab struct {
	far     netip.Addr // of this exchange alone: connection tracking knows no other
	near    net.PacketConn
	arrived chan struct{}
}

func newLab(t *testing.T) *lab {
	t.Helper()
	inside := netlabtest.Lab(t)
	if _, err := exec.LookPath("nft"); err != nil {
		t.Skip(err)
	}
	must(t, inside.FarPrefix(netip.MustParsePrefix("198.51.0.0/16")))
	l := &lab{arrived: make(chan struct{}, 1)}
	server, err := inside.Serve(t.Context(), func([4]byte) netlab.Responder { return l })
	must(t, err)
	t.Cleanup(func() { must(t, server.Close()) })
	l.near, err = net.ListenPacket("ip4:47", "192.0.2.1")
	must(t, err)
	t.Cleanup(func() { must(t, l.near.Close()) })
	t.Cleanup(func() { command(t, "nft", "flush", "ruleset") })
	return l
}

// Handle implements netlab.Responder.
func (l *lab) Handle(packet []byte, _ time.Time, emit func(time.Duration, []byte)) {
	back := bytes.Clone(packet)
	copy(back[12:], packet[16:20])
	copy(back[16:], packet[12:16])
	l.arrived <- struct{}{}
	emit(0, back)
}

// lastFar was the far end of the last exchange.
var lastFar = netip.MustParseAddr("198.51.0.0")

// load replaces the rules, in which FAR is the far end.
func (l *lab) load(t *testing.T, policy, out, in string) {
	t.Helper()
	script := "flush ruleset\ntable inet f {\n" +
		"set fars { type ipv4_addr; flags interval; elements = { 198.51.0.0/17 }; }\nset empty { type ipv4_addr; }\n" +
		"chain sub { ip protocol gre drop; }\nchain void { counter; }\n" +
		"chain out { type filter hook output priority 0; " + policy + " " + out + "; }\n" +
		"chain in { type filter hook input priority 0; " + policy + " " + in + "; }\n}\n"
	cmd := exec.Command("nft", "-f", "-")
	lastFar = lastFar.Next()
	l.far = lastFar
	cmd.Stdin = strings.NewReader(strings.NewReplacer(" ;", "", "FAR", l.far.String()).Replace(script))
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s", err, said, script)
	}
}

func (l *lab) read(t *testing.T) *netfilter.Ruleset {
	t.Helper()
	rules, err := netfilter.ParseNft(command(t, "nft", "-j", "list", "ruleset"), string(command(t, "nft", "-a", "list", "ruleset")))
	must(t, err)
	return rules
}

// compare holds what the package says against what the test and the kernel say.
func (l *lab) compare(t *testing.T, rules *netfilter.Ruleset, wantOut, wantIn says, blames string) {
	t.Helper()
	out, in := rules.Send(l.keepalive()), rules.Send(l.answer())
	if gotOut, gotIn := word(out), word(in); gotOut != wantOut || gotIn != wantIn {
		t.Errorf("the keepalive %s (%v), the answer %s (%v); want %s and %s", gotOut, out.By, gotIn, in.By, wantOut, wantIn)
	}
	if blamed := join(out.By, in.By); !strings.Contains(blamed, blames) {
		t.Errorf("blames %s; want %q", blamed, blames)
	}
	left, came := l.exchange(t, word(out) == passes, word(in) == passes)
	if s := word(out); s != may && left != (s == passes) {
		t.Errorf("the kernel let the keepalive out: %v; the package: %s", left, s)
	}
	if s := word(in); left && s != may && came != (s == passes) {
		t.Errorf("the kernel let the answer in: %v; the package: %s", came, s)
	}
}

func word(o netfilter.Outcome) says {
	switch {
	case o.By == nil:
		return passes
	case o.Sure:
		return surely
	}
	return may
}

func join(list ...*netfilter.Blame) string {
	var s []string
	for _, b := range list {
		if b != nil {
			s = append(s, b.String())
		}
	}
	return strings.Join(s, "; ")
}

// exchange tells whether a packet got out and its answer in. What is expected
// is waited for; what is not would come during the system call that sends.
func (l *lab) exchange(t *testing.T, expectOut, expectIn bool) (left, came bool) {
	t.Helper()
	_, err := l.near.WriteTo(make([]byte, 4), &net.IPAddr{IP: l.far.AsSlice()})
	if errors.Is(err, unix.EPERM) {
		return false, false
	}
	must(t, err)
	select {
	case <-l.arrived:
	case <-time.After(patience(expectOut)):
		return false, false
	}
	must(t, l.near.SetReadDeadline(time.Now().Add(patience(expectIn))))
	_, _, err = l.near.ReadFrom(make([]byte, 100))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return true, false
	}
	must(t, err)
	return true, true
}

func patience(expected bool) time.Duration {
	if expected {
		return 10 * time.Second
	}
	return 50 * time.Millisecond
}

func command(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := exec.Command(args[0], args[1:]...).Output()
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return out
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
