package advise

import (
	"net/netip"

	"greylag/fleet"
)

// relations are what tunnels are to each other: which is first of those that have
// something in common. All of it is found in one pass.
type relations struct {
	twins   map[twin]int
	farEnds map[farEndOf]int
	devices map[deviceOf]int
	watched map[string]netip.Prefix // by spoke
	hubs    []hubCount              // as the inventory's
	rate    float64                 // packets a second that the enabled ones ask for
}

// twin is what tells one tunnel of a pair of ends from another.
type twin struct {
	source, destination netip.Addr
	key                 uint32
	hasKey              bool
	echo                bool
	device              string // of an echo
}

// farEndOf is a spoke's way in.
type farEndOf struct {
	spoke       string
	destination netip.Addr
}

// deviceOf is this host's way out to a spoke.
type deviceOf struct {
	spoke, device string
	source        netip.Addr
}

// hubCount is what a hub's tunnels come to.
type hubCount struct {
	originates int // enabled, and kept alive from here
	could      int // of these, by far ends that could originate themselves
}

// relate fills the judge's relations.
func (j *Judge) relate() {
	j.relations = &relations{
		twins: map[twin]int{}, farEnds: map[farEndOf]int{}, devices: map[deviceOf]int{},
		watched: map[string]netip.Prefix{}, hubs: make([]hubCount, len(j.inv.Hubs)),
	}
	for _, s := range j.inv.Spokes {
		if s.Watch.IsValid() {
			j.relations.watched[s.Name] = s.Watch
		}
	}
	hubs := make(map[string]int, len(j.inv.Hubs))
	for i, h := range j.inv.Hubs {
		hubs[h.Name] = i
	}
	for i := range j.inv.Tunnels {
		e := j.ends(i)
		j.join(e)
		if h, known := hubs[e.tunnel.Hub]; known {
			j.relations.hubs[h].count(e)
		}
	}
}

// join adds a tunnel to the relations. Of twins the first that is enabled stays as it
// is; of the tunnels of a spoke, the one of the lowest rank.
func (j *Judge) join(e ends) {
	r, t := j.relations, e.tunnel
	first(r.twins, twinOf(t), e.index, func(other int) bool {
		return t.Enabled && !j.inv.Tunnels[other].Enabled
	})
	if !t.Enabled {
		return
	}
	if t.Interval > 0 {
		r.rate += 1 / t.Interval.Seconds()
	}
	if t.Spoke == "" {
		return
	}
	before := func(other int) bool { return t.Rank < j.inv.Tunnels[other].Rank }
	first(r.farEnds, farEndOf{t.Spoke, t.Destination}, e.index, before)
	if t.Device != "" {
		first(r.devices, deviceOf{t.Spoke, t.Device, t.Source}, e.index, before)
	}
}

// first keeps the index that stands before the others.
func first[K comparable](by map[K]int, key K, index int, before func(other int) bool) {
	if other, taken := by[key]; !taken || before(other) {
		by[key] = index
	}
}

// earlier is the tunnel that stands before e among those with the same key; nil
// where it is e, or where there is none.
func earlier[K comparable](e ends, by map[K]int, key K) *fleet.Tunnel {
	i, is := by[key]
	if !is || i == e.index {
		return nil
	}
	return &e.inv.Tunnels[i]
}

func twinOf(t *fleet.Tunnel) twin {
	w := twin{source: t.Source, destination: t.Destination, key: t.Key, hasKey: t.HasKey}
	if t.Probe == fleet.Echo {
		w.echo, w.device = true, t.Device
	}
	return w
}

func (c *hubCount) count(e ends) {
	if !e.tunnel.Enabled || !e.originates() {
		return
	}
	c.originates++
	if e.peer != nil && e.farCouldOriginate() {
		c.could++
	}
}
