//go:build linux

package hostcheck

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// conf reads a setting of an interface, net.ipv4.conf.DEVICE.NAME, below the
// directory where the kernel shows its settings; 0 where there is none.
func conf(settings, device, name string) int {
	text, err := os.ReadFile(filepath.Join(settings, "net/ipv4/conf", device, name))
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return n
}

// either is the larger of an interface's setting and that of all: the kernel's
// rule for rp_filter, and for what is on or off, accept_local among it
// (ip-sysctl.rst).
func either(settings, device, name string) int {
	return max(conf(settings, device, name), conf(settings, "all", name))
}

// gatherSettings reads what decides about answers that come, and about whether
// the kernel's own tunnels answer keepalives.
func (f *facts) gatherSettings(settings string) {
	f.rpFilter = map[string]int{}
	for _, device := range f.incoming() {
		f.rpFilter[device] = either(settings, device, "rp_filter")
	}
	for i := range f.tunnels {
		g := &f.tunnels[i]
		g.answers = g.up && either(settings, g.name, "rp_filter") == 0 &&
			either(settings, g.name, "accept_local") == 1 && conf(settings, g.name, "forwarding") == 1
	}
}

// moduleLoaded tells whether the kernel has a module, below the directory where
// it shows them. One that is built in is there if it has parameters.
func moduleLoaded(modules, name string) bool {
	_, err := os.Stat(filepath.Join(modules, name))
	return err == nil
}
