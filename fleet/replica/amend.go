package replica

import (
	"time"

	"greylag/fleet"
)

// applyEvent logs an event and changes what it speaks of.
func (r *Replica) applyEvent(e *fleet.Event) {
	r.log.Add(e)
	r.publish() // whoever sees the event sees what it is about
	switch {
	case e.Service != "":
	case e.Spoke != "":
		r.amendSpoke(e)
	default:
		r.amendTunnel(e)
	}
}

// amendTunnel changes a tunnel's state. An event that is older than the state, or
// the one that began it, is one that the last report knew of already. The report's
// own time tells nothing: an answer may have come before, and been read after it.
func (r *Replica) amendTunnel(e *fleet.Event) {
	row := fleet.TunnelReport{Tunnel: &fleet.Tunnel{Name: e.Tunnel, Enabled: true}, Availability: -1}
	if was := r.next.tunnels.get(e.Tunnel); was != nil {
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
	row.State, row.Since = e.To, e.Time
	row.Reason, row.Detail, row.Counter = e.Reason, e.Detail, e.Counter
	r.count(r.next.tunnels.put(e.Tunnel, &row, weighTunnel(&row)))
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
func (r *Replica) amendSpoke(e *fleet.Event) {
	row := fleet.SpokeReport{Spoke: &fleet.Spoke{Name: e.Spoke}}
	if was := r.next.spokes.get(e.Spoke); was != nil {
		if e.Time.Before(was.Since) {
			return
		}
		row = *was
	}
	row.Time = later(row.Time, e.Time)
	if row.Path != e.ToPath {
		row.Path, row.Since = e.ToPath, e.Time
	}
	r.amendActive(&row, e)
	amendRoute(&row, e)
	r.count(r.next.spokes.put(e.Spoke, &row, weighSpoke(&row)))
}

// amendActive changes by which tunnel a spoke is reached.
func (r *Replica) amendActive(row *fleet.SpokeReport, e *fleet.Event) {
	if row.Active != e.Active {
		row.Active, row.Rank = e.Active, 0
		if t := r.next.tunnels.get(e.Active); t != nil {
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
