package main

import (
	"time"

	"greylag/fleet/history"
)

// The types of this file are what --json and --csv print: units are in the names, and
// what is not known is absent.

// outageRow is an outage.
type outageRow struct {
	Type  string   `json:"type"` // "outage"
	Of    string   `json:"of"`   // "tunnel" or "spoke"
	Name  string   `json:"name"`
	Hub   string   `json:"hub,omitempty"`
	Spoke string   `json:"spoke,omitempty"`
	Rank  int      `json:"rank,omitempty"`
	Tags  []string `json:"tags,omitempty"`

	Start       string `json:"start"`
	End         string `json:"end,omitempty"` // absent: it goes on at the end of the window
	Duration    int64  `json:"duration_ms"`
	Down        int64  `json:"down_ms"` // observed, in the window
	From        string `json:"from,omitempty"`
	To          string `json:"to,omitempty"`
	GoesOn      bool   `json:"goes_on,omitempty"`
	Before      bool   `json:"since_before,omitempty"` // it began before the window
	EndNotSeen  bool   `json:"end_not_seen,omitempty"`
	Reason      string `json:"reason,omitempty"`
	Incident    uint64 `json:"incident,omitempty"`
	Factor      string `json:"factor,omitempty"`
	FactorValue string `json:"value,omitempty"`
}

func rowOfOutage(o *history.Outage) *outageRow {
	r := &outageRow{
		Type: "outage", Of: o.Of, Name: o.Name, Hub: o.Hub, Spoke: o.Spoke, Rank: o.Rank, Tags: o.Tags,
		Start: stampOf(o.Start), End: stampOf(o.End), Duration: int64(o.Duration), Down: int64(o.Down),
		From: o.From, To: o.To, GoesOn: o.End.IsZero(), Before: o.Before, EndNotSeen: !o.End.IsZero() && !o.EndSeen,
		Reason: string(o.Reason),
	}
	if i := o.Incident; i != nil {
		r.Incident, r.Factor, r.FactorValue = i.Number, string(i.Factor), i.Value
	}
	return r
}

// availabilityRow is how one did, or several together.
type availabilityRow struct {
	Type  string   `json:"type"` // "availability"
	Of    string   `json:"of"`   // "tunnel", "spoke", "hub", "tag", "fleet" (all tunnels) or "spokes" (all)
	Name  string   `json:"name,omitempty"`
	Hub   string   `json:"hub,omitempty"`
	Spoke string   `json:"spoke,omitempty"`
	Rank  int      `json:"rank,omitempty"`
	Tags  []string `json:"tags,omitempty"`
	Count int      `json:"count"` // of tunnels or spokes

	Availability *float64 `json:"availability,omitempty"`
	Outages      int      `json:"outages"`
	Flaps        int      `json:"flaps"`
	MTTR         *int64   `json:"mttr_ms,omitempty"`
	MTBF         *int64   `json:"mtbf_ms,omitempty"`
	Longest      int64    `json:"longest_ms"`
	Up           int64    `json:"up_ms"`
	Degraded     int64    `json:"degraded_ms"` // of up_ms
	Down         int64    `json:"down_ms"`
	Pending      int64    `json:"pending_ms"`
	Disabled     int64    `json:"disabled_ms"`
	Observed     int64    `json:"observed_ms"`
	NotObserved  int64    `json:"not_observed_ms"`
	OnBackup     *int64   `json:"on_backup_ms,omitempty"`
	Unprotected  *int64   `json:"unprotected_ms,omitempty"`
	State        string   `json:"state,omitempty"` // at the end of the window, or of the records
}

func rowOfAvailability(a *history.Availability) *availabilityRow {
	r := &availabilityRow{
		Type: "availability", Of: a.Of, Name: a.Name, Hub: a.Hub, Spoke: a.Spoke, Rank: a.Rank, Tags: a.Tags, Count: a.Count,
		Outages: a.Outages, Flaps: a.Flaps, MTTR: known(a.MTTR, a.Ended > 0), MTBF: known(a.MTBF, a.Flaps > 0),
		Longest: int64(a.Longest), Up: int64(a.Up), Degraded: int64(a.Degraded),
		Down: int64(a.Down), Pending: int64(a.Pending), Disabled: int64(a.Disabled),
		Observed: int64(a.Observed), NotObserved: int64(a.NotObserved),
		OnBackup: known(a.OnBackup, a.HasSpoke), Unprotected: known(a.Unprotected, a.HasSpoke), State: a.State,
	}
	if a.Ratio >= 0 {
		r.Availability = &a.Ratio
	}
	return r
}

// known is milliseconds, or absent.
func known(d history.Millis, is bool) *int64 {
	if !is {
		return nil
	}
	ms := int64(d)
	return &ms
}

// incidentRow is an incident with what its members come to in the window.
type incidentRow struct {
	Type     string `json:"type"` // "incident"
	Incident uint64 `json:"incident"`
	Start    string `json:"start,omitempty"`
	End      string `json:"end,omitempty"`
	Factor   string `json:"factor,omitempty"`
	Value    string `json:"value,omitempty"`
	Shared   int    `json:"shared,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Outages  int    `json:"outages"`
	Down     int64  `json:"down_ms"` // of all together
}

func rowOfIncident(i *history.Incident) *incidentRow {
	return &incidentRow{
		Type: "incident", Incident: i.Number, Start: stampOf(i.Start), End: stampOf(i.End), Factor: string(i.Factor), Value: i.Value,
		Shared: i.Shared, Reason: string(i.Reason), Outages: i.Outages, Down: int64(i.Down),
	}
}

// gapRow is a time that was not observed.
type gapRow struct {
	Type     string `json:"type"` // "gap"
	Start    string `json:"start"`
	End      string `json:"end"`
	Duration int64  `json:"duration_ms"`
	Why      string `json:"why"` // "restart", or "silence": no records came
}

// historyRow is the journal as a whole.
type historyRow struct {
	Type        string `json:"type"` // "history"
	Host        string `json:"host,omitempty"`
	Since       string `json:"since"`
	Until       string `json:"until"`
	First       string `json:"first"` // record
	Last        string `json:"last"`
	Runs        int    `json:"runs"` // of greylag
	Gaps        int    `json:"gaps"`
	NotObserved int64  `json:"not_observed_ms"`
	Problems    int    `json:"problems"`  // lines that were not read as they stand
	Unwritten   int    `json:"unwritten"` // changes that no event told
}

func rowOfHistory(r *history.Report) *historyRow {
	return &historyRow{
		Type: "history", Host: r.Host, Since: stampOf(r.Since), Until: stampOf(r.Until), First: stampOf(r.First), Last: stampOf(r.Last),
		Runs: r.Runs, Gaps: r.Gaps, NotObserved: int64(r.NotObserved), Problems: r.Problems, Unwritten: r.Unwritten,
	}
}

// stampOf is a time as the stream has it; "" where it is not known.
func stampOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}
