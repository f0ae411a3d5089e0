package ios

// standing is a tunnel's place among those that stand in for each other.
type standing struct {
	rank  int
	first *endpoint // of them
	all   bool      // they are all the tunnels of their router
}

// rankAll says of each view who is the hub and who the spoke, and the rank of the
// tunnel among those of the spoke. The spoke's own static routes say the ranks; where
// its configuration is not known the hub's do, and say which tunnels lead to one
// spoke.
func rankAll(views []*view, ends []*endpoint, s *sites) {
	standings := standingsOf(ends)
	for _, v := range views {
		near, far := standings[v.near], standings[v.far]
		nearIsHub := false
		if far.all && !near.all {
			nearIsHub = !s.isHub(v.farSite, v.nearSite, true)
		} else {
			nearIsHub = s.isHub(v.nearSite, v.farSite, near.all)
		}
		if nearIsHub {
			v.hub, v.spoke, v.rank = v.nearSite, v.farSite, s.rank(far, near, v.farSite)
		} else {
			v.hub, v.spoke, v.rank = v.farSite, v.nearSite, s.rank(near, far, v.nearSite)
		}
		if nearIsHub && v.farSite.dev == nil && near.rank > 0 {
			v.spoke, v.rank = s.far(near.first), near.rank
		}
	}
}

// rank is that of the spoke's own order, or of the hub's among tunnels to that spoke.
func (s *sites) rank(ofSpoke, ofHub standing, spoke site) int {
	if ofSpoke.rank == 0 && ofHub.rank > 0 && s.far(ofHub.first) == spoke {
		return ofHub.rank
	}
	return max(ofSpoke.rank, 1)
}

// standingsOf finds the standing of each end, router by router.
func standingsOf(ends []*endpoint) map[*endpoint]standing {
	byDevice := make(map[*device][]*endpoint)
	var devices []*device
	for _, e := range ends {
		if e.multipoint {
			continue
		}
		if byDevice[e.dev] == nil {
			devices = append(devices, e.dev)
		}
		byDevice[e.dev] = append(byDevice[e.dev], e)
	}
	standings := make(map[*endpoint]standing)
	for _, d := range devices {
		for _, a := range alternatesOf(d, byDevice[d]) {
			for i, e := range a.ends {
				standings[e] = standing{a.ranks[i], a.ends[0], len(a.ends) == len(byDevice[d])}
			}
		}
	}
	return standings
}
