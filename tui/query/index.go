package query

import (
	"cmp"
	"slices"

	"greylag/fleet"
)

// Index is what filtering and sorting can know beforehand of the tunnels of an
// inventory: a hundred thousand are then filtered and sorted within a key press.
// One goroutine at a time may use it.
type Index struct {
	texts  []string // by position: SearchText
	places []place
	keyed  []keyed // reused, as is spare
	spare  []keyed
}

// place is where a tunnel stands by its names, from 1 in natural order (t2
// before t10); the same name has the same place, an empty one 0.
type place struct{ name, hub, spoke uint32 }

// NewIndex returns the index of an inventory's tunnels.
func NewIndex(tunnels []fleet.Tunnel) *Index {
	x := &Index{texts: make([]string, len(tunnels)), places: make([]place, len(tunnels))}
	for i := range tunnels {
		x.texts[i] = SearchText(&tunnels[i])
	}
	x.rank(func(i int) (string, *uint32) { return tunnels[i].Name, &x.places[i].name })
	x.rank(func(i int) (string, *uint32) { return tunnels[i].Hub, &x.places[i].hub })
	x.rank(func(i int) (string, *uint32) { return tunnels[i].Spoke, &x.places[i].spoke })
	return x
}

// rank gives each tunnel's name its place.
func (x *Index) rank(of func(i int) (name string, place *uint32)) {
	distinct := make(map[string]uint32, len(x.places))
	for i := range x.places {
		if name, _ := of(i); name != "" {
			distinct[name] = 0
		}
	}
	names := make([]string, 0, len(distinct))
	for name := range distinct {
		names = append(names, name)
	}
	slices.SortFunc(names, compareNatural)
	for i, name := range names {
		distinct[name] = uint32(i) + 1
	}
	for i := range x.places {
		name, place := of(i)
		*place = distinct[name]
	}
}

// Text is the [SearchText] of the tunnel at that position of the inventory.
func (x *Index) Text(position int) string { return x.texts[position] }

// Select appends the positions of the rows that match, in the order. rows[i] is
// the tunnel at position i of the inventory; its Text need not be set.
func (x *Index) Select(rows []Row, q *Query, o Order, into []int32) []int32 {
	x.keyed = x.keyed[:0]
	by := orderNamed(cmp.Or(o.By, orders[0].name))
	if by == nil {
		by = &orders[0]
	}
	rows = rows[:min(len(rows), len(x.texts))]
	keyOf := func(i int) uint64 { return by.key(&rows[i], &x.places[i]) }
	if by.aged != nil {
		newest := newestSince(rows)
		keyOf = func(i int) uint64 { return by.aged(&rows[i], ageOf(&rows[i], newest)) }
	}
	for i := range rows {
		if !q.match(&rows[i], x.texts[i]) {
			continue
		}
		key := keyOf(i)
		if o.Reverse && key != unknown {
			key = known63 - key
		}
		x.keyed = append(x.keyed, keyed{key, int32(i)})
	}
	x.spare = slices.Grow(x.spare[:0], len(x.keyed))[:len(x.keyed)]
	x.keyed, x.spare = sortKeyed(x.keyed, x.spare)
	for _, k := range x.keyed {
		into = append(into, k.position)
	}
	return into
}
