//go:build linux

package netlab

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"github.com/vishvananda/netns"
)

// within runs f on this goroutine's thread, moved to the namespace there and
// back again. Should there be no way back the thread dies with the goroutine.
func within(there, back netns.NsHandle, f func() error) (err error) {
	runtime.LockOSThread()
	if err := netns.Set(there); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("entering the far network namespace: %w", err)
	}
	defer func() { // also when f ends the goroutine, as t.Fatal does
		if failed := netns.Set(back); failed != nil {
			err = errors.Join(err, fmt.Errorf("returning to the near network namespace: %w", failed))
			return
		}
		runtime.UnlockOSThread()
	}()
	return f()
}

// newNamespaces returns this process's network namespace and a new one.
func newNamespaces() (near, far netns.NsHandle, err error) {
	runtime.LockOSThread()
	near, err = netns.Get()
	if err != nil {
		runtime.UnlockOSThread()
		return netns.None(), netns.None(), fmt.Errorf("opening the near network namespace: %w", err)
	}
	far, err = netns.New()
	if err != nil {
		runtime.UnlockOSThread()
		return netns.None(), netns.None(), errors.Join(fmt.Errorf("making the far network namespace: %w", err), near.Close())
	}
	if err := netns.Set(near); err != nil { // the thread stays locked and dies
		return netns.None(), netns.None(), fmt.Errorf("returning to the near network namespace: %w", err)
	}
	runtime.UnlockOSThread()
	return near, far, nil
}

// setting is a sysctl of one network namespace.
type setting struct {
	name, value string
	optional    bool // a kernel may lack it
}

// quietSettings belong to both sides: no address of ours is a martian, and
// nothing but the tests' packets crosses the pair.
var quietSettings = []setting{
	{"net.ipv4.conf.all.rp_filter", "0", false},
	{"net.ipv4.conf.default.rp_filter", "0", false},
	{"net.ipv6.conf.all.disable_ipv6", "1", true},
	{"net.ipv6.conf.default.disable_ipv6", "1", true},
}

// silentSettings keep the far kernel from answering beside the responders: no
// echo, and no port unreachable for GRE where ip_gre is loaded. The latter has
// no switch; but no peer ever collects the credit of a day between two errors.
// A day in ms is below INT_MAX/6, where the kernel's product would overflow.
var silentSettings = []setting{
	{"net.ipv4.icmp_echo_ignore_all", "1", false},
	{"net.ipv4.icmp_ratelimit", "86400000", false},
	{"net.ipv4.icmp_ratemask", "6168", false}, // 3, 4, 11 and 12, the kernel's default
}

// apply makes the settings in this thread's namespace. One that is right already
// is not touched: /proc/sys may be read-only.
func apply(settings []setting) error {
	for _, s := range settings {
		if err := s.apply(); err != nil {
			return err
		}
	}
	return nil
}

func (s setting) apply() error {
	path := sysctlPath(s.name)
	now, err := os.ReadFile(path)
	if s.optional && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && strings.TrimSpace(string(now)) == s.value {
		return nil
	}
	if err := os.WriteFile(path, []byte(s.value), 0); err != nil {
		return fmt.Errorf("setting %s = %s: %w", s.name, s.value, err)
	}
	return nil
}

func sysctlPath(name string) string { return "/proc/sys/" + strings.ReplaceAll(name, ".", "/") }
