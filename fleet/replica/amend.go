package replica

import (
	"time"

	"greylag/fleet"
)

// applyEvent logs an event and changes what it speaks of: whoever sees the event sees
// what it is about. While the first report after a second hello comes in, that is what
// was there before, too.
func (r *Replica) applyEvent(e *fleet.Event) {
	r.log.add(e)
	if r.shown != r.next && r.next.isIncoming() {
		r.amend(r.shown, e)
	} else {
		r.publish()
	}
	r.amend(r.next, e)
}

// isIncoming tells whether a full report has begun, and has not ended.
func (k *known) isIncoming() bool { return len(k.tunnels.round)+len(k.spokes.round) > 0 }

// amend changes what an event speaks of. What was taken out of the inventory stays as
// it was, until the next report leaves it out.
func (r *Replica) amend(k *known, e *fleet.Event) {
	switch {
	case e.Service != "", e.To == fleet.Removed, e.ToPath == fleet.PathRemoved:
	case e.Spoke != "":
		r.amendSpoke(k, e)
	default:
		r.amendTunnel(k, e)
	}
}

// amendTunnel changes a tunnel's state. An event that is older than the state, or
// the one that began it, is one that the last report knew of already. The report's
// own time tells nothing: an answer may have come before, and been read after it.
func (r *Replica) amendTunnel(k *known, e *fleet.Event) {
	row := fleet.TunnelReport{Tunnel: &fleet.Tunnel{Name: e.Tunnel, Enabled: true}, Availability: -1}
	if was := k.tunnels.get(e.Tunnel); was != nil {
		if e.Time.Before(was.Since) || e.Time.Equal(was.Since) && e.To == was.State {
			return
		}
		row = *was
	}
	row.Tunnel = enabled(row.Tunnel, e.To != fleet.Disabled)
	row.Time = later(row.Time, e.Time)
	if e.To == fleet.Down && row.State != fleet.Down && reaches(e.From) {
		row.Flaps++
	}
	row.State, row.Since = e.To, began(e)
	row.Was, row.WasSince = "", time.Time{}
	row.Reason, row.Detail, row.Counter = e.Reason, e.Detail, e.Counter
	r.count(k.tunnels.put(e.Tunnel, &row, weighTunnel(&row)))
}

// began is when the state or path began that an event tells of.
func began(e *fleet.Event) time.Time {
	if !e.Since.IsZero() {
		return e.Since
	}
	return e.Time
}

// reaches tells whether a tunnel in that state carries traffic.
func reaches(s fleet.State) bool { return s == fleet.Up || s == fleet.Degraded }

// enabled is the declaration with that Enabled.
func enabled(t *fleet.Tunnel, is bool) *fleet.Tunnel {
	if t.Enabled == is {
		return t
	}
	other := *t
	other.Enabled = is
	return &other
}

// amendSpoke changes a spoke's path, protection or route.
func (r *Replica) amendSpoke(k *known, e *fleet.Event) {
	row := fleet.SpokeReport{Spoke: &fleet.Spoke{Name: e.Spoke}}
	if was := k.spokes.get(e.Spoke); was != nil {
		if e.Time.Before(was.Since) {
			return
		}
		row = *was
	}
	row.Time = later(row.Time, e.Time)
	if row.Path != e.ToPath {
		row.Path, row.Since = e.ToPath, began(e)
		row.Was, row.WasSince = "", time.Time{}
	}
	k.amendActive(&row, e)
	amendRoute(&row, e)
	r.count(k.spokes.put(e.Spoke, &row, weighSpoke(&row)))
}

// amendActive changes by which tunnel a spoke is reached.
func (k *known) amendActive(row *fleet.SpokeReport, e *fleet.Event) {
	if row.Active != e.Active {
		row.Active, row.Rank = e.Active, 0
		if t := k.tunnels.get(e.Active); t != nil {
			row.Rank = t.Tunnel.Rank
		}
	}
	row.Protected = e.Protected
}

// next is what would take over, by the last report, unless an event has told since
// that nothing stands behind the active tunnel, or that this is the active one.
func next(s *fleet.SpokeReport) string {
	if !s.Protected || s.Next == s.Active {
		return ""
	}
	return s.Next
}

// amendRoute changes what an event of the route speaks of.
func amendRoute(row *fleet.SpokeReport, e *fleet.Event) {
	if e.Route == nil {
		return
	}
	row.Route = e.Route
	switch {
	case !e.BlackHole:
		row.BlackHoleSince = time.Time{}
	case !row.BlackHole:
		row.BlackHoleSince = e.Time
	}
	row.BlackHole = e.BlackHole
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
