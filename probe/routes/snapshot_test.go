//go:build linux

package routes

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// told is one route as a test writes it down; to is its device.
type told struct {
	table  int // 0: main
	prefix string
	metric int
	to     string
	throw  bool
}

func snapshotOf(list []told) *Snapshot {
	s := new(Snapshot)
	for _, r := range list {
		number := r.table
		if number == 0 {
			number = unix.RT_TABLE_MAIN
		}
		route := Route{Prefix: netip.MustParsePrefix(r.prefix), Type: Unicast, Device: r.to, NextHops: 1}
		s.add(number, entry{Route: route, metric: r.metric, throw: r.throw})
	}
	return s
}

func TestLookup(t *testing.T) {
	const fallback = unix.RT_TABLE_DEFAULT
	tests := map[string]struct {
		routes []told
		watch  string
		want   string // the device; "": no route
		by     string // the route's prefix
	}{
		"nothing":                   {nil, "10.17.0.0/16", "", ""},
		"its own":                   {[]told{{prefix: "10.17.0.0/16", to: "a"}}, "10.17.0.0/16", "a", "10.17.0.0/16"},
		"the default route":         {[]told{{prefix: "0.0.0.0/0", to: "a"}}, "10.17.0.0/16", "a", "0.0.0.0/0"},
		"most specific wins":        {[]told{{prefix: "10.0.0.0/8", to: "a"}, {prefix: "10.17.0.0/16", to: "b"}, {prefix: "0.0.0.0/0", to: "c"}}, "10.17.0.0/16", "b", "10.17.0.0/16"},
		"a part is not the prefix":  {[]told{{prefix: "10.17.0.0/17", to: "a"}, {prefix: "10.0.0.0/8", to: "b"}}, "10.17.0.0/16", "b", "10.0.0.0/8"},
		"only a part":               {[]told{{prefix: "10.17.0.0/17", to: "a"}}, "10.17.0.0/16", "", ""},
		"a neighbour":               {[]told{{prefix: "10.16.0.0/16", to: "a"}}, "10.17.0.0/16", "", ""},
		"host route":                {[]told{{prefix: "10.17.0.9/32", to: "a"}, {prefix: "10.17.0.8/31", to: "b"}}, "10.17.0.9/32", "a", "10.17.0.9/32"},
		"host route of the other":   {[]told{{prefix: "10.17.0.9/32", to: "a"}, {prefix: "10.17.0.8/31", to: "b"}}, "10.17.0.8/32", "b", "10.17.0.8/31"},
		"watch of everything":       {[]told{{prefix: "0.0.0.0/1", to: "a"}, {prefix: "128.0.0.0/1", to: "b"}}, "0.0.0.0/0", "", ""},
		"lowest metric, seen first": {[]told{{prefix: "10.17.0.0/16", metric: 100, to: "a"}, {prefix: "10.17.0.0/16", metric: 200, to: "b"}}, "10.17.0.0/16", "a", "10.17.0.0/16"},
		"lowest metric, seen last":  {[]told{{prefix: "10.17.0.0/16", metric: 200, to: "b"}, {prefix: "10.17.0.0/16", metric: 100, to: "a"}}, "10.17.0.0/16", "a", "10.17.0.0/16"},
		"same metric: the first":    {[]told{{prefix: "10.17.0.0/16", metric: 5, to: "a"}, {prefix: "10.17.0.0/16", metric: 5, to: "b"}}, "10.17.0.0/16", "a", "10.17.0.0/16"},
		"length before metric":      {[]told{{prefix: "10.17.0.0/16", metric: 900, to: "a"}, {prefix: "10.0.0.0/8", metric: 1, to: "b"}}, "10.17.0.0/16", "a", "10.17.0.0/16"},
		"host bits are cut off":     {[]told{{prefix: "10.17.0.0/16", to: "a"}}, "10.17.3.4/16", "a", "10.17.0.0/16"},
		"main before default":       {[]told{{table: fallback, prefix: "10.17.0.0/16", to: "a"}, {prefix: "0.0.0.0/0", to: "b"}}, "10.17.0.0/16", "b", "0.0.0.0/0"},
		"then the default table":    {[]told{{table: fallback, prefix: "0.0.0.0/0", to: "a"}, {prefix: "10.18.0.0/16", to: "b"}}, "10.17.0.0/16", "a", "0.0.0.0/0"},
		"other tables are not read": {[]told{{table: 1017, prefix: "10.17.0.0/16", to: "a"}, {table: unix.RT_TABLE_LOCAL, prefix: "10.17.0.0/16", to: "b"}}, "10.17.0.0/16", "", ""},
		"throw leaves main":         {[]told{{prefix: "10.17.0.0/16", throw: true}, {prefix: "0.0.0.0/0", to: "a"}, {table: fallback, prefix: "10.0.0.0/8", to: "b"}}, "10.17.0.0/16", "b", "10.0.0.0/8"},
		"throw, and no default":     {[]told{{prefix: "10.17.0.0/16", throw: true}, {prefix: "0.0.0.0/0", to: "a"}}, "10.17.0.0/16", "", ""},
		"IPv6 everything":           {[]told{{prefix: "0.0.0.0/0", to: "a"}}, "::/0", "", ""},
		"IPv6 as long as can be":    {[]told{{prefix: "0.0.0.0/0", to: "a"}}, "2001:db8::1/128", "", ""},
		"IPv6":                      {[]told{{prefix: "0.0.0.0/0", to: "a"}}, "2001:db8::/32", "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := snapshotOf(tt.routes).Lookup(netip.MustParsePrefix(tt.watch))
			if ok != (tt.want != "") || got.Device != tt.want {
				t.Fatalf("Lookup(%s) = %+v, %v; want device %q", tt.watch, got, ok, tt.want)
			}
			if ok && got.Prefix.String() != tt.by {
				t.Errorf("by route %s, want %s", got.Prefix, tt.by)
			}
		})
	}
}

