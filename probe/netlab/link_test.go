//go:build linux

package netlab_test

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"greylag/probe/netlab"
	"greylag/probe/netlab/netlabtest"
)

const farHost = "198.51.100.7"

var keepaliveLike = []byte{0, 0, 8, 0, 0xde, 0xad}

// reachable is a lab with a far end that mirrors, and a near socket.
func reachable(t *testing.T) (*netlab.Lab, near) {
	t.Helper()
	lab := netlabtest.Lab(t)
	must(t, lab.FarPrefix(netip.MustParsePrefix("198.51.100.0/24")))
	serve(t, lab, everywhere(mirror(0)))
	return lab, nearSocket(t, "47")
}

func TestLinkDownAndUp(t *testing.T) {
	lab, n := reachable(t)
	for range 3 {
		n.exchange(farHost, keepaliveLike)
		must(t, lab.Underlay().SetUp(false))
		if err := n.send(farHost, keepaliveLike); !errors.Is(err, syscall.ENETUNREACH) {
			t.Errorf("sending while the link is down: %v; want ENETUNREACH", err)
		}
		must(t, lab.Underlay().SetUp(true)) // the route is back, and nothing is dropped
	}
	n.exchange(farHost, keepaliveLike)
}

func TestLinkVanishesAndComesBack(t *testing.T) {
	lab, n := reachable(t)
	before, err := net.InterfaceByName("near0")
	must(t, err)
	must(t, lab.Underlay().Delete())
	must(t, lab.Underlay().Delete())
	if _, err := net.InterfaceByName("near0"); err == nil {
		t.Error("near0 is still there")
	}
	if err := n.send(farHost, keepaliveLike); !errors.Is(err, syscall.ENETUNREACH) {
		t.Errorf("sending without the link: %v; want ENETUNREACH", err)
	}
	for range 2 { // gone, and there
		must(t, lab.Underlay().Recreate())
		n.exchange(farHost, keepaliveLike)
	}
	if after, err := net.InterfaceByName("near0"); err != nil || after.Index == before.Index {
		t.Errorf("near0 is %+v, %v; want another index than %d", after, err, before.Index)
	}
}

func TestAddressRemoved(t *testing.T) {
	lab, n := reachable(t)
	own := netip.MustParseAddr("192.0.2.1")
	must(t, lab.Underlay().RemoveAddress(own))
	if err := n.send(farHost, keepaliveLike); !errors.Is(err, syscall.ENETUNREACH) {
		t.Errorf("sending from a host without an address: %v; want ENETUNREACH", err)
	}
	if err := lab.Underlay().RemoveAddress(own); err == nil || !strings.Contains(err.Error(), "no such address") {
		t.Errorf("removing it again: %v", err)
	}
	must(t, lab.Underlay().AddAddress(own))
	n.exchange(farHost, keepaliveLike)
}

// A second address, from nowhere near the link: the far side finds it, the
// socket can be bound to it while it is there, and not after.
func TestSecondAddress(t *testing.T) {
	lab, _ := reachable(t)
	second := netip.MustParseAddr("203.0.113.9")
	must(t, lab.Underlay().AddAddress(second))
	must(t, lab.Underlay().Recreate())
	conn, err := net.ListenPacket("ip4:47", second.String())
	must(t, err)
	defer conn.Close()
	bound := near{conn.(*net.IPConn), t}
	answer := bound.exchange(farHost, keepaliveLike)
	if to := netip.AddrFrom4([4]byte(answer[16:20])); to != second {
		t.Errorf("the answer went to %v; want %v", to, second)
	}
	must(t, lab.Underlay().RemoveAddress(second))
	if again, err := net.ListenPacket("ip4:47", second.String()); !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("binding to the removed address: %v, %v; want EADDRNOTAVAIL", again, err)
	}
}

func TestRoutes(t *testing.T) {
	lab, n := reachable(t)
	p := netip.MustParsePrefix("198.51.100.0/24")
	must(t, lab.Underlay().RemoveRoute(p))
	if err := n.send(farHost, keepaliveLike); !errors.Is(err, syscall.ENETUNREACH) {
		t.Errorf("sending without a route: %v; want ENETUNREACH", err)
	}
	if err := lab.Underlay().RemoveRoute(p); err == nil || !strings.Contains(err.Error(), "no such route") {
		t.Errorf("removing it again: %v", err)
	}
	must(t, lab.Underlay().SetUp(false))
	must(t, lab.Underlay().AddRoute(p)) // takes effect when the link is up
	must(t, lab.Underlay().SetUp(true))
	n.exchange(farHost, keepaliveLike)
}

func TestDeviceBoundPair(t *testing.T) {
	lab, _ := reachable(t)
	wan, err := lab.AddLink("wan1", netip.MustParsePrefix("198.18.0.1/24"), netip.MustParsePrefix("198.18.0.2/24"))
	must(t, err)
	must(t, wan.AddRoute(netip.MustParsePrefix("198.51.100.0/24")))
	bound := nearSocket(t, "47")
	bindToDevice(t, bound, "wan1")
	answer := bound.exchange(farHost, keepaliveLike)
	if to := netip.AddrFrom4([4]byte(answer[16:20])); to != wan.Near().Addr() {
		t.Errorf("the answer went to %v; want wan1's %v", to, wan.Near().Addr())
	}
	must(t, wan.SetUp(false))
	if err := bound.send(farHost, keepaliveLike); err == nil {
		t.Error("sent by wan1, which is down")
	}
	n := nearSocket(t, "47")
	n.exchange(farHost, keepaliveLike) // near0 does not care
	must(t, wan.SetUp(true))
	must(t, lab.Underlay().SetUp(false)) // and the other way: routes by wan1 take over
	n.exchange(farHost, keepaliveLike)
}

func bindToDevice(t *testing.T, n near, device string) {
	t.Helper()
	raw, err := n.SyscallConn()
	must(t, err)
	var refused error
	must(t, raw.Control(func(fd uintptr) {
		refused = syscall.SetsockoptString(int(fd), syscall.SOL_SOCKET, syscall.SO_BINDTODEVICE, device)
	}))
	must(t, refused)
}
