package main

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
	"greylag/probe/routes"
)

func TestInterfaceNames(t *testing.T) {
	tunnel := func(name, source, destination string, change ...func(*fleet.Tunnel)) fleet.Tunnel {
		t := fleet.Tunnel{Name: name, Probe: fleet.Keepalive,
			Source: netip.MustParseAddr(source), Destination: netip.MustParseAddr(destination)}
		for _, c := range change {
			c(&t)
		}
		return t
	}
	key := func(k uint32) func(*fleet.Tunnel) {
		return func(t *fleet.Tunnel) { t.Key, t.HasKey = k, true }
	}
	echo := func(t *fleet.Tunnel) { t.Probe = fleet.Echo }
	names := interfaceNames(&fleet.Inventory{Tunnels: []fleet.Tunnel{
		tunnel("plain", "192.0.2.1", "198.51.100.1"),
		tunnel("other source", "192.0.2.2", "198.51.100.1"),
		tunnel("key 0", "192.0.2.1", "198.51.100.1", key(0)),
		tunnel("key 7", "192.0.2.1", "198.51.100.1", key(7)),
		tunnel("echo beside it", "192.0.2.1", "198.51.100.1", echo),
		tunnel("echo alone", "192.0.2.1", "198.51.100.2", echo),
		tunnel("twin", "192.0.2.1", "198.51.100.3"),
		tunnel("its twin", "192.0.2.1", "198.51.100.3"),
		tunnel("of three", "192.0.2.1", "198.51.100.4", echo),
		tunnel("echoes", "192.0.2.1", "198.51.100.4", echo),
		tunnel("to one place", "192.0.2.1", "198.51.100.4", echo),
	}})
	gre := func(local, remote string) routes.GRE {
		g := routes.GRE{Remote: netip.MustParseAddr(remote)}
		if local != "" {
			g.Local = netip.MustParseAddr(local)
		}
		return g
	}
	keyed := func(g routes.GRE, key uint32) routes.GRE {
		g.Key, g.HasKey = key, true
		return g
	}
	for _, tt := range []struct {
		ends routes.GRE
		want string
	}{
		{gre("192.0.2.1", "198.51.100.1"), "plain"},
		{gre("192.0.2.2", "198.51.100.1"), "other source"},
		{gre("", "198.51.100.1"), ""}, // either source
		{gre("192.0.2.9", "198.51.100.1"), ""},
		{keyed(gre("192.0.2.1", "198.51.100.1"), 0), "key 0"},
		{keyed(gre("192.0.2.1", "198.51.100.1"), 7), "key 7"},
		{keyed(gre("", "198.51.100.1"), 7), "key 7"},
		{keyed(gre("192.0.2.1", "198.51.100.1"), 8), ""},
		{gre("192.0.2.1", "198.51.100.2"), "echo alone"},
		{gre("", "198.51.100.2"), "echo alone"},
		{gre("192.0.2.1", "198.51.100.3"), ""}, // either twin
		{gre("192.0.2.1", "198.51.100.4"), ""},
		{gre("198.51.100.1", "192.0.2.1"), ""},
		{routes.GRE{}, ""},
	} {
		if got := names[tt.ends]; got != tt.want {
			t.Errorf("%+v is %q, want %q", tt.ends, got, tt.want)
		}
	}
}

func TestRouteInTheFleetsTerms(t *testing.T) {
	prefix := netip.MustParsePrefix("10.17.0.0/16")
	w := routeWatch{tunnel: func(c *routes.Change) string { return map[string]string{"gre1": "a"}[c.Route.Device] }}
	for name, tt := range map[string]struct {
		found routes.Finding
		want  *fleet.Route
	}{
		"none": {routes.Finding{}, nil},
		"into a tunnel": {routes.Finding{Found: true, Route: routes.Route{Prefix: prefix, Type: routes.Unicast, Device: "gre1", NextHops: 1}},
			&fleet.Route{Prefix: "10.17.0.0/16", Device: "gre1", Tunnel: "a", NextHops: 1}},
		"elsewhere, two ways": {routes.Finding{Found: true, Route: routes.Route{Prefix: prefix, Type: routes.Unicast, Device: "eth0",
			Gateway: netip.MustParseAddr("192.0.2.1"), NextHops: 2}},
			&fleet.Route{Prefix: "10.17.0.0/16", Device: "eth0", Gateway: "192.0.2.1", NextHops: 2}},
		"no way": {routes.Finding{Found: true, Route: routes.Route{Prefix: prefix, Type: routes.Blackhole}},
			&fleet.Route{Prefix: "10.17.0.0/16", Type: "blackhole"}},
	} {
		if diff := cmp.Diff(tt.want, w.route(&routes.Change{Finding: tt.found})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// Without a watched prefix nothing is opened, and nobody listens to the kernel.
func TestNoWatchOpensNothing(t *testing.T) {
	s := &station{inv: &fleet.Inventory{Spokes: []fleet.Spoke{{Name: "seoul"}}}}
	if err := s.openRoutes(); err != nil || s.routes != nil || s.conns != nil {
		t.Errorf("%v, %+v", err, s)
	}
}
