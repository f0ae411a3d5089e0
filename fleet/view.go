package fleet

import (
	"math"
	"time"
)

// view is a fleet as one inventory declares it, with all that is known by tunnels'
// numbers. A reload puts another one in its place, and nothing changes the rows and
// spokes of the old one any more: a reader who has begun with it ends with it.
type view struct {
	inv     *Inventory
	numbers []int32 // by position in inv.Tunnels: the engine's number, -1 disabled
	// positions is the other direction: by number.
	positions []int32
	rows      []row   // by the engine's number
	spokes    []spoke // as inv.Spokes

	begun    time.Time           // when it took its place
	disabled map[int32]time.Time // by position: since when a tunnel is disabled, where that is not begun
}

// newView returns the view of an inventory of which nothing is known yet.
func newView(inv *Inventory, begun time.Time) view {
	enabled := inv.Enabled()
	v := view{inv: inv, positions: inv.order(), rows: make([]row, len(enabled)), begun: begun}
	for i, t := range enabled {
		v.rows[i].init(t, begun)
		v.rows[i].number = int32(i)
	}
	v.numbers = numbersOf(v.positions, len(inv.Tunnels))
	v.linkSpokes()
	return v
}

// linkSpokes fills spokes from the inventory and tells each row its spoke. A
// tunnel of a spoke that is not declared belongs to none.
func (v *view) linkSpokes() {
	v.spokes = make([]spoke, len(v.inv.Spokes))
	places := make(map[string]int, len(v.spokes))
	for i := range v.spokes {
		places[v.inv.Spokes[i].Name] = i
		v.spokes[i].since, v.spokes[i].times.counted = v.begun, v.begun
		v.spokes[i].lowest, v.spokes[i].active = math.MaxInt, -1
	}
	for i := range v.inv.Tunnels {
		if place, ok := places[v.inv.Tunnels[i].Spoke]; ok {
			v.linkTunnel(i, place)
		}
	}
}

// linkTunnel makes the tunnel at that position in the inventory one of a
// spoke's.
func (v *view) linkTunnel(position, place int) {
	sp, t := &v.spokes[place], &v.inv.Tunnels[position]
	sp.lowest = min(sp.lowest, t.Rank)
	sp.paths++
	if number := v.numbers[position]; number >= 0 {
		sp.members = append(sp.members, member{number, t.Rank})
		v.rows[number].spoke = int32(place)
	}
}

// nameOf is the name of the tunnel of that number; "" for -1.
func (v *view) nameOf(number int32) string {
	if number < 0 {
		return ""
	}
	return v.rows[number].tunnel.Name
}

// reportDisabled is a tunnel that the inventory says is not probed.
func (v *view) reportDisabled(position int, now time.Time) TunnelReport {
	since, known := v.disabled[int32(position)]
	if !known {
		since = v.begun
	}
	return TunnelReport{Tunnel: &v.inv.Tunnels[position], Time: now, State: Disabled, Since: since, Availability: -1}
}
