package query

import (
	"time"

	"greylag/fleet"
)

// What follows takes the numbers from a row; false where one does not apply or
// is not known.

func rankOf(r *Row) (float64, bool) {
	if t := r.declared(); t != nil {
		return float64(t.Rank), true
	}
	return 0, false
}

func rttOf(r *Row) (float64, bool) {
	t, known := timed(r)
	return float64(t.Last), known
}

func p99Of(r *Row) (float64, bool) {
	t, known := timed(r)
	return float64(t.P99), known && t.P99 > 0
}

func jitterOf(r *Row) (float64, bool) {
	t, known := timed(r)
	return float64(t.Jitter), known
}

// timed are the round trip times of the row's tunnel; false: there are none.
func timed(r *Row) (*fleet.RTT, bool) {
	if t := r.measured(); t != nil {
		return &t.RTT, t.RTT.Samples > 0
	}
	return &fleet.RTT{}, false
}

func lossOf(r *Row) (float64, bool) {
	if t := r.measured(); t != nil {
		return t.Loss, t.Received+t.Lost > 0
	}
	return 0, false
}

func availabilityOf(r *Row) (float64, bool) {
	if t := r.measured(); t != nil {
		return t.Availability, t.Availability >= 0
	}
	return 0, false
}

func counterOf(r *Row) (float64, bool) {
	switch {
	case r.Event != nil:
		return float64(r.Event.Counter), r.Event.Tunnel != ""
	case r.Tunnel != nil:
		return float64(r.Tunnel.Counter), true
	}
	return 0, false
}

func flapsOf(r *Row) (float64, bool) {
	if t := r.measured(); t != nil {
		return float64(t.Flaps), true
	}
	return 0, false
}

func incidentOf(r *Row) (float64, bool) {
	if t := r.measured(); t != nil {
		return float64(t.Incident), true
	}
	return 0, false
}

// sinceOf is how long the state or the path is what it is, or how long ago the
// event was.
func sinceOf(r *Row) (float64, bool) {
	switch {
	case r.Event != nil:
		return span(r.Event.Time, r.Time)
	case r.Spoke != nil:
		return span(r.Spoke.Since, r.Spoke.Time)
	case r.Tunnel != nil:
		return span(r.Tunnel.Since, r.Tunnel.Time)
	}
	return 0, false
}

func span(from, to time.Time) (float64, bool) {
	if from.IsZero() || to.IsZero() {
		return 0, false
	}
	return float64(max(to.Sub(from), 0)), true
}