func TestLookupOfNoPrefix(t *testing.T) {
	s := snapshotOf([]told{{prefix: "0.0.0.0/0", to: "a"}})
	if got, ok := s.Lookup(netip.Prefix{}); ok {
		t.Errorf("Lookup of the zero prefix = %+v, want none", got)
	}
}

// TestLookupAgainstAPlainSearch compares with a search written from the package
// comment: all covering routes, longest first, then lowest metric, then first.
func TestLookupAgainstAPlainSearch(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 17))
	for range 300 {
		list := make([]told, random.IntN(40))
		for i := range list {
			list[i] = told{prefix: randomPrefix(random).String(), metric: random.IntN(3), to: string(rune('a' + i))}
		}
		s := snapshotOf(list)
		for range 30 {
			p := randomPrefix(random)
			want := plainSearch(list, p)
			if got, _ := s.Lookup(p); got.Device != want {
				t.Fatalf("Lookup(%v) = %+v, want device %q; routes %+v", p, got, want, list)
			}
		}
	}
}

// randomPrefix keeps to a few addresses and all lengths, so that many overlap.
func randomPrefix(random *rand.Rand) netip.Prefix {
	addr := netip.AddrFrom4([4]byte{10, byte(random.IntN(2)), byte(random.IntN(2)), byte(random.IntN(4))})
	return netip.PrefixFrom(addr, random.IntN(33)).Masked()
}

func plainSearch(list []told, p netip.Prefix) (device string) {
	length, metric := -1, 0
	for _, r := range list {
		q := netip.MustParsePrefix(r.prefix)
		if q.Bits() > p.Bits() || !q.Contains(p.Addr()) || q.Bits() < length {
			continue
		}
		if q.Bits() > length || r.metric < metric {
			length, metric, device = q.Bits(), r.metric, r.to
		}
	}
	return device
}

func BenchmarkLookup(b *testing.B) {
	var list []told
	for i := range 10_000 {
		list = append(list, told{prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 0}), 24).String(), to: "a"})
	}
	s := snapshotOf(append(list, told{prefix: "0.0.0.0/0", to: "b"}))
	p := netip.MustParsePrefix("10.17.3.0/24")
	b.ReportAllocs()
	for b.Loop() {
		if r, _ := s.Lookup(p); r.Device != "a" {
			b.Fatal(r)
		}
	}
}
