package main

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"greylag/probe/netlab"
	"greylag/probe/netlab/netlabtest"
)

// routersDir has the configurations of a hub and three spokes.
const routersDir = "testdata/routers"

// router is the part of a configuration that a kernel of its own can have: the
// addresses and the static routes by a gateway. The rest is import's to understand.
type router struct {
	name      string
	addresses []ifaceAddress
	routes    []gatewayRoute

	host  *netlab.Host
	lines []*line
}

type ifaceAddress struct {
	iface  string
	prefix netip.Prefix
}

type gatewayRoute struct {
	prefix   netip.Prefix
	gateway  netip.Addr
	distance int
}

// readRouter reads a configuration in full spelling.
func readRouter(t *testing.T, file string) *router {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, iface := new(router), ""
	for text := range strings.Lines(string(content)) {
		words := strings.Fields(text)
		switch {
		case len(words) == 2 && words[0] == "hostname":
			r.name = words[1]
		case len(words) == 2 && words[0] == "interface":
			iface = words[1]
		case len(words) == 4 && words[0] == "ip" && words[1] == "address" && !strings.HasPrefix(iface, "Tunnel"):
			r.addresses = append(r.addresses, ifaceAddress{iface, maskedPrefix(t, words[2], words[3])})
		case len(words) >= 5 && words[0] == "ip" && words[1] == "route" && !strings.HasPrefix(words[4], "Tunnel"):
			r.routes = append(r.routes, readRoute(t, words[2:]))
		}
	}
	return r
}

// readRoute reads PREFIX MASK GATEWAY [DISTANCE].
func readRoute(t *testing.T, words []string) gatewayRoute {
	t.Helper()
	route := gatewayRoute{maskedPrefix(t, words[0], words[1]), netip.MustParseAddr(words[2]), 1}
	if len(words) > 3 {
		var err error
		if route.distance, err = strconv.Atoi(words[3]); err != nil {
			t.Fatal(err)
		}
	}
	return route
}

func maskedPrefix(t *testing.T, address, mask string) netip.Prefix {
	t.Helper()
	a, err := netip.ParseAddr(address)
	if err != nil {
		t.Fatal(err)
	}
	ones, _ := net.IPMask(net.ParseIP(mask).To4()).Size()
	return netip.PrefixFrom(a, ones)
}

// line is a router's line to the provider, who has its gateway's address.
type line struct {
	t      *testing.T
	router *router
	near   netip.Prefix // the router's end
	wire   netlab.Wire
	routes []gatewayRoute // by this line
}

// setUp mends the line or cuts it at both ends. A router puts its static routes
// back when a line comes up.
func (l *line) setUp(up bool) {
	l.t.Helper()
	errs := []error{l.wire.SetUp(up)}
	for _, r := range l.routes {
		if up {
			errs = append(errs, l.router.host.AddRoute(r.prefix, r.gateway, r.distance))
		}
	}
	l.do(errs...)
}

func (l *line) do(errs ...error) {
	l.t.Helper()
	for _, err := range errs {
		if err != nil {
			l.t.Fatalf("the line at %v of %s: %v", l.near, l.router.name, err)
		}
	}
}

// routerNet is a network of namespaces made from configurations: a router each, and
// a provider between them who forwards.
type routerNet struct {
	t        *testing.T
	files    []string // base names
	routers  map[string]*router
	provider *netlab.Host
}

func newRouterNet(t *testing.T) *routerNet {
	t.Helper()
	needSockets(t)
	n := &routerNet{t: t, routers: map[string]*router{}, provider: netlabtest.Host(t)}
	n.do(n.provider.Forward())
	files, err := filepath.Glob(filepath.Join(routersDir, "*.cfg"))
	n.do(err)
	for _, file := range files {
		n.files = append(n.files, filepath.Base(file))
		r := readRouter(t, file)
		r.host = netlabtest.Host(t)
		n.routers[r.name] = r
		for _, a := range r.addresses {
			n.connect(r, a)
		}
	}
	return n
}

// connect gives the router an address: on a line to the provider where a route has
// its gateway there.
func (n *routerNet) connect(r *router, a ifaceAddress) {
	n.t.Helper()
	l := &line{t: n.t, router: r, near: a.prefix, routes: slices.Clone(r.routes)}
	l.routes = slices.DeleteFunc(l.routes, func(g gatewayRoute) bool { return !a.prefix.Contains(g.gateway) })
	if len(l.routes) == 0 {
		n.do(r.host.AddAddress(a.prefix))
		return
	}
	number := len(r.lines)
	l.wire = netlab.Wire{
		{Host: n.provider, Name: fmt.Sprintf("%s%d", r.name, number), Address: netip.PrefixFrom(l.routes[0].gateway, a.prefix.Bits())},
		{Host: r.host, Name: fmt.Sprintf("wan%d", number), Address: a.prefix},
	}
	l.do(l.wire.Connect())
	l.setUp(true)
	r.lines = append(r.lines, l)
}

// lineTo is the line on which an address is.
func (n *routerNet) lineTo(a netip.Addr) *line {
	n.t.Helper()
	for _, r := range n.routers {
		for _, l := range r.lines {
			if l.near.Addr() == a {
				return l
			}
		}
	}
	n.t.Fatalf("%v is on no line", a)
	return nil
}

func (n *routerNet) do(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}
