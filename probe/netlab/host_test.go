//go:build linux

package netlab_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"greylag/probe/netlab"
	"greylag/probe/netlab/netlabtest"
)

// Two hosts reach each other by a third, but not while a wire is down; and routes
// of their own come back when they are added again.
func TestHosts(t *testing.T) {
	a, b, between := netlabtest.Host(t), netlabtest.Host(t), netlabtest.Host(t)
	do := func(errs ...error) {
		t.Helper()
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	wires := []netlab.Wire{
		{{between, "a", netip.MustParsePrefix("198.51.100.1/30")}, {a, "wan", netip.MustParsePrefix("198.51.100.2/30")}},
		{{between, "b", netip.MustParsePrefix("203.0.113.1/30")}, {b, "wan", netip.MustParsePrefix("203.0.113.2/30")}},
	}
	all, gateway := netip.MustParsePrefix("0.0.0.0/0"), netip.MustParseAddr("203.0.113.1")
	do(between.Forward(), wires[0].Connect(), wires[1].Connect(),
		a.AddRoute(all, netip.MustParseAddr("198.51.100.1"), 1), b.AddRoute(all, gateway, 1),
		b.AddAddress(netip.MustParsePrefix("10.1.2.3/32")), between.AddRoute(netip.MustParsePrefix("10.1.2.3/32"), netip.MustParseAddr("203.0.113.2"), 1))
	far := net.UDPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 7}
	var listener, sender *net.UDPConn
	do(b.Do(func() (err error) { listener, err = net.ListenUDP("udp4", &far); return err }),
		a.Do(func() (err error) { sender, err = net.DialUDP("udp4", nil, &far); return err }))
	t.Cleanup(func() { listener.Close(); sender.Close() })
	arrives := func(text string, wait time.Duration) bool {
		if _, err := sender.Write([]byte(text)); err != nil { // the last one was unreachable
			_, _ = sender.Write([]byte(text))
		}
		do(listener.SetReadDeadline(time.Now().Add(wait)))
		got := make([]byte, 9)
		n, err := listener.Read(got)
		return err == nil && string(got[:n]) == text
	}
	if !arrives("first", patience) {
		t.Error("nothing arrives")
	}
	do(wires[1].SetUp(false))
	if arrives("second", 300*time.Millisecond) {
		t.Error("arrives by a wire that is down")
	}
	do(wires[1].SetUp(true), b.AddRoute(all, gateway, 1), between.AddRoute(netip.MustParsePrefix("10.1.2.3/32"), netip.MustParseAddr("203.0.113.2"), 1))
	if !arrives("third", patience) {
		t.Error("nothing arrives after the wire is up again")
	}
}
