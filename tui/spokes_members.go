package tui

// members are the positions of the tunnels by spoke, in the inventory's order.
type members struct {
	positions []int32 // those of each spoke in turn, then those of none
	starts    []int32 // of each spoke's, then of those of none
}

// newMembers sorts the tunnels by the place of their spoke, -1: none.
func newMembers(spokeOf []int32, spokes int) members {
	s := members{positions: make([]int32, len(spokeOf)), starts: make([]int32, spokes+2)}
	group := func(position int) int32 {
		if place := spokeOf[position]; place >= 0 {
			return place
		}
		return int32(spokes)
	}
	for position := range spokeOf {
		s.starts[group(position)+1]++
	}
	for i := range spokes + 1 {
		s.starts[i+1] += s.starts[i]
	}
	next := append([]int32(nil), s.starts...)
	for position := range spokeOf {
		g := group(position)
		s.positions[next[g]] = int32(position)
		next[g]++
	}
	s.starts = s.starts[:spokes+1]
	return s
}

// of are the positions of the tunnels of the spoke at a place in the report.
func (s *members) of(place int) []int32 {
	return s.positions[s.starts[place]:s.starts[place+1]]
}

// strays are the positions of the tunnels without a spoke.
func (s *members) strays() []int32 {
	if len(s.starts) == 0 {
		return nil
	}
	return s.positions[s.starts[len(s.starts)-1]:]
}
