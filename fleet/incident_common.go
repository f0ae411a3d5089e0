package fleet

import (
	"cmp"
	"slices"
)

// incidentMembers is how many tunnels make an incident: two that fail together
// are a coincidence that every large fleet has each day, and what they share is
// said by their names; three of one spoke are all its paths.
const incidentMembers = 3

// kinds are the factors, the one that says most to an operator first: where
// several fit equally well, it is the one that is named.
var kinds = [...]Factor{FactorHub, FactorSpoke, FactorAll, FactorTag, FactorDevice, FactorSource}

// common is one thing that several tunnels have in common, such as the hub fra1.
type common struct {
	kind    uint8 // position in kinds
	value   string
	tunnels []int32 // that share it, by the engine's number
	up      int     // of those, now
	were    int     // how many shared it, where these are not known any more

	open  []*incident // those that it explains
	burst burst
}

// burst counts failures of one moment that no incident took in, so that looking
// for what explains them is worth it only now and then.
type burst struct {
	moment window
	count  int32
	ripe   int32 // look when there are so many
}

// add counts a failure and tells whether to look.
func (b *burst) add(w window) bool {
	if b.count == 0 || !b.moment.near(w) {
		*b = burst{moment: w, ripe: incidentMembers}
	}
	b.moment = b.moment.narrow(w)
	b.count++
	if b.count < b.ripe {
		return false
	}
	b.ripe = b.count + max(1, b.count/2)
	return true
}

// commons are all that tunnels of a fleet have in common, and which of them each
// tunnel has. It is made once.
type commons struct {
	list  []common
	first []int32 // by tunnel: where its own begin in owned; one more at the end
	owned []int32 // positions in list, the one shared by the fewest first
}

// of returns the positions in list of what a tunnel has.
func (c *commons) of(tunnel int32) []int32 {
	return c.owned[c.first[tunnel]:c.first[tunnel+1]]
}

// has tells whether a tunnel has that in common with others.
func (c *commons) has(tunnel int32, v *common) bool {
	for _, i := range c.of(tunnel) {
		if &c.list[i] == v {
			return true
		}
	}
	return false
}

// trait is a kind and a value.
type trait struct {
	kind  uint8
	value string
}

// traitsOf appends what a tunnel may share with others.
func traitsOf(t *Tunnel, into []trait) []trait {
	for kind, factor := range kinds {
		switch k := uint8(kind); factor {
		case FactorAll:
			into = append(into, trait{k, ""})
		case FactorTag:
			for _, tag := range t.Tags {
				into = appendTrait(into, k, tag)
			}
		case FactorHub:
			into = appendTrait(into, k, t.Hub)
		case FactorSpoke:
			into = appendTrait(into, k, t.Spoke)
		case FactorDevice:
			into = appendTrait(into, k, t.Device)
		case FactorSource:
			into = appendTrait(into, k, sourceName(t))
		}
	}
	return into
}

// kindAll is the position of FactorAll in kinds.
const kindAll = 2

// appendTrait leaves out what is not set, and a tag that is there twice.
func appendTrait(list []trait, kind uint8, value string) []trait {
	for _, have := range list {
		if have == (trait{kind, value}) {
			return list
		}
	}
	if value == "" {
		return list
	}
	return append(list, trait{kind, value})
}

func sourceName(t *Tunnel) string {
	if !t.Source.IsValid() {
		return ""
	}
	return t.Source.String()
}

// commonsOf finds what tunnels have in common. What fewer share than make an
// incident is left out: of a fleet of spokes with two paths that is most. So is
// what the whole fleet shares, if it never comes before FactorAll.
func commonsOf(rows []row) commons {
	sharers := map[trait]int{}
	var traits []trait
	for i := range rows {
		traits = traitsOf(rows[i].tunnel, traits[:0])
		for _, t := range traits {
			sharers[t]++
		}
	}
	c := commons{first: make([]int32, 1, len(rows)+1)}
	places := map[trait]int32{}
	for i := range rows {
		traits = traitsOf(rows[i].tunnel, traits[:0])
		for _, t := range traits {
			if sharers[t] >= incidentMembers && (sharers[t] < len(rows) || t.kind <= kindAll) {
				c.add(int32(i), t, sharers[t], places)
			}
		}
		c.first = append(c.first, int32(len(c.owned)))
		slices.SortFunc(c.of(int32(i)), c.narrower)
	}
	return c
}

// add says that a tunnel has a trait, which so many have.
func (c *commons) add(tunnel int32, t trait, sharers int, places map[trait]int32) {
	place, known := places[t]
	if !known {
		place = int32(len(c.list))
		places[t] = place
		c.list = append(c.list, common{kind: t.kind, value: t.value, tunnels: make([]int32, 0, sharers)})
	}
	v := &c.list[place]
	v.tunnels = append(v.tunnels, tunnel)
	c.owned = append(c.owned, place)
}

// narrower orders what few share before what many do.
func (c *commons) narrower(a, b int32) int {
	v, w := &c.list[a], &c.list[b]
	return cmp.Or(cmp.Compare(cap(v.tunnels), cap(w.tunnels)), cmp.Compare(v.kind, w.kind))
}
