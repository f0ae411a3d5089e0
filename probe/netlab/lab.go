//go:build linux

package netlab

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// The pair of links with which a lab begins. The addresses are RFC 5737's.
const (
	underlayNear = "near0"
	underlayFar  = "far0"
)

var (
	underlayNearPrefix = netip.MustParsePrefix("192.0.2.1/24")
	underlayFarPrefix  = netip.MustParsePrefix("192.0.2.2/24")
)

var errClosed = errors.New("the lab is closed")

// Lab is this process's network namespace, the near side, and a second one that
// holds all far ends. Its methods may be called by any goroutine.
type Lab struct {
	near, far side

	mu       sync.Mutex
	closed   bool
	links    []*Link // the underlay first
	prefixes []netip.Prefix
	servers  []*Server
}

// side is one of the two namespaces. Its netlink socket stays in it.
type side struct {
	namespace netns.NsHandle
	netlink   *netlink.Handle
}

// New makes a lab: lo up, reverse path filters and IPv6 off on both sides, the
// underlay near0 192.0.2.1/24 – far0 192.0.2.2/24, and a far kernel that answers
// neither echo nor what it has no port or tunnel for. It fails outside a process
// started by [Reexec], and while another lab is open.
func New() (*Lab, error) {
	if !Inside() {
		return nil, errors.New("a lab needs a network namespace of its own: start the program by netlab.Reexec")
	}
	l := new(Lab)
	if err := l.open(); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Lab) open() (err error) {
	l.near.namespace, l.far.namespace = netns.None(), netns.None()
	if l.near.namespace, l.far.namespace, err = newNamespaces(); err != nil {
		return err
	}
	if err := l.near.open(); err != nil {
		return err
	}
	if err := l.far.open(); err != nil {
		return err
	}
	if err := apply(quietSettings); err != nil {
		return err
	}
	if err := l.InFar(func() error { return apply(append(silentSettings, quietSettings...)) }); err != nil {
		return err
	}
	_, err = l.addLink(underlayNear, underlayFar, underlayNearPrefix, underlayFarPrefix)
	return err
}

func (s *side) open() (err error) {
	if s.netlink, err = netlink.NewHandleAt(s.namespace, unix.NETLINK_ROUTE); err != nil {
		return fmt.Errorf("opening a netlink socket: %w", err)
	}
	lo, err := s.netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("finding lo: %w", err)
	}
	if err := s.netlink.LinkSetUp(lo); err != nil {
		return fmt.Errorf("bringing lo up: %w", err)
	}
	return nil
}

func (s *side) close() error {
	if s.netlink != nil {
		s.netlink.Close()
	}
	if !s.namespace.IsOpen() {
		return nil
	}
	return s.namespace.Close()
}

// Close stops the servers and removes every link and the far side. Sockets that
// the caller opened in the far namespace keep it until they are closed. Closing
// again does nothing.
func (l *Lab) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	servers := l.servers
	l.mu.Unlock() // a responder may be using the lab while its server ends
	var errs []error
	for _, s := range servers {
		errs = append(errs, s.Close())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range l.links {
		errs = append(errs, k.delete())
	}
	return errors.Join(append(errs, l.near.close(), l.far.close())...)
}

// InFar runs f on a thread inside the far namespace: sockets that f itself opens
// are there, and stay there after it. Goroutines that f starts are near.
func (l *Lab) InFar(f func() error) error {
	return within(l.far.namespace, l.near.namespace, f)
}

// Underlay returns the lab's first link, near0 – far0.
func (l *Lab) Underlay() *Link {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.links[0]
}

// FarPrefix gives the far side every address of p, and the near side a route to
// p by the underlay. p must be IPv4 and hold none of the links' own addresses.
func (l *Lab) FarPrefix(p netip.Prefix) error {
	if err := l.ownPrefix(p.Masked()); err != nil {
		return fmt.Errorf("far prefix %v: %w", p, err)
	}
	return l.Underlay().AddRoute(p)
}

func (l *Lab) ownPrefix(p netip.Prefix) error {
	if err := mustBeIPv4(p); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return errClosed
	}
	for _, k := range l.links {
		if k.overlaps(p) {
			return fmt.Errorf("overlaps link %s, %v – %v: choose another prefix", k.name, k.near, k.far)
		}
	}
	lo, err := l.far.netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("finding the far lo: %w", err)
	}
	l.prefixes = append(l.prefixes, p)
	return l.far.netlink.RouteReplace(&netlink.Route{
		LinkIndex: lo.Attrs().Index, Dst: ipNet(p), Scope: netlink.SCOPE_HOST,
		Type: unix.RTN_LOCAL, Table: unix.RT_TABLE_LOCAL,
	})
}
