//go:build linux

package routes

import (
	"errors"
	"net/netip"
	"os"
	"testing"
	"time"

	"greylag/probe/netlab/netlabtest"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

var (
	seoul   = netip.MustParsePrefix("10.17.0.0/16")
	gateway = netip.MustParseAddr("192.0.2.1")
)

// kernel is the namespace's routing table with two devices, eth1 and eth2, for
// one test. Each is one end of a veth pair: eth1p and eth2p are the others.
type kernel struct {
	t     testing.TB
	index map[string]int
	table *Table
}

func newKernel(t testing.TB) *kernel {
	t.Helper()
	netlabtest.Need(t)
	table, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	k := &kernel{t: t, index: make(map[string]int), table: table}
	t.Cleanup(func() { k.do(table.Close()) })
	lo, err := netlink.LinkByName("lo") // without any address the kernel takes no gateway
	k.do(err)
	k.do(netlink.LinkSetUp(lo))
	k.device("eth1")
	k.device("eth2")
	return k
}

func (k *kernel) do(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *kernel) device(name string) {
	k.t.Helper()
	veth := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: name}, PeerName: name + "p"}
	k.do(netlink.LinkAdd(veth))
	k.t.Cleanup(func() {
		if link, err := netlink.LinkByName(name); err == nil {
			k.do(netlink.LinkDel(link))
		}
	})
	for _, end := range []string{name, name + "p"} {
		link, err := netlink.LinkByName(end)
		k.do(err)
		k.do(netlink.LinkSetUp(link))
		k.index[end] = link.Attrs().Index
	}
}

// route is a route by a device, or of another type where device is "". It is
// removed with the device, or at the end of the test.
func (k *kernel) route(prefix, device string, change ...func(*netlink.Route)) *netlink.Route {
	k.t.Helper()
	r := &netlink.Route{Dst: destination(prefix), LinkIndex: k.index[device], Scope: unix.RT_SCOPE_LINK}
	for _, c := range change {
		c(r)
	}
	k.do(netlink.RouteAppend(r))
	k.t.Cleanup(func() { _ = netlink.RouteDel(r) }) // it may be gone with its device
	return r
}

func metric(n int) func(*netlink.Route)  { return func(r *netlink.Route) { r.Priority = n } }
func inTable(n int) func(*netlink.Route) { return func(r *netlink.Route) { r.Table = n } }
func dropping(typ int) func(*netlink.Route) {
	return func(r *netlink.Route) { r.Type, r.Scope = typ, unix.RT_SCOPE_UNIVERSE }
}

func byGateway(r *netlink.Route) {
	r.Gw, r.Flags, r.Scope = gateway.AsSlice(), int(netlink.FLAG_ONLINK), unix.RT_SCOPE_UNIVERSE
}

// want reads the tables anew and compares the route of 10.17.0.0/16; the zero
// Route stands for none.
func (k *kernel) want(want Route) {
	k.t.Helper()
	s, err := k.table.Read()
	k.do(err)
	if want.Prefix.IsValid() && want.Type == "" {
		want.Type, want.NextHops = Unicast, max(want.NextHops, 1)
	}
	got, ok := s.Lookup(seoul)
	if got != want || ok != want.Prefix.IsValid() {
		k.t.Errorf("route of %v is %+v, %v; want %+v", seoul, got, ok, want)
	}
}

func TestFloatingStatic(t *testing.T) {
	k := newKernel(t)
	k.want(Route{})
	backup := k.route("10.17.0.0/16", "eth2", metric(200), byGateway)
	k.want(Route{Prefix: seoul, Device: "eth2", Gateway: gateway})
	primary := k.route("10.17.0.0/16", "eth1", metric(100))
	k.want(Route{Prefix: seoul, Device: "eth1"})
	k.do(netlink.RouteDel(primary))
	k.want(Route{Prefix: seoul, Device: "eth2", Gateway: gateway})
	k.do(netlink.RouteDel(backup))
	k.want(Route{})
}

func TestDeviceDeletedAndMadeAgain(t *testing.T) {
	k := newKernel(t)
	k.route("10.17.0.0/16", "eth1", metric(100))
	k.route("10.0.0.0/8", "eth2")
	k.want(Route{Prefix: seoul, Device: "eth1"})
	link, err := netlink.LinkByName("eth1")
	k.do(err)
	k.do(netlink.LinkDel(link))
	wider := Route{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Device: "eth2"}
	k.want(wider)
	k.device("eth1")
	k.want(wider)
	k.route("10.17.0.0/16", "eth1", metric(100))
	k.want(Route{Prefix: seoul, Device: "eth1"})
}

