//go:build linux

package hostcheck

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// host is where this host shows its state.
type host struct {
	settings string // directory of the kernel's
	modules  string // directory of the kernel's
	run      runner // of the firewall's tools
}

var thisHost = host{settings: "/proc/sys", modules: "/sys/module", run: command}

// gather collects the facts.
func gather(ctx context.Context, h host, fleet Fleet) (*facts, error) {
	f := &facts{Fleet: fleet}
	handle, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("asking the kernel about interfaces and routes: %w", err)
	}
	defer handle.Close()
	k := kernel{handle}
	if err := f.gatherLinks(k); err != nil {
		return nil, err
	}
	if err := f.gatherAddresses(k); err != nil {
		return nil, err
	}
	f.gatherWays(k)
	f.gatherSettings(h.settings)
	f.module = f.module || moduleLoaded(h.modules, greModuleName)
	f.gatherSockets(ctx)
	f.gatherRules(ctx, h.run)
	return f, nil
}

// incoming are the interfaces by which answers come: those by which the tunnels'
// packets leave, or the default route's. The loopback interface is none.
func (f *facts) incoming() []string {
	names := map[string]bool{f.uplink: len(f.Tunnels) == 0}
	for i := range f.ways {
		names[f.ways[i].device] = true
	}
	delete(names, "")
	delete(names, loopback)
	maps.DeleteFunc(names, func(_ string, is bool) bool { return !is })
	return slices.Sorted(maps.Keys(names))
}

const loopback = "lo"
