package fleet

import "time"

// drop takes a tunnel that does not go on out of its incident.
func (g *incidents) drop(r *row, at time.Time) {
	inc := g.falls[r.number].in
	if inc == nil {
		return
	}
	inc.left++ // it may come back under its name
	g.falls[r.number].in = nil
	if r.incident == 0 {
		return
	}
	r.incident = 0
	inc.down--
	g.touch(inc, at)
	if inc.down == 0 {
		g.end(inc, at)
	}
}

// renumber has the incidents follow their tunnels. Those that are gone are known by
// their names.
func (g *incidents) renumber(p *succession) {
	for i, old := range p.from {
		if old >= 0 {
			p.falls[i] = g.falls[old]
		}
	}
	g.renumberMembers(p.named)
	g.recommon(&p.commons, p.view.rows)
	g.rows, g.falls, g.commons = p.view.rows, p.falls, p.commons
}

// renumberMembers makes the members anew: readers may have the ones there were.
func (g *incidents) renumberMembers(named []int32) {
	var former []string
	places := map[int32]int32{} // by member as it was: what it is in former
	next := func(m int32) int32 {
		if m >= 0 && named[m] >= 0 {
			return named[m]
		}
		place, known := places[m]
		if !known {
			former = append(former, g.nameOf(m))
			place = ^int32(len(former) - 1)
			places[m] = place
		}
		return place
	}
	for _, list := range [][]*incident{g.open, g.ended} {
		for _, inc := range list {
			members := make([]int32, len(inc.members))
			for i, m := range inc.members {
				members[i] = next(m)
			}
			inc.members = members
		}
	}
	g.former = former
}

// recommon finds again what the incidents' members have in common.
func (g *incidents) recommon(c *commons, rows []row) {
	for i := range rows {
		if reaches(rows[i].state()) {
			for _, v := range c.of(int32(i)) {
				c.list[v].up++
			}
		}
	}
	places := make(map[trait]*common, len(c.list))
	for i := range c.list {
		v := &c.list[i]
		places[trait{v.kind, v.value}] = v
	}
	for i := range g.commons.list {
		was := &g.commons.list[i]
		if v := places[trait{was.kind, was.value}]; v != nil {
			v.burst = was.burst
		}
	}
	for _, inc := range g.ended {
		inc.common = inc.common.remembered()
	}
	for _, inc := range g.open {
		v := places[trait{inc.common.kind, inc.common.value}]
		if v == nil { // too few share it now
			v = inc.common.remembered()
			places[trait{v.kind, v.value}] = v
		}
		inc.common = v
		v.open = append(v.open, inc)
	}
}

// remembered is what tells of v when the fleet that has it in common is another one.
func (v *common) remembered() *common {
	return &common{kind: v.kind, value: v.value, up: v.up, were: v.shared()}
}

// shared is how many tunnels share it.
func (v *common) shared() int { return max(len(v.tunnels), v.were) }