func TestDeviceDownAndRenamed(t *testing.T) {
	k := newKernel(t)
	k.route("10.17.0.0/16", "eth1")
	link, err := netlink.LinkByName("eth1")
	k.do(err)
	k.do(netlink.LinkSetDown(link))
	k.want(Route{})
	k.do(netlink.LinkSetName(link, "gre1"))
	t.Cleanup(func() { k.do(netlink.LinkDel(link)) })
	k.do(netlink.LinkSetUp(link))
	k.route("10.17.0.0/16", "eth1") // by its index
	k.want(Route{Prefix: seoul, Device: "gre1"})
}

func TestDroppingRoutes(t *testing.T) {
	for typ, want := range map[int]Type{
		unix.RTN_BLACKHOLE: Blackhole, unix.RTN_UNREACHABLE: Unreachable, unix.RTN_PROHIBIT: Prohibit,
	} {
		t.Run(string(want), func(t *testing.T) {
			k := newKernel(t)
			k.route("0.0.0.0/0", "eth1")
			k.route("10.17.0.0/16", "", dropping(typ), metric(250))
			k.want(Route{Prefix: seoul, Type: want})
			k.route("10.17.0.0/16", "eth2", metric(100))
			k.want(Route{Prefix: seoul, Device: "eth2"})
		})
	}
}

func TestThrowAndTheDefaultTable(t *testing.T) {
	k := newKernel(t)
	k.route("10.0.0.0/8", "eth2", inTable(unix.RT_TABLE_DEFAULT))
	k.route("10.17.0.0/16", "eth2", inTable(1017))
	k.want(Route{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Device: "eth2"})
	k.route("0.0.0.0/0", "eth1")
	k.want(Route{Prefix: netip.MustParsePrefix("0.0.0.0/0"), Device: "eth1"})
	k.route("10.17.0.0/16", "", dropping(unix.RTN_THROW))
	k.want(Route{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Device: "eth2"})
}

func TestMultipath(t *testing.T) {
	k := newKernel(t)
	k.route("10.17.0.0/16", "", func(r *netlink.Route) {
		r.Scope = unix.RT_SCOPE_UNIVERSE
		r.MultiPath = []*netlink.NexthopInfo{
			{LinkIndex: k.index["eth2"], Gw: gateway.AsSlice(), Flags: int(netlink.FLAG_ONLINK)},
			{LinkIndex: k.index["eth1"]},
		}
	})
	k.want(Route{Prefix: seoul, Device: "eth2", Gateway: gateway, NextHops: 2})
	link, err := netlink.LinkByName("eth2")
	k.do(err)
	k.do(netlink.LinkSetDown(link))
	k.want(Route{Prefix: seoul, Device: "eth1"})
}

// TestLinkWithoutCarrier: the kernel goes on using such a route, into the black
// hole (R2), unless it was told to ignore it.
func TestLinkWithoutCarrier(t *testing.T) {
	const ignore = "/proc/sys/net/ipv4/conf/eth1/ignore_routes_with_linkdown"
	k := newKernel(t)
	k.route("10.17.0.0/16", "eth1")
	k.route("0.0.0.0/0", "eth2")
	far, err := netlink.LinkByName("eth1p")
	k.do(err)
	k.do(netlink.LinkSetDown(far))
	k.awaitNoCarrier("eth1")
	k.want(Route{Prefix: seoul, Device: "eth1"})
	if err := os.WriteFile(ignore, []byte("1"), 0); err != nil {
		t.Skip(err) // /proc/sys may be read-only
	}
	k.want(Route{Prefix: netip.MustParsePrefix("0.0.0.0/0"), Device: "eth2"})
}

// awaitNoCarrier waits until the kernel has noticed. It takes up to a second if
// much happened to interfaces before.
func (k *kernel) awaitNoCarrier(name string) {
	k.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		link, err := netlink.LinkByName(name)
		k.do(err)
		if link.Attrs().OperState != netlink.OperUp {
			return
		}
		if time.Now().After(deadline) {
			k.t.Fatalf("%s still has a carrier", name)
		}
	}
}

func TestSnapshotDoesNotChange(t *testing.T) {
	k := newKernel(t)
	r := k.route("10.17.0.0/16", "eth1")
	s, err := k.table.Read()
	k.do(err)
	k.do(netlink.RouteDel(r))
	if got, ok := s.Lookup(seoul); !ok || got.Device != "eth1" {
		t.Errorf("after the route is gone an old snapshot says %+v, %v", got, ok)
	}
	k.want(Route{})
}

func TestReadAfterClose(t *testing.T) {
	table, err := Open() // needs no namespace of its own
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := table.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := table.Read(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Read after Close: %v, want os.ErrClosed", err)
	}
}
