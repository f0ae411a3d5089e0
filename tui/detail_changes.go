package tui

import (
	"greylag/fleet"
)

// changesShown is how many changes are listed; the events view has them all.
const changesShown = 12

// changes writes what happened to the tunnel and to the path of its spoke, the
// newest first.
func (d *detail) changes() {
	list := d.newestChanges()
	d.section("Changes")
	for _, e := range list {
		d.space(1)
		d.put(dim, eventTime(e.Time, d.m.shownTime())+" ")
		drawEventHost(&d.canvas, e, &d.m.board)
		switch {
		case e.Service != "":
			drawDispute(&d.canvas, e)
		case e.Spoke != "":
			drawSpokeEvent(&d.canvas, e)
		default:
			d.put(stateStyle(e.To), d.glyphs.state(e.To)+" ")
			drawTransition(&d.canvas, e)
		}
		d.close()
	}
	switch {
	case len(list) == changesShown:
		d.put(dim, " older ones are in the view of events")
		d.close()
	case len(list) == 0:
		d.put(dim, " none seen")
		d.close()
	}
}

func (d *detail) newestChanges() []*fleet.Event {
	var list []*fleet.Event
	events := d.m.board.events
	for i := len(events) - 1; i >= 0 && len(list) < changesShown; i-- {
		if e := &events[i]; d.concerns(e) {
			list = append(list, e)
		}
	}
	return list
}

// concerns tells whether a change is one of the tunnel or of its spoke.
func (d *detail) concerns(e *fleet.Event) bool {
	switch {
	case e.Service != "":
		return e.Tunnel == d.tunnel.Name
	case e.Spoke != "":
		return e.Spoke == d.tunnel.Spoke
	}
	return e.Tunnel == d.tunnel.Name
}
