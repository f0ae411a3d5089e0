package main

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
	"greylag/probe/netlab"
	"greylag/probe/simnet"
)

// Whatever becomes of devices, addresses and routes once greylag has given up its
// privileges, it follows: nothing of it needs them again.
func TestFollowsChangesWithoutPrivileges(t *testing.T) {
	needSockets(t)
	t.Parallel()
	link := wanLink(t)
	r := startIn(t, func(f func() error) error { return f() }, 3*soon, "headless", "-c", wanFleet(t), "--every", "100ms")
	t.Cleanup(func() { _ = r.Process.Kill(); _ = r.Wait() })
	m := &member{running: r, t: t, records: stream.NewDecoder(r.out)}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	becomes := func(state fleet.State) {
		t.Helper()
		m.next(func(e *fleet.Event) bool { return e.Tunnel == "second" && e.To == state })
	}

	m.awaitAll(fleet.Up, "wan0")
	awaitPrivileges(t, r.Process.Pid, noCapability)
	do(link.RemoveAddress(wanSecond))
	becomes(fleet.Down)
	do(link.AddAddress(wanSecond))
	becomes(fleet.Up)
	do(link.Delete())
	m.awaitAll(fleet.Down, "")
	do(link.Recreate())
	m.awaitAll(fleet.Up, "wan0")
	awaitPrivileges(t, r.Process.Pid, noCapability)
}

// awaitAll reads up to a report in which all four tunnels are in a state, and the
// watched route is into a device, "" for no route.
func (m *member) awaitAll(state fleet.State, device string) {
	m.t.Helper()
	for at := "?"; ; {
		r := m.record()
		switch {
		case r.Spoke != nil && r.Spoke.Route != nil:
			at = r.Spoke.Route.Device
		case r.Spoke != nil:
			at = ""
		case r.Summary != nil && r.Summary.Tunnels[state] == 4 && at == device:
			return
		}
	}
}

var (
	wanNear, wanFar = netip.MustParsePrefix("198.51.100.1/24"), netip.MustParsePrefix("198.51.100.2/24")
	wanSecond       = netip.MustParseAddr("198.51.100.99") // another address of this end
	wanFarEnds      = netip.MustParsePrefix("198.19.7.0/24")
)

// wanLink makes a link with far ends behind it.
func wanLink(t *testing.T) *netlab.Link {
	t.Helper()
	link, err := theLab.AddLink("wan0", wanNear, wanFar)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Delete() })
	far := map[[4]byte]netlab.Responder{}
	for i, source := range []netip.Addr{wanNear.Addr(), wanNear.Addr(), wanSecond, wanNear.Addr()} {
		end, err := simnet.NewFarEnd(wanFarEnd(i), simnet.Plain, simnet.Tunnel{Remote: source})
		if err != nil {
			t.Fatal(err)
		}
		far[wanFarEnd(i).As4()] = answering{end}
	}
	server, err := theLab.Serve(t.Context(), func(to [4]byte) netlab.Responder { return far[to] })
	if err := errors.Join(err, theLab.FarPrefix(wanFarEnds), theLab.Underlay().RemoveRoute(wanFarEnds),
		link.AddRoute(wanFarEnds), link.AddAddress(wanSecond)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return link
}

func wanFarEnd(i int) netip.Addr { return netip.AddrFrom4([4]byte{198, 19, 7, byte(i + 1)}) }

// answering is a far end that answers at once.
type answering struct{ *simnet.FarEnd }

// Handle implements netlab.Responder.
func (a answering) Handle(packet []byte, now time.Time, emit func(time.Duration, []byte)) {
	if answer := a.FarEnd.Handle(nil, packet, now); answer != nil {
		emit(0, answer)
	}
}

// wanFleet is the inventory of those: one bound to the device, one as the routes say,
// one from the second address, one that is probed by echo.
func wanFleet(t *testing.T) (file string) {
	t.Helper()
	text := "[defaults]\ninterval = \"100ms\"\nretries = 2\n[[spoke]]\nname = \"site\"\nwatch = \"198.19.7.0/24\"\n"
	for i, own := range []string{
		"name = \"bound\"\nspoke = \"site\"\nsource = \"198.51.100.1\"\ndevice = \"wan0\"",
		"name = \"routed\"\nsource = \"198.51.100.1\"",
		"name = \"second\"\nsource = \"198.51.100.99\"",
		"name = \"echo\"\nsource = \"198.51.100.1\"\nprobe = \"icmp\"\ndevice = \"wan0\"",
	} {
		text += fmt.Sprintf("[[tunnel]]\n%s\ndestination = \"%v\"\n", own, wanFarEnd(i))
	}
	file = filepath.Join(t.TempDir(), "wan.toml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}
