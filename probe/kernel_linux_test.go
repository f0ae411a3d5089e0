package probe_test

import (
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"greylag/probe"
	"greylag/probe/netlab"
	"greylag/probe/netlab/netlabtest"
	"greylag/probe/rawsock"
	"greylag/probe/session"
)

// kernelCase is what a real kernel says: the far one, with nobody there who plays far
// ends, or this one.
type kernelCase struct {
	name    string
	setup   func(t *testing.T, lab *netlab.Lab) (source, destination netip.Addr)
	icmp    []string // any of them
	sender  netip.Addr
	replies bool
}

var kernelCases = []kernelCase{
	{"no GRE", nothingThere, []string{"3/2", "3/3"}, far(1), true}, // 3/3 where ip_gre is loaded
	{"GRE rejected", rejecting, []string{"3/13"}, far(1), true},
	{"GRE dropped", dropping, []string{""}, netip.Addr{}, true},
	{"nobody answers ARP", nobodyThere, []string{"3/1"}, secondNear.Addr(), false},
}

var secondNear = netip.MustParsePrefix("198.18.0.1/24")

// nothingThere lets the far kernel speak for itself.
func nothingThere(t *testing.T, lab *netlab.Lab) (source, destination netip.Addr) {
	must(t, lab.FarPrefix(farPrefix))
	must(t, lab.InFar(func() error {
		for name, value := range map[string]string{"icmp_echo_ignore_all": "0", "icmp_ratelimit": "0"} {
			if err := os.WriteFile("/proc/sys/net/ipv4/"+name, []byte(value), 0); err != nil {
				return err
			}
		}
		return nil
	}))
	return near, far(1)
}

func rejecting(t *testing.T, lab *netlab.Lab) (source, destination netip.Addr) {
	return filtering(t, lab, "reject with icmp type admin-prohibited")
}

func dropping(t *testing.T, lab *netlab.Lab) (source, destination netip.Addr) {
	return filtering(t, lab, "drop")
}

// filtering has the far kernel do something with GRE as it arrives.
func filtering(t *testing.T, lab *netlab.Lab, verdict string) (source, destination netip.Addr) {
	must(t, lab.InFar(func() error {
		rule := "add table ip t; add chain ip t in { type filter hook input priority 0; }; add rule ip t in ip protocol 47 " + verdict
		if out, err := exec.Command("nft", rule).CombinedOutput(); err != nil {
			t.Skipf("nft: %v: %s", err, out)
		}
		return nil
	}))
	return nothingThere(t, lab)
}

// nobodyThere asks for an address on the link that nobody has: this host's own
// kernel says so, once ARP has been tried.
func nobodyThere(t *testing.T, lab *netlab.Lab) (source, destination netip.Addr) {
	_, err := lab.AddLink(secondLink, secondNear, netip.MustParsePrefix("198.18.0.2/24"))
	must(t, err)
	link, err := netlink.LinkByName(secondLink)
	must(t, err)
	must(t, netlink.LinkSetARPOn(link))
	must(t, os.WriteFile("/proc/sys/net/ipv4/neigh/"+secondLink+"/retrans_time_ms", []byte("50"), 0))
	return secondNear.Addr(), netip.MustParseAddr("198.18.0.99")
}

func TestEvidenceOfKernels(t *testing.T) {
	for _, c := range kernelCases {
		t.Run(c.name, func(t *testing.T) {
			apart(t, func(t *testing.T) { c.explained(t) })
		})
	}
}

// explained has a tunnel go down by that, and looks at what is told of it.
func (c *kernelCase) explained(t *testing.T) {
	lab := netlabtest.Lab(t)
	tunnel := tunnelTo(far(1), 200*time.Millisecond)
	tunnel.Source, tunnel.Destination = c.setup(t, lab)
	conn, err := rawsock.Open(rawsock.Options{ReceiveBuffer: 1 << 20, EvidenceID: evidenceID})
	must(t, err)
	t.Cleanup(func() { must(t, conn.Close()) })
	e := start(t, conn, []probe.Tunnel{tunnel}, probe.Options{})
	const patience = time.Minute
	e.await(t, patience, "down", inState(session.Down, 0))
	mark := len(e.all())
	e.await(t, patience, "two intervals", atLeast(2, probe.Sent, mark, 0))
	if c.icmp[0] != "" {
		e.await(t, patience, "an error", atLeast(1, probe.Refused, 0, 0))
	}
	e.stop(t)
	h := e.all()
	x := h.explain(t)
	if !slices.Contains(c.icmp, x.icmp) || x.sender != c.sender || x.replies != c.replies {
		t.Errorf("%+v; want any of %q, %v, %v:\n%s", x, c.icmp, c.sender, c.replies, h.tail(20))
	}
	numbered(t, h)
	if s := e.Stats(); s.Strangers != 0 || s.Dropped != 0 {
		t.Errorf("%+v; want no strangers, drops", s)
	}
}
