//go:build linux

package routes

import (
	"net"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

func destination(s string) *net.IPNet {
	_, n, err := net.ParseCIDR(s)
	if err != nil {
		panic(err)
	}
	return n
}

// twoDevices are gre1 and gre2; every other index is gone.
func twoDevices(index int) (string, bool) {
	name, ok := map[int]string{0: "", 1: "gre1", 2: "gre2"}[index]
	return name, ok
}

func TestConvert(t *testing.T) {
	seoul := netip.MustParsePrefix("10.17.0.0/16")
	gateway, dead := net.IP{192, 0, 2, 1}, unix.RTNH_F_DEAD
	via := &netlink.Via{AddrFamily: unix.AF_INET6, Addr: net.ParseIP("fe80::1")}
	tests := map[string]struct {
		kernel netlink.Route // Dst is 10.17.0.0/16 unless it says so; Type unicast unless it says so
		want   Route
		unused bool
	}{
		"by a device":        {kernel: netlink.Route{LinkIndex: 1}, want: Route{Device: "gre1", NextHops: 1}},
		"by a gateway":       {kernel: netlink.Route{LinkIndex: 2, Gw: gateway}, want: Route{Device: "gre2", Gateway: netip.MustParseAddr("192.0.2.1"), NextHops: 1}},
		"by an IPv6 gateway": {kernel: netlink.Route{LinkIndex: 1, Via: via}, want: Route{Device: "gre1", Gateway: netip.MustParseAddr("fe80::1"), NextHops: 1}},
		"link down, yet used": {kernel: netlink.Route{LinkIndex: 1, Flags: unix.RTNH_F_LINKDOWN},
			want: Route{Device: "gre1", NextHops: 1}},
		"dead":          {kernel: netlink.Route{LinkIndex: 1, Flags: dead}, unused: true},
		"device gone":   {kernel: netlink.Route{LinkIndex: 9}, unused: true},
		"only for TOS":  {kernel: netlink.Route{LinkIndex: 1, Tos: 0x10}, unused: true},
		"IPv6":          {kernel: netlink.Route{LinkIndex: 1, Dst: destination("2001:db8::/32")}, unused: true},
		"no object":     {kernel: netlink.Route{}, want: Route{NextHops: 1}},
		"blackhole":     {kernel: netlink.Route{Type: unix.RTN_BLACKHOLE}, want: Route{Type: Blackhole}},
		"unreachable":   {kernel: netlink.Route{Type: unix.RTN_UNREACHABLE}, want: Route{Type: Unreachable}},
		"prohibit":      {kernel: netlink.Route{Type: unix.RTN_PROHIBIT}, want: Route{Type: Prohibit}},
		"local":         {kernel: netlink.Route{Type: unix.RTN_LOCAL, LinkIndex: 1}, want: Route{Type: "local", Device: "gre1", NextHops: 1}},
		"unknown type":  {kernel: netlink.Route{Type: 17, LinkIndex: 1}, want: Route{Type: "type 17", Device: "gre1", NextHops: 1}},
		"default route": {kernel: netlink.Route{LinkIndex: 1, Dst: destination("0.0.0.0/0")}, want: Route{Prefix: netip.MustParsePrefix("0.0.0.0/0"), Device: "gre1", NextHops: 1}},
		"multipath": {kernel: netlink.Route{MultiPath: []*netlink.NexthopInfo{{LinkIndex: 2, Gw: gateway}, {LinkIndex: 1}}},
			want: Route{Device: "gre2", Gateway: netip.MustParseAddr("192.0.2.1"), NextHops: 2}},
		"multipath, first dead": {kernel: netlink.Route{MultiPath: []*netlink.NexthopInfo{{LinkIndex: 2, Flags: dead}, {LinkIndex: 1}}},
			want: Route{Device: "gre1", NextHops: 1}},
		"multipath, all dead": {kernel: netlink.Route{MultiPath: []*netlink.NexthopInfo{{LinkIndex: 2, Flags: dead}, {LinkIndex: 1, Flags: dead}}}, unused: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.kernel.Dst == nil {
				tt.kernel.Dst = destination("10.17.0.0/16")
			}
			if tt.kernel.Type == 0 {
				tt.kernel.Type = unix.RTN_UNICAST
			}
			got, ok := convert(&tt.kernel, twoDevices)
			if ok == tt.unused {
				t.Fatalf("usable: %v, want %v", ok, !tt.unused)
			}
			if tt.unused {
				return
			}
			if !tt.want.Prefix.IsValid() {
				tt.want.Prefix = seoul
			}
			if tt.want.Type == "" {
				tt.want.Type = Unicast
			}
			if got.Route != tt.want {
				t.Errorf("convert: %s", cmp.Diff(tt.want, got.Route, cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
					cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })))
			}
		})
	}
}

func TestConvertThrow(t *testing.T) {
	e, ok := convert(&netlink.Route{Dst: destination("10.17.0.0/16"), Type: unix.RTN_THROW, Priority: 7}, twoDevices)
	if !ok || !e.throw || e.metric != 7 || e.NextHops != 0 {
		t.Errorf("convert = %+v, %v; want a throw of metric 7 without next hop", e, ok)
	}
}

func TestConvertWithoutDestination(t *testing.T) {
	if e, ok := convert(&netlink.Route{Type: unix.RTN_UNICAST, LinkIndex: 1}, twoDevices); ok {
		t.Errorf("convert = %+v, want none", e)
	}
}

func TestDrops(t *testing.T) {
	for kind, want := range map[Type]bool{Unicast: false, "local": false, Blackhole: true, Unreachable: true, Prohibit: true} {
		if kind.Drops() != want {
			t.Errorf("%s drops: %v, want %v", kind, !want, want)
		}
	}
}
