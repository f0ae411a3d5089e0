//go:build linux

package hostcheck

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// kernel answers by netlink.
type kernel struct{ *netlink.Handle }

func (f *facts) gatherLinks(k kernel) error {
	list, err := k.LinkList()
	if err != nil && !errors.Is(err, netlink.ErrDumpInterrupted) {
		return fmt.Errorf("asking the kernel for its interfaces: %w", err)
	}
	f.links, f.names = make(map[string]link, len(list)), make(map[int]string, len(list))
	for _, l := range list {
		a := l.Attrs()
		f.names[a.Index] = a.Name
		f.links[a.Name] = link{
			index: a.Index, master: a.MasterIndex,
			up:      a.RawFlags&unix.IFF_UP != 0,
			carrier: a.RawFlags&unix.IFF_LOWER_UP != 0,
		}
		if g, is := greDeviceOf(l); is {
			f.tunnels, f.module = append(f.tunnels, g), true
		}
	}
	return nil
}

// greDeviceOf reads a GRE tunnel of IPv4. The devices that the module makes for
// itself are none: they match no address.
func greDeviceOf(l netlink.Link) (g greDevice, is bool) {
	t, is := l.(*netlink.Gretun)
	if !is || l.Type() != "gre" {
		return g, false
	}
	g = greDevice{
		name: t.Name, local: addrOf(t.Local), remote: addrOf(t.Remote),
		key: t.IKey, hasKey: t.IFlags&greKeyFlag != 0, up: t.RawFlags&unix.IFF_UP != 0,
	}
	return g, true
}

const greKeyFlag = 0x2000 // linux/if_tunnel.h, GRE_KEY

func addrOf(ip net.IP) netip.Addr {
	a, _ := netip.AddrFromSlice(ip)
	return a.Unmap()
}

// gatherAddresses finds out where the tunnels' sources are.
func (f *facts) gatherAddresses(k kernel) error {
	list, err := k.AddrList(nil, netlink.FAMILY_V4)
	if err != nil && !errors.Is(err, netlink.ErrDumpInterrupted) {
		return fmt.Errorf("asking the kernel for its addresses: %w", err)
	}
	on := make(map[netip.Addr]string, len(list))
	for _, a := range list {
		on[addrOf(a.IP)] = f.names[a.LinkIndex]
	}
	f.sources = make(map[netip.Addr]place)
	for i := range f.Tunnels {
		source := f.Tunnels[i].Source
		if _, done := f.sources[source]; !done {
			r, err := k.route(netlink.RouteGetOptions{}, source)
			f.sources[source] = place{local: err == nil && r.Type == unix.RTN_LOCAL, device: on[source]}
		}
	}
	return nil
}

// route asks by which route the kernel sends to an address.
func (k kernel) route(o netlink.RouteGetOptions, to netip.Addr) (netlink.Route, error) {
	list, err := k.RouteGetWithOptions(to.AsSlice(), &o)
	switch {
	case err != nil:
		return netlink.Route{}, err
	case len(list) == 0:
		return netlink.Route{}, unix.ENETUNREACH
	}
	return list[0], nil
}

// gatherWays asks for the way to each tunnel's destination, once for each that
// differs: thousands take some tens of milliseconds.
func (f *facts) gatherWays(k kernel) {
	if r, err := k.route(netlink.RouteGetOptions{}, anywhere); err == nil {
		f.uplink = f.names[r.LinkIndex]
	}
	type question struct {
		source, destination netip.Addr
		device              string
	}
	asked := map[question]way{}
	f.ways = make([]way, len(f.Tunnels))
	for i := range f.Tunnels {
		t := &f.Tunnels[i]
		q := question{t.Source, t.Destination, t.Device}
		w, known := asked[q]
		if !known {
			w = f.askWay(k, q.source, q.destination, q.device)
			asked[q] = w
		}
		f.ways[i] = w
	}
}

// anywhere is an address of the public Internet: that of a.root-servers.net. The
// kernel is asked about it, nothing is sent to it.
var anywhere = netip.AddrFrom4([4]byte{198, 41, 0, 4})

// askWay asks as the kernel itself does for a packet: from the source, if it is
// this host's, and by the device.
func (f *facts) askWay(k kernel, source, destination netip.Addr, device string) (w way) {
	var o netlink.RouteGetOptions
	if f.sources[source].local {
		o.SrcAddr = source.AsSlice()
	}
	if r, err := k.route(o, destination); err == nil {
		w.plain = f.names[r.LinkIndex]
	} else {
		w.err = err
	}
	w.device = w.plain
	if device != "" {
		w.device, w.err = f.bound(k, o, destination, device)
	}
	return w
}

// bound asks for the way by a device. A VRF's packets leave by one of its own.
func (f *facts) bound(k kernel, o netlink.RouteGetOptions, destination netip.Addr, device string) (by string, err error) {
	if !f.links[device].up {
		return "", nil // said by another check
	}
	o.OifIndex = f.links[device].index
	r, err := k.route(o, destination)
	if err != nil {
		return "", err
	}
	return f.names[r.LinkIndex], nil
}
