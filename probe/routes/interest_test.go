//go:build linux

package routes

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

func prefixes(list ...string) (parsed []netip.Prefix) {
	for _, s := range list {
		parsed = append(parsed, netip.MustParsePrefix(s))
	}
	return parsed
}

func TestCovered(t *testing.T) {
	in := interestIn(append(prefixes("10.17.0.0/16", "10.18.3.4/24", "2001:db8::/32"), netip.Prefix{}))
	for route, want := range map[string]bool{
		"0.0.0.0/0": true, "10.0.0.0/8": true, "10.17.0.0/16": true, "10.18.0.0/23": false, "10.18.2.0/23": true,
		"10.17.0.0/17": false, "10.17.3.0/24": false, "10.18.3.0/24": true, "10.18.3.4/32": false, "10.16.0.0/16": false,
		"192.0.2.0/24": false, "128.0.0.0/1": false, "10.19.0.0/16": false, "::/0": false,
	} {
		if got := in.covered(netip.MustParsePrefix(route)); got != want {
			t.Errorf("a route to %s: %v, want %v", route, got, want)
		}
	}
	if interestIn(nil).covered(netip.MustParsePrefix("0.0.0.0/0")) {
		t.Error("without any watched prefix, everything matters")
	}
}

// TestCoveredAgainstTheDefinition looks at every watched prefix.
func TestCoveredAgainstTheDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 17))
	for range 200 {
		watched := make([]netip.Prefix, random.IntN(8))
		for i := range watched {
			watched[i] = randomPrefix(random)
		}
		in := interestIn(watched)
		for range 50 {
			route, want := randomPrefix(random), false
			for _, w := range watched {
				want = want || route.Bits() <= w.Bits() && route.Contains(w.Addr())
			}
			if got := in.covered(route); got != want {
				t.Fatalf("a route to %v, watching %v: %v, want %v", route, watched, got, want)
			}
		}
	}
}

// routeMessage is what the kernel says of a route (rtnetlink(7)): a header of 16
// bytes, struct rtmsg of 12, and the attributes, a table and the destination.
func routeMessage(kind uint16, prefix string) []byte {
	p := netip.MustParsePrefix(prefix)
	body := appendAttribute(rtmsg(p.Bits()), unix.RTA_TABLE, []byte{unix.RT_TABLE_MAIN, 0, 0, 0})
	if p.Bits() > 0 {
		body = appendAttribute(body, unix.RTA_DST, p.Addr().AsSlice())
	}
	return message(kind, body)
}

func rtmsg(bits int) []byte {
	return []byte{unix.AF_INET, byte(bits), 0, 0, unix.RT_TABLE_MAIN, 0, 0, unix.RTN_UNICAST, 0, 0, 0, 0}
}

func appendAttribute(b []byte, kind uint16, value []byte) []byte {
	b = binary.NativeEndian.AppendUint16(b, uint16(4+len(value)))
	b = binary.NativeEndian.AppendUint16(b, kind)
	return append(b, value...)
}

func message(kind uint16, body []byte) []byte {
	b := binary.NativeEndian.AppendUint32(nil, uint32(16+len(body)))
	b = binary.NativeEndian.AppendUint16(b, kind)
	return append(append(b, make([]byte, 10)...), body...)
}

func TestHeard(t *testing.T) {
	in := interestIn(prefixes("10.17.0.0/16"))
	const added, deleted = unix.RTM_NEWROUTE, unix.RTM_DELROUTE
	odd, foreign := routeMessage(added, "10.99.0.0/16"), routeMessage(added, "10.99.0.0/16")
	odd[17], foreign[16] = 33, unix.AF_INET6 // the length of the prefix, the family
	tests := map[string]struct {
		datagram      []byte
		routes, links bool
	}{
		"its route":          {routeMessage(added, "10.17.0.0/16"), true, false},
		"a wider one":        {routeMessage(deleted, "10.0.0.0/8"), true, false},
		"the default route":  {routeMessage(added, "0.0.0.0/0"), true, false},
		"another's":          {routeMessage(deleted, "10.99.0.0/16"), false, false},
		"a part of it":       {routeMessage(added, "10.17.1.0/24"), false, false},
		"others', then its":  {bytes.Join([][]byte{routeMessage(added, "10.99.0.0/16"), routeMessage(added, "10.17.0.0/16")}, nil), true, false},
		"others'":            {bytes.Join([][]byte{routeMessage(added, "10.99.0.0/16"), routeMessage(deleted, "10.98.0.0/16")}, nil), false, false},
		"an interface":       {message(unix.RTM_NEWLINK, make([]byte, 16)), true, true},
		"an address":         {message(unix.RTM_DELADDR, make([]byte, 8)), true, true},
		"a next hop":         {message(unix.RTM_NEWNEXTHOP, make([]byte, 8)), true, true},
		"cut off":            {routeMessage(added, "10.99.0.0/16")[:30], true, true},
		"length 33":          {odd, true, false},
		"IPv6":               {foreign, true, false},
		"no destination":     {message(added, rtmsg(24)), false, false},
		"attribute too long": {message(added, appendAttribute(rtmsg(24), unix.RTA_DST, []byte{10, 99, 0, 0})[:18]), true, false},
		"attribute of none":  {message(added, append(rtmsg(24), 0, 0, 0, 0)), true, false},
		"destination short":  {message(added, appendAttribute(rtmsg(8), unix.RTA_DST, []byte{10})), true, false},
		"not padded":         {message(added, appendAttribute(append(rtmsg(24), 4, 0, 2, 0), unix.RTA_PRIORITY, []byte{1})), false, false},
		"message of none":    {make([]byte, 16), true, true},
		"no rtmsg":           {message(added, nil), true, false},
		"nothing":            {nil, false, false},
	}
	for name, tt := range tests {
		if routes, links := in.heard(tt.datagram); routes != tt.routes || links != tt.links {
			t.Errorf("%s: routes %v, links %v; want %v and %v", name, routes, links, tt.routes, tt.links)
		}
	}
}

func FuzzHeard(f *testing.F) {
	in := interestIn(prefixes("10.17.0.0/16", "0.0.0.0/0"))
	f.Add(routeMessage(unix.RTM_NEWROUTE, "10.17.0.0/16"))
	f.Add(routeMessage(unix.RTM_DELROUTE, "0.0.0.0/0"))
	f.Add(message(unix.RTM_NEWROUTE, nil))
	f.Add(message(unix.RTM_NEWLINK, make([]byte, 16)))
	f.Add(appendAttribute(routeMessage(unix.RTM_NEWROUTE, "10.17.0.0/16"), unix.RTA_PRIORITY, []byte{1})) // not padded
	f.Fuzz(func(t *testing.T, datagram []byte) {
		if routes, links := in.heard(datagram); links && !routes {
			t.Error("an interface changed, and no route could have")
		}
	})
}

// BenchmarkHeard is a router that learns a route that nobody watches.
func BenchmarkHeard(b *testing.B) {
	var watched []netip.Prefix
	for i := range 10_000 {
		watched = append(watched, netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 0}), 24))
	}
	in, datagram := interestIn(watched), routeMessage(unix.RTM_NEWROUTE, "203.0.113.0/24")
	b.ReportAllocs()
	for b.Loop() {
		if routes, _ := in.heard(datagram); routes {
			b.Fatal("it matters")
		}
	}
}
