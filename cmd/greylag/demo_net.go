package main

import (
	"errors"
	"fmt"
	"net/netip"

	"greylag/fleet"
	"greylag/probe/gre"
	"greylag/probe/simnet"
)

// demoSeed decides what the demo's network leaves to chance.
const demoSeed = 1

// demoNet is the far side of the demo's fleet: its far ends and the ways to
// them. Behind its host are either the program's simulated sockets or, in a
// namespace, real packets.
type demoNet struct {
	fleet *demoFleet
	net   *simnet.Net
	host  *simnet.Host // this end
	ways  []way        // as fleet.inv.Tunnels
}

// way is one tunnel's path through the network, and its far end.
type way struct {
	far       *simnet.FarEnd
	out, back *simnet.Path
}

func newDemoNet(f *demoFleet) (*demoNet, error) {
	n := &demoNet{fleet: f, net: simnet.New(demoSeed)}
	var err error
	if n.host, err = n.net.Host(demoSources()...); err != nil {
		return nil, err
	}
	for i := range f.inv.Tunnels {
		if err := n.lay(i); err != nil {
			return nil, fmt.Errorf("far end of %s: %w", f.inv.Tunnels[i].Name, err)
		}
	}
	return n, nil
}

// lay puts the far end of tunnel i on the network and sets up the way to it.
func (n *demoNet) lay(i int) error {
	t, side := &n.fleet.inv.Tunnels[i], &n.fleet.farSides[i]
	far, err := simnet.NewFarEnd(t.Destination, side.conduct, simnet.Tunnel{
		Remote: t.Source, Key: t.Key, HasKey: t.HasKey, Checksum: t.Checksum, Sequence: t.Sequence,
	})
	if err != nil {
		return err
	}
	if err := n.net.Add(far); err != nil {
		return err
	}
	out, failed := n.net.Path(t.Source, t.Destination)
	back, err := n.net.Path(t.Destination, t.Source)
	if err := errors.Join(failed, err); err != nil {
		return err
	}
	n.ways = append(n.ways, way{far, out, back})
	n.setWay(i, true)
	return n.originate(t, side)
}

// originate has a far end send keepalives of its own, if it does (R12).
func (n *demoNet) originate(t *fleet.Tunnel, side *farSide) error {
	if side.speaks == 0 {
		return nil
	}
	o, err := simnet.NewOrigin(gre.Spec{
		Source: t.Destination, Destination: t.Source, TTL: t.TTL, TOS: t.TOS,
		Key: t.Key, HasKey: t.HasKey, Checksum: t.Checksum, Sequence: t.Sequence,
	})
	if err == nil {
		n.net.Originate(o, side.speaks)
	}
	return err
}

// setWay makes the way to the far end of tunnel i carry packets, or lose all.
func (n *demoNet) setWay(i int, whole bool) {
	side, w := &n.fleet.farSides[i], &n.ways[i]
	there := simnet.Impairment{Delay: side.rtt / 2, Loss: side.loss}
	home := simnet.Impairment{Delay: side.rtt - side.rtt/2}
	if !whole {
		there.Loss, home.Loss = 1, 1
	}
	w.out.Set(there)
	w.back.Set(home)
}

// setUnderlay makes the ways of all tunnels of a hub carry packets, or lose all.
func (n *demoNet) setUnderlay(hub string, whole bool) {
	for i := range n.fleet.inv.Tunnels {
		if n.fleet.inv.Tunnels[i].Hub == hub {
			n.setWay(i, whole)
		}
	}
}

// setSpoke changes what all far ends of a spoke do.
func (n *demoNet) setSpoke(spoke string, conduct simnet.Scenario) error {
	for i := range n.fleet.inv.Tunnels {
		if n.fleet.inv.Tunnels[i].Spoke != spoke {
			continue
		}
		if err := n.ways[i].far.SetScenario(conduct); err != nil {
			return err
		}
	}
	return nil
}

// stage is where a demo takes place.
type stage struct {
	*demoNet
	network    network
	setAddress func(a netip.Addr, present bool) error // gives this end an address, or takes it away
	headline   string                                 // what the packets are
	label      string                                 // the same in few words, for the screen
}
