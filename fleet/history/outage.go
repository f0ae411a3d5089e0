package history

import (
	"time"

	"greylag/fleet"
)

// Identity names a tunnel or a spoke.
type Identity struct {
	Of         string // "tunnel", "spoke", and of sums "hub", "tag", "fleet"
	Name       string
	Hub, Spoke string   // of a tunnel
	Rank       int      // of a tunnel; 0: not known
	Tags       []string // of a tunnel
}

// Outage is a time in which a tunnel, or every path to a spoke, was down.
type Outage struct {
	*Identity
	Start    time.Time
	End      time.Time // zero: it goes on at the end of the window
	Duration Millis    // from Start to End, or to the end of the window
	// Down is how much of that was observed, and in the window.
	Down Millis
	// From is the state before: "up", "degraded", "pending" (nobody saw it begin),
	// "disabled", or "" where that is not known.
	From string
	// To is the state after: "up", "disabled", or "removed". Where it is "up" and
	// EndSeen is not set, it came up while nobody watched, up to End.
	To      string
	EndSeen bool
	Before  bool // it began before the window

	Reason   fleet.Reason
	Incident *Incident // nil: it is part of none
}

// Incident is outages that began together.
type Incident struct {
	Number     uint64 // in the run of greylag that found it
	Start, End time.Time
	Factor     fleet.Factor
	Value      string
	Shared     int // tunnels that share the factor
	Reason     fleet.Reason

	Outages int    // of its members, in the window
	Down    Millis // of those together

	members int       // that were told so far
	into    *Incident // of which it turned out to be a part
	kept    bool      // in the report
}

// whole is the incident of which i turned out to be a part, or i.
func (i *Incident) whole() *Incident {
	for n := 0; i.into != nil && n < 100; n++ {
		i = i.into
	}
	return i
}

// outage is one as it is gathered.
type outage struct {
	start, end int64 // end: never while it goes on
	down       int64 // observed, in the window
	repeated   int64 // time that the clock took back meanwhile
	from, to   state
	endSeen    bool
	reason     fleet.Reason
	incident   *Incident
	of         *Identity
	keep       *bool // it is in the report
	course     *course
}

// in tells whether any of it is in the window.
func (o *outage) in(w window) bool {
	return o.start < w.to && (o.end == never || o.end > w.from || o.end == w.from && o.start == o.end)
}

func (o *outage) duration() int64 { return max(o.end-o.start+o.repeated, 0) }

// repairedIn tells whether it ended in the window and its duration is known.
func (o *outage) repairedIn(w window) bool {
	return o.endSeen && o.to.reaches() && o.from != pending && o.end > w.from && o.end <= w.to
}

// tell is what is told of it; last is the end of what was observed.
func (o *outage) tell(w window, last int64) Outage {
	t := Outage{
		Identity: o.of, Start: timeOf(o.start), Down: Millis(o.down), From: stateNames[o.from],
		Before: o.start < w.from, Reason: o.reason,
	}
	end := o.end
	if end == never || end > w.to {
		end = min(last, w.to)
	} else {
		t.End, t.To, t.EndSeen = timeOf(end), toName(o.to), o.endSeen
	}
	t.Duration = Millis(max(end-o.start+o.repeated, 0))
	if o.incident != nil {
		t.Incident = o.incident.whole()
	}
	return t
}

// toName is the state after an outage: degraded is up, and what is not there any more
// was removed.
func toName(s state) string {
	switch {
	case s == absent:
		return "removed"
	case s.reaches():
		return stateNames[up]
	}
	return stateNames[s]
}
