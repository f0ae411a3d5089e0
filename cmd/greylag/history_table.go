package main

import (
	"fmt"
	"strconv"
	"time"

	"greylag/fleet/history"
	"greylag/tui/text"
)

// historyColumn is one of a table, beside the name.
type historyColumn struct {
	title string
	width int
	cell  func(a *history.Availability) string
}

var (
	countColumn    = historyColumn{"TUNNELS", 7, func(a *history.Availability) string { return strconv.Itoa(a.Count) }}
	ratioColumn    = historyColumn{"AVAIL", 7, func(a *history.Availability) string { return availabilityText(a.Ratio) }}
	downColumn     = historyColumn{"DOWN", 6, func(a *history.Availability) string { return spanOr(a.Down, true) }}
	outagesColumn  = historyColumn{"OUTAGES", 7, func(a *history.Availability) string { return strconv.Itoa(a.Outages) }}
	flapsColumn    = historyColumn{"FLAPS", 5, func(a *history.Availability) string { return strconv.Itoa(a.Flaps) }}
	longestColumn  = historyColumn{"LONGEST", 7, func(a *history.Availability) string { return spanOr(a.Longest, a.Outages > 0) }}
	mttrColumn     = historyColumn{"MTTR", 6, func(a *history.Availability) string { return spanOr(a.MTTR, a.Ended > 0) }}
	mtbfColumn     = historyColumn{"MTBF", 6, func(a *history.Availability) string { return spanOr(a.MTBF, a.Flaps > 0) }}
	backupColumn   = historyColumn{"BACKUP", 6, func(a *history.Availability) string { return spanOr(a.OnBackup, a.HasSpoke) }}
	unprotectedCol = historyColumn{"UNPROT", 6, func(a *history.Availability) string { return spanOr(a.Unprotected, a.HasSpoke) }}
)

var (
	tunnelColumns = []historyColumn{ratioColumn, downColumn, outagesColumn, flapsColumn, longestColumn, mttrColumn, mtbfColumn}
	spokeColumns  = []historyColumn{ratioColumn, downColumn, outagesColumn, longestColumn, mttrColumn, backupColumn, unprotectedCol}
	groupColumns  = []historyColumn{countColumn, ratioColumn, downColumn, outagesColumn, longestColumn, mttrColumn, mtbfColumn}
)

// sections writes the tables that are wanted.
func (t *historyText) sections(r *history.Report) {
	t.table("SPOKE", "spoke", r.Spokes, spokeColumns)
	t.table("TUNNEL", "tunnel", r.Tunnels, tunnelColumns)
	t.table("HUB", "hub", r.Hubs, groupColumns)
	t.table("TAG", "tag", r.Tags, groupColumns)
	t.incidents(r.Incidents)
}

// shown is how many rows of a kind are written: all that are asked for, or the worst of
// those of which there is anything to say.
func (t *historyText) shown(rows []history.Availability) int {
	n := len(rows)
	for t.o.by == "" && n > 0 && (n > worst || rows[n-1].Outages == 0 && rows[n-1].Unprotected == 0 && rows[n-1].OnBackup == 0) {
		n--
	}
	return n
}

func (t *historyText) table(title, kind string, rows []history.Availability, columns []historyColumn) {
	if !t.o.wants(kind) || len(rows) == 0 {
		return
	}
	n := t.shown(rows)
	if n > 0 {
		t.rows(title, rows[:n], columns)
	}
	if more := len(rows) - n; more > 0 && n > 0 {
		t.line("… and %d more: --by %s", more, kind)
	}
	if t.o.by != "" {
		t.line("")
	}
}

// rows writes a table; its name column takes what the others leave.
func (t *historyText) rows(title string, rows []history.Availability, columns []historyColumn) {
	room, name := t.width, len(title)
	for _, c := range columns {
		room -= c.width + 2
	}
	for i := range rows {
		name = max(name, text.UTF8.Width(rows[i].Name))
	}
	name = min(name, room)
	if t.o.by == "" {
		t.line("")
	}
	line := text.UTF8.Fit(title, name)
	for _, c := range columns {
		line += "  " + text.UTF8.FitRight(c.title, c.width)
	}
	t.line("%s", line)
	for i := range rows {
		line := text.UTF8.FitMiddle(rows[i].Name, name)
		for _, c := range columns {
			line += "  " + text.UTF8.FitRight(c.cell(&rows[i]), c.width)
		}
		t.line("%s", line)
	}
}

