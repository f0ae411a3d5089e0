//go:build linux

package routes

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// TestAgainstTheKernel asks the kernel itself, address by address, which route
// it would use, over random tables of overlapping routes.
func TestAgainstTheKernel(t *testing.T) {
	random := rand.New(rand.NewPCG(10, 17))
	for round := range 8 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			k := newKernel(t)
			for range 40 {
				k.randomRoute(random)
			}
			s, err := k.table.Read()
			k.do(err)
			for range 100 {
				addr := netip.AddrFrom4([4]byte{10, byte(random.IntN(2)), byte(random.IntN(2)), byte(random.IntN(4))})
				got, ok := s.Lookup(netip.PrefixFrom(addr, 32))
				if want := k.ask(addr); describe(got, ok) != want {
					t.Errorf("%v: %s, the kernel says %s", addr, describe(got, ok), want)
				}
			}
		})
	}
}

func (k *kernel) randomRoute(random *rand.Rand) {
	k.t.Helper()
	prefix := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(random.IntN(2)), byte(random.IntN(2)), byte(random.IntN(4))}), 8+random.IntN(25))
	r := &netlink.Route{Dst: destination(prefix.Masked().String()), Priority: random.IntN(4), Table: unix.RT_TABLE_MAIN}
	if random.IntN(4) == 0 {
		r.Table = unix.RT_TABLE_DEFAULT
	}
	switch random.IntN(8) {
	case 0:
		r.Type = []int{unix.RTN_BLACKHOLE, unix.RTN_UNREACHABLE, unix.RTN_PROHIBIT, unix.RTN_THROW}[random.IntN(4)]
	default:
		r.LinkIndex, r.Scope = k.index[[]string{"eth1", "eth2"}[random.IntN(2)]], unix.RT_SCOPE_LINK
	}
	if err := netlink.RouteAppend(r); err != nil && !errors.Is(err, unix.EEXIST) {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() { _ = netlink.RouteDel(r) }) // those by a device went with it
}

// ask returns what the kernel answers to a lookup of its own tables.
func (k *kernel) ask(addr netip.Addr) string {
	k.t.Helper()
	list, err := netlink.RouteGetWithOptions(addr.AsSlice(), &netlink.RouteGetOptions{FIBMatch: true})
	for refusal, word := range map[unix.Errno]string{
		unix.ENETUNREACH: "none", unix.EINVAL: "blackhole", unix.EHOSTUNREACH: "unreachable", unix.EACCES: "prohibit",
	} {
		if errors.Is(err, refusal) {
			return word
		}
	}
	k.do(err)
	prefix, _ := prefixOf(list[0].Dst)
	for name, index := range k.index {
		if index == list[0].LinkIndex {
			return prefix.String() + " " + name
		}
	}
	return "by another device"
}

func describe(r Route, ok bool) string {
	switch {
	case !ok:
		return "none"
	case r.Type.Drops():
		return string(r.Type)
	}
	return r.Prefix.String() + " " + r.Device
}

// TestNeedsNoPrivilege opens and reads on a thread without any capability.
func TestNeedsNoPrivilege(t *testing.T) {
	k := newKernel(t)
	k.route("10.17.0.0/16", "eth1")
	result := make(chan string)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread dies with the goroutine
		result <- readWithoutCapabilities()
	}()
	if got := <-result; got != "10.17.0.0/16 eth1" {
		t.Errorf("without capabilities: %s", got)
	}
}

func readWithoutCapabilities() string {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&header, &none[0]); err != nil {
		return err.Error()
	}
	table, err := Open()
	if err != nil {
		return err.Error()
	}
	defer table.Close()
	s, err := table.Read()
	if err != nil {
		return err.Error()
	}
	return describe(s.Lookup(seoul))
}

// BenchmarkRead reads a table of 10,000 routes, one for each of so many spokes.
func BenchmarkRead(b *testing.B) {
	k := newKernel(b)
	for i := range 10_000 {
		prefix := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 0}), 24)
		k.do(netlink.RouteAdd(&netlink.Route{Dst: destination(prefix.String()), LinkIndex: k.index["eth1"], Scope: unix.RT_SCOPE_LINK}))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.table.Read(); err != nil {
			b.Fatal(err)
		}
	}
}
