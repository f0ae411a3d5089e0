//go:build linux

package routes

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// Snapshot is the kernel's tables as they were at one moment. It does not
// change, and may be used by any number of goroutines.
type Snapshot struct {
	main, fallback table // the kernel's main and default tables
}

// Lookup returns the route by which the kernel would have sent p's traffic, and
// false where it had none; the package comment says what that leaves out. It
// costs at most 33 map lookups a table, one for each length that occurs in it.
// An IPv6 or an invalid prefix has no route.
func (s *Snapshot) Lookup(p netip.Prefix) (Route, bool) {
	for _, t := range []*table{&s.main, &s.fallback} {
		if e, ok := t.lookup(p); ok && !e.throw {
			return e.Route, true
		}
	}
	return Route{}, false
}

// add takes one route of the dump, in the kernel's order.
func (s *Snapshot) add(number int, r entry) {
	switch number {
	case unix.RT_TABLE_MAIN:
		s.main.add(r)
	case unix.RT_TABLE_DEFAULT:
		s.fallback.add(r)
	}
}

// entry is a route with what the choice among routes needs.
type entry struct {
	Route
	metric int
	throw  bool // the lookup leaves this table, as if nothing were in it
}

// table is one table, of which only the best route to each destination is kept.
type table struct {
	best    map[netip.Prefix]entry
	lengths uint64 // bit n: there is a route of prefix length n
}

// add keeps r if no route to its destination has as low a metric: among equals
// the kernel uses the one that stands first.
func (t *table) add(r entry) {
	if t.best == nil {
		t.best = make(map[netip.Prefix]entry)
	}
	if other, taken := t.best[r.Prefix]; taken && other.metric <= r.metric {
		return
	}
	t.best[r.Prefix] = r
	t.lengths |= 1 << r.Prefix.Bits()
}

// lookup finds the most specific route that covers all of p.
func (t *table) lookup(p netip.Prefix) (entry, bool) {
	for bits := p.Bits(); bits >= 0; bits-- {
		if t.lengths&(1<<bits) == 0 {
			continue
		}
		covering := netip.PrefixFrom(p.Addr(), bits).Masked()
		if e, ok := t.best[covering]; ok {
			return e, true
		}
	}
	return entry{}, false
}
