package replica

import (
	"time"

	"greylag/fleet"
)

// Changes returns the rows that were told anew after a version, as
// [fleet.Store.Changes] does. A row changes with its record only, so that who takes
// them in knows all that there is. Times are as in [Replica.Report].
func (r *Replica) Changes(now time.Time, since uint64, into *fleet.Changes) *fleet.Changes {
	l := looks.Get().(*look)
	defer l.giveBack()
	c := into.Restart(now)
	r.lookFor(since, now, l, c)
	if c.Whole {
		return c
	}
	for i, t := range l.tunnels {
		*c.AddTunnel(l.positions[i]) = shownTunnel(t)
	}
	for i, s := range l.spokes {
		c.AddSpoke(l.places[i], shownSpoke(s))
	}
	return c
}

// lookFor gathers what changed after a version.
func (r *Replica) lookFor(since uint64, now time.Time, l *look, c *fleet.Changes) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l.empty()
	c.Time, c.Version, c.Engine = r.pace.present(now), r.version, r.shown.engine
	c.Incidents = max(r.shown.told, r.published)
	known := since >= r.published && since <= r.version &&
		r.shown.tunnels.since(since, func(place int, t *fleet.TunnelReport) {
			l.tunnels, l.positions = append(l.tunnels, t), append(l.positions, place)
		}) &&
		r.shown.spokes.since(since, func(place int, s *fleet.SpokeReport) {
			l.spokes, l.places = append(l.spokes, s), append(l.places, place)
		})
	c.Whole = !known
}
