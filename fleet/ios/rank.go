package ios

import (
	"cmp"
	"slices"
)

// alternates are tunnels of one router that stand in for each other, the primary
// first.
type alternates struct {
	ends  []*endpoint
	ranks []int
}

// alternatesOf finds, of the tunnels of one router, those that static routes of
// different distances or backup interface put in an order. No tunnel is in two.
func alternatesOf(d *device, ends []*endpoint) []alternates {
	var found []alternates
	placed := make(map[*endpoint]bool)
	add := func(a alternates) {
		if len(a.ends) < 2 || slices.ContainsFunc(a.ends, func(e *endpoint) bool { return placed[e] }) {
			return
		}
		for _, e := range a.ends {
			placed[e] = true
		}
		found = append(found, a)
	}
	for _, a := range byBackup(ends) {
		add(a)
	}
	for _, a := range byDistance(d, ends) {
		add(a)
	}
	return found
}

// byBackup follows backup interface from tunnel to tunnel.
func byBackup(ends []*endpoint) (found []alternates) {
	byName := make(map[string]*endpoint)
	backs := make(map[string]bool)
	for _, e := range ends {
		byName[e.iface.name] = e
		backs[e.iface.backup.name] = true
	}
	for _, e := range ends {
		if e.iface.backup.name == "" || backs[e.iface.name] {
			continue
		}
		var a alternates
		seen := make(map[*endpoint]bool)
		for next := e; next != nil && !seen[next]; next = byName[next.iface.backup.name] {
			seen[next] = true
			a.ends = append(a.ends, next)
			a.ranks = append(a.ranks, len(a.ends))
		}
		found = append(found, a)
	}
	return found
}

// byDistance finds the prefixes that have routes of different distances into
// several tunnels: shorter prefixes first, which carry more.
func byDistance(d *device, ends []*endpoint) (found []alternates) {
	distances := make(map[target]map[*endpoint]int)
	for _, e := range ends {
		for _, rt := range d.index().routes[e.iface] {
			t := target{rt.vrf, rt.prefix}
			if distances[t] == nil {
				distances[t] = make(map[*endpoint]int)
			}
			if known, ok := distances[t][e]; !ok || rt.distance < known {
				distances[t][e] = rt.distance
			}
		}
	}
	targets := make([]target, 0, len(distances))
	for t := range distances {
		targets = append(targets, t)
	}
	slices.SortFunc(targets, func(a, b target) int {
		return cmp.Or(a.prefix.Bits()-b.prefix.Bits(), a.prefix.Addr().Compare(b.prefix.Addr()), cmp.Compare(a.vrf, b.vrf))
	})
	for _, t := range targets {
		if a, ordered := ranked(distances[t]); ordered {
			found = append(found, a)
		}
	}
	return found
}

// ranked puts tunnels in the order of their distances; ordered tells whether they
// differ. Equal ones share a rank.
func ranked(distances map[*endpoint]int) (a alternates, ordered bool) {
	for e := range distances {
		a.ends = append(a.ends, e)
	}
	slices.SortFunc(a.ends, func(x, y *endpoint) int {
		return cmp.Or(distances[x]-distances[y], naturally(x.iface.name, y.iface.name))
	})
	rank := 1
	for i, e := range a.ends {
		if i > 0 && distances[e] != distances[a.ends[i-1]] {
			rank++
		}
		a.ranks = append(a.ranks, rank)
	}
	return a, rank > 1
}
