package tui

import (
	"slices"
	"strconv"

	"greylag/fleet"
)

// classes divide the tunnels by hub, by rank, or by tag.
type classes struct {
	names []string // in the inventory's order, ranks by their number; what has none is "", at the end
	of    []int32  // by position: its place in names
}

// classify divides the tunnels by a name. seeds are names that come first.
func classify(tunnels []fleet.Tunnel, name func(*fleet.Tunnel) string, seeds ...string) classes {
	c := classes{names: seeds, of: make([]int32, len(tunnels))}
	places := map[string]int32{}
	for i, seed := range seeds {
		places[seed] = int32(i)
	}
	nameless := false
	for i := range tunnels {
		n := name(&tunnels[i])
		place, known := places[n]
		switch {
		case n == "":
			place, nameless = -1, true
		case !known:
			place = int32(len(c.names))
			places[n] = place
			c.names = append(c.names, n)
		}
		c.of[i] = place
	}
	if nameless {
		c.nameRest()
	}
	return c
}

// nameRest makes a class of the tunnels that are in none.
func (c *classes) nameRest() {
	for i := range c.of {
		if c.of[i] < 0 {
			c.of[i] = int32(len(c.names))
		}
	}
	c.names = append(c.names, "")
}

// classesFor are the classes of a picture.
func classesFor(what picture, tunnels []fleet.Tunnel) classes {
	switch what {
	case rankMatrix:
		return classify(tunnels, rankName, ranks(tunnels)...)
	case tagMap:
		return classify(tunnels, firstTag)
	}
	return classify(tunnels, func(t *fleet.Tunnel) string { return t.Hub })
}

func rankName(t *fleet.Tunnel) string { return strconv.Itoa(t.Rank) }

// firstTag is the tag under which a tunnel is on the map: it has one place only.
func firstTag(t *fleet.Tunnel) string {
	if len(t.Tags) == 0 {
		return ""
	}
	return t.Tags[0]
}

// ranks are the names of the ranks there are, by their number.
func ranks(tunnels []fleet.Tunnel) (names []string) {
	var list []int
	known := map[int]bool{}
	for i := range tunnels {
		if rank := tunnels[i].Rank; !known[rank] {
			known[rank] = true
			list = append(list, rank)
		}
	}
	slices.Sort(list)
	for _, rank := range list {
		names = append(names, strconv.Itoa(rank))
	}
	return names
}