// dayTime is a moment within a year or so.
const dayTime = "01-02 15:04:05"

func dayText(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.Local().Format(dayTime)
}

// incidents writes the newest, or all.
func (t *historyText) incidents(list []history.Incident) {
	if !t.o.wants("incident") || len(list) == 0 {
		return
	}
	first := 0
	if t.o.by == "" {
		first = max(0, len(list)-worst)
		t.line("")
	}
	t.line("%-14s  %7s  %7s  %7s  INCIDENT", "START", "LASTED", "OUTAGES", "DOWN")
	if first > 0 {
		t.line("… %d before: --by incident", first)
	}
	for i := range list[first:] {
		in := &list[first+i]
		lasted := "goes on"
		if !in.End.IsZero() {
			lasted = text.UTF8.Duration(in.End.Sub(in.Start))
		}
		t.line("%-14s  %7s  %7d  %7s  %s", dayText(in.Start), lasted, in.Outages, spanOr(in.Down, true),
			text.UTF8.Fit(incidentName(in), t.width-43))
	}
	if t.o.by != "" {
		t.line("")
	}
}

// incidentName says which incident it is; a number alone means little.
func incidentName(i *history.Incident) string {
	name := fmt.Sprintf("#%d", i.Number)
	if i.Factor != "" {
		name += " " + string(i.Factor)
	}
	if i.Value != "" {
		name += " " + i.Value
	}
	return name
}

// newestOutages writes those that ended last, and those that go on.
func (t *historyText) newestOutages() {
	if len(t.newest)+len(t.open) == 0 {
		return
	}
	t.line("")
	if before := t.ended - len(t.newest); before > 0 {
		t.outageHead()
		t.line("… %d before: --by outage", before)
	}
	_ = t.outageRows(t.newest) // its error is kept
	if more := len(t.open) - worst; more > 0 {
		t.line("… %d that go on longer: --by outage", more)
		t.open = t.open[more:]
	}
	_ = t.outageRows(t.open)
}

// The columns of outages.
const (
	startWidth  = len(dayTime)
	lastedWidth = 7
	reasonWidth = 11
	outageRest  = startWidth + lastedWidth + reasonWidth + 4*2
)

// outageNameWidth is what of the width the name takes; the note has the rest.
func (t *historyText) outageNameWidth() int { return (t.width - outageRest) * 5 / 9 }

func (t *historyText) outageHead() {
	t.begun = true
	t.line("%-*s  %*s  %-*s  %-*s  NOTE", startWidth, "START", lastedWidth, "LASTED", t.outageNameWidth(), "OUTAGE", reasonWidth, "REASON")
}

func (t *historyText) outageRows(list []history.Outage) error {
	if !t.begun && len(list) > 0 {
		t.outageHead()
	}
	for i := range list {
		o := &list[i]
		name := o.Name
		if o.Of == "spoke" {
			name = "spoke " + name
		}
		width := t.outageNameWidth()
		note := text.UTF8.Fit(outageNote(o), t.width-outageRest-width)
		t.line("%s  %*s  %s  %s  %s", dayText(o.Start), lastedWidth, spanOr(o.Duration, true),
			text.UTF8.FitMiddle(name, width), text.UTF8.Fit(dash(string(o.Reason)), reasonWidth), note)
	}
	return t.flushed()
}

// outageNote is what else there is to say.
func outageNote(o *history.Outage) string {
	var note string
	add := func(is bool, what string) {
		switch {
		case !is:
		case note == "":
			note = what
		default:
			note += ", " + what
		}
	}
	ended := !o.End.IsZero()
	add(!ended, "goes on")
	add(ended && !o.EndSeen, "end not seen")
	add(ended && o.To != "up", o.To)
	if o.Incident != nil {
		add(true, incidentName(o.Incident))
	}
	add(o.From == "pending", "begin not seen")
	add(o.Before, "since before")
	return note
}
