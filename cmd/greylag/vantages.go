package main

import (
	"time"

	"greylag/fleet"
	"greylag/fleet/replica"
	"greylag/fleet/vantage"
	"greylag/tui"
)

// vantages shows the terminal what several hosts see.
type vantages struct{ *vantage.Set }

// Report implements [tui.Source]. Before any host has told anything there is none.
func (v vantages) Report(now time.Time, into *fleet.Report) *fleet.Report {
	r := v.Set.Report(now, into)
	if len(r.Tunnels) == 0 && v.silent(now) {
		r.Time = time.Time{}
	}
	return r
}

// Changes implements [tui.Source], at the same moment as Report.
func (v vantages) Changes(now time.Time, since uint64, into *fleet.Changes) *fleet.Changes {
	c := v.Set.Changes(now, since, into)
	if v.silent(now) {
		c.Time = time.Time{}
	}
	return c
}

// silent tells whether no host has told anything.
func (v vantages) silent(now time.Time) bool {
	for _, p := range v.Set.Points(now) {
		if !p.Status.Newest.IsZero() {
			return false
		}
	}
	return true
}

// Status implements [tui.Source].
func (v vantages) Status(now time.Time) tui.Status { return streamStatus(v.Set.Status(now), now) }

// Points implements [tui.Vantages].
func (v vantages) Points(now time.Time, into []tui.Point) []tui.Point {
	for _, p := range v.Set.Points(now) {
		into = append(into, tui.Point{
			Host: p.Host, Age: p.Status.Age, Trouble: pointTrouble(&p), Problem: p.Status.Problem,
		})
	}
	return into
}

// pointTrouble is why what a vantage point told is not how it is: in a word.
func pointTrouble(p *vantage.Point) string {
	switch {
	case !p.Stale:
		return ""
	case p.Status.State == replica.Streaming: // and nothing comes
		return string(replica.Stale)
	}
	return string(p.Status.State)
}
