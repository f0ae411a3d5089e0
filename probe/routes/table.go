//go:build linux

package routes

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Table reads the kernel's routing tables, of the network namespace in which it
// was opened. It may be used by any number of goroutines.
type Table struct {
	mu      sync.Mutex // one dump at a time
	netlink *netlink.Handle
	devices int // a socket, by which the kernel tells the names of interfaces
	closed  bool
}

// Open opens the sockets that reading needs. They stay valid when the process
// gives up its privileges.
func Open() (*Table, error) {
	h, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("opening a socket to read the kernel's routes: %w", err)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		h.Close()
		return nil, fmt.Errorf("opening a socket to read the names of interfaces: %w", err)
	}
	return &Table{netlink: h, devices: fd}, nil
}

// Close closes the sockets. Closing again does nothing.
func (t *Table) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil
	}
	t.closed = true
	t.netlink.Close()
	return os.NewSyscallError("close", unix.Close(t.devices))
}

// dumpAttempts is how often a dump is tried that the kernel interrupts because
// routes change while it is written.
const dumpAttempts = 3

// Read dumps the tables: once for a report, however many prefixes it watches.
// Its cost grows with the kernel's routes, all tables together, and not with the
// prefixes. While routes change faster than they can be read, the snapshot may
// hold some as they were before and some as they were after.
//
// An error is that of the system call, or [os.ErrClosed].
func (t *Table) Read() (*Snapshot, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, fmt.Errorf("reading the kernel's routes: %w", os.ErrClosed)
	}
	var s *Snapshot
	err := error(netlink.ErrDumpInterrupted)
	for i := 0; i < dumpAttempts && errors.Is(err, netlink.ErrDumpInterrupted); i++ {
		s, err = t.dump()
	}
	if err != nil && !errors.Is(err, netlink.ErrDumpInterrupted) {
		return nil, fmt.Errorf("reading the kernel's routes: %w", err)
	}
	return s, nil
}

func (t *Table) dump() (*Snapshot, error) {
	s, name := new(Snapshot), t.names()
	// A filter by table number 0 is the library's way to say: all tables.
	all := &netlink.Route{Table: unix.RT_TABLE_UNSPEC}
	err := t.netlink.RouteListFilteredIter(netlink.FAMILY_V4, all, netlink.RT_FILTER_TABLE, func(k netlink.Route) bool {
		if e, usable := convert(&k, name); usable {
			s.add(k.Table, e)
		}
		return true
	})
	return s, err
}

// names asks the kernel for each interface at most once: a dump of interfaces
// would cost far more, each carrying all its counters. Index 0 is that of a route
// that names no interface.
func (t *Table) names() names {
	known := map[int]string{0: ""}
	return func(index int) (string, bool) {
		name, asked := known[index]
		if !asked {
			name = t.deviceName(index)
			known[index] = name
		}
		return name, name != "" || index == 0
	}
}

// deviceName is "" where the interface is gone, which its routes will be too.
func (t *Table) deviceName(index int) string {
	request, err := unix.NewIfreq("")
	if err != nil {
		return ""
	}
	request.SetUint32(uint32(index))
	if unix.IoctlIfreq(t.devices, unix.SIOCGIFNAME, request) != nil {
		return ""
	}
	return request.Name()
}
