//go:build linux

package netlab

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

const (
	// queueLength, in packets, matters only where a test puts a queueing
	// discipline on a link: veth itself has none and drops nothing.
	queueLength = 20000
	// carrierTimeout is how long the kernel may take to start both ends of a
	// pair; it takes milliseconds.
	carrierTimeout = 5 * time.Second
)

// create makes the pair, and all that is declared on it.
func (k *Link) create() error {
	if err := k.lab.near.netlink.LinkAdd(k.veth()); errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("making link %s: there is one of that name: close the other lab first", k.name)
	} else if err != nil {
		return fmt.Errorf("making the veth pair %s – %s: %w", k.name, k.farName, err)
	}
	k.present = true
	far, err := k.lab.far.netlink.LinkByName(k.farName)
	if err != nil {
		return errors.Join(err, k.delete())
	}
	err = errors.Join(
		k.lab.far.netlink.LinkSetARPOff(far),
		k.lab.far.netlink.AddrReplace(far, &netlink.Addr{IPNet: ipNet(k.far)}),
		k.lab.far.netlink.LinkSetUp(far),
	)
	if err == nil {
		err = k.restore()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("setting up link %s: %w", k.name, err), k.delete())
	}
	return nil
}

// veth describes the pair. Both ends have the same hardware address and, once
// made, no ARP: a kernel without ARP sends to its own address, which here is the
// other end's too. So nothing waits for ARP and nothing is flushed.
func (k *Link) veth() *netlink.Veth {
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.TxQLen = k.name, queueLength
	attrs.HardwareAddr = net.HardwareAddr{2, 0, 0, 0, byte(k.metric >> 8), byte(k.metric)}
	return &netlink.Veth{
		LinkAttrs: attrs, PeerName: k.farName, PeerTxQLen: queueLength,
		PeerHardwareAddr: attrs.HardwareAddr, PeerNamespace: netlink.NsFd(k.lab.far.namespace),
	}
}

// delete removes the pair; the far end goes with the near one.
func (k *Link) delete() error {
	k.present = false
	near, err := k.lab.near.netlink.LinkByName(k.name)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return k.lab.near.netlink.LinkDel(near)
}

// restore puts on the link what is declared and missing. Routes must wait for
// an interface that is up and has an address.
func (k *Link) restore() error {
	if !k.present {
		return nil
	}
	near, err := k.lab.near.netlink.LinkByName(k.name)
	if err != nil {
		return err
	}
	far, err := k.lab.far.netlink.LinkByName(k.farName)
	if err != nil {
		return err
	}
	if err := k.restoreAddresses(near, far); err != nil || !k.up {
		return err
	}
	if err := k.lab.near.netlink.LinkSetUp(near); err != nil {
		return err
	}
	if err := k.restoreRoutes(near); err != nil {
		return err
	}
	return k.awaitCarrier()
}

func (k *Link) restoreAddresses(near, far netlink.Link) error {
	if err := k.lab.near.netlink.LinkSetARPOff(near); err != nil {
		return err
	}
	for _, p := range k.addresses {
		if err := k.lab.near.netlink.AddrReplace(near, &netlink.Addr{IPNet: ipNet(p)}); err != nil {
			return fmt.Errorf("address %v: %w", p, err)
		}
		if p == k.near {
			continue // the far end has it in its own prefix
		}
		if err := k.lab.far.netlink.RouteReplace(k.farRoute(far, p)); err != nil {
			return fmt.Errorf("far route to %v: %w", p, err)
		}
	}
	return nil
}

func (k *Link) restoreRoutes(near netlink.Link) error {
	if len(k.addresses) == 0 {
		return nil
	}
	for _, p := range k.routes {
		if err := k.lab.near.netlink.RouteReplace(k.nearRoute(near, p)); err != nil {
			return fmt.Errorf("route to %v: %w", p, err)
		}
	}
	return nil
}

// awaitCarrier waits until both ends of the link send.
func (k *Link) awaitCarrier() error {
	return awaitCarrier(&k.lab.near, k.name, &k.lab.far, k.farName)
}

// awaitCarrier waits until both ends of a pair send: until the kernel has noticed the
// carrier, an interface that is up drops packets without a word.
func awaitCarrier(s *side, name string, other *side, otherName string) error {
	for deadline := time.Now().Add(carrierTimeout); ; time.Sleep(time.Millisecond) {
		a, err := s.netlink.LinkByName(name)
		if err != nil {
			return err
		}
		b, err := other.netlink.LinkByName(otherName)
		if err != nil {
			return err
		}
		if a.Attrs().OperState == netlink.OperUp && b.Attrs().OperState == netlink.OperUp {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("no carrier within %v: %s is %v, %s is %v", carrierTimeout,
				name, a.Attrs().OperState, otherName, b.Attrs().OperState)
		}
	}
}
