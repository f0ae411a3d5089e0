package replica

import "time"

// pace relates the source's clock to ours, which may be set differently: the ages
// of what it reports are by its own. It is known from the newest record.
type pace struct {
	source   time.Time // its time
	arrived  time.Time // ours
	reported bool      // a record other than an event or an incident told it
}

// tell takes the time of a record. One of an event or an incident is when something
// happened, not when it was told, so that it counts only until another record comes.
func (p *pace) tell(source, arrived time.Time, event bool) {
	if event && p.reported {
		return
	}
	*p = pace{source, arrived, !event}
}

// present is the source's time at now, which is ours; now where nothing came yet.
func (p *pace) present(now time.Time) time.Time {
	if p.source.IsZero() {
		return now
	}
	return p.source.Add(max(now.Sub(p.arrived), 0))
}
