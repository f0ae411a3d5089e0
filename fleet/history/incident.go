package history

import (
	"slices"

	"greylag/fleet"
)

// againAfter is how soon after it came up, in ms, a tunnel that fails again is still
// in the same incident, as fleet has it.
const againAfter = 10_000

// incidentNumbered is the incident of that number in this run.
func (h *History) incidentNumbered(number uint64) *Incident {
	i := h.incidents[number]
	if i == nil {
		i = &Incident{Number: number}
		h.incidents[number] = i
	}
	return i
}

// incident takes in what is told of one. A member is new once: it may fail again
// later, and not as part of it.
func (h *History) incident(told *fleet.Incident) {
	i := h.incidentNumbered(told.Number)
	i.Start, i.End, i.Factor, i.Value, i.Shared, i.Reason = told.Start, told.End, told.Factor, told.Value, told.Shared, told.Reason
	for n := i.members; n < len(told.Members); n++ {
		if t := h.tunnelsNamed[told.Members[n]]; t != nil {
			h.join(i, t)
		}
	}
	i.members = max(i.members, len(told.Members))
	if told.Into > 0 {
		i.into = h.incidentNumbered(told.Into)
	}
	if !told.End.IsZero() {
		delete(h.incidents, told.Number)
	}
}

// join makes a tunnel's newest outage one of an incident's.
func (h *History) join(i *Incident, t *tunnel) {
	o := t.open
	if o == nil {
		o = t.ended
	}
	if o != nil && o.incident == nil && o.start >= msOf(i.Start)-1 {
		o.incident = i
	}
}

// inherit makes an outage that soon follows another one of the same incident.
func (h *History) inherit(o, before *outage) {
	if before == nil || before.incident == nil || o.start-before.end > againAfter {
		return
	}
	if i := before.incident; h.incidents[i.Number] == i {
		o.incident = i
	}
}

// maxIncidents is how many are in a report at most.
const maxIncidents = 100_000

// credit counts an outage of an incident.
func (r *Report) credit(o *outage) {
	i := o.incident.whole()
	i.Outages++
	i.Down += Millis(o.down)
	if !i.kept && len(r.found) < maxIncidents {
		i.kept = true
		r.found = append(r.found, i)
	}
}

// gatherIncidents lists those that were found, each part with what it is a part of.
func (r *Report) gatherIncidents() {
	for n := 0; n < len(r.found); n++ {
		part := r.found[n]
		whole := part.whole()
		if whole == part {
			continue
		}
		whole.Outages, whole.Down = whole.Outages+part.Outages, whole.Down+part.Down
		if !whole.kept {
			whole.kept = true
			r.found = append(r.found, whole)
		}
	}
	for _, i := range r.found {
		if i.into == nil {
			r.Incidents = append(r.Incidents, *i)
		}
	}
	slices.SortStableFunc(r.Incidents, func(a, b Incident) int { return a.Start.Compare(b.Start) })
}
