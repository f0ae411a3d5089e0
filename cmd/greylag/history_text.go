package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/term"

	"greylag/fleet/history"
	"greylag/tui/text"
)

// Widths of the text in cells: that of who is no terminal, and the most.
const (
	plainWidth = 80
	mostWidth  = 160
)

// terminalWidth is how wide a table may be.
func terminalWidth(out io.Writer) int {
	f, is := out.(term.File)
	if !is {
		return plainWidth
	}
	width, _, err := term.GetSize(f.Fd())
	if err != nil || width < plainWidth {
		return plainWidth
	}
	return min(width, mostWidth)
}

// worst is how many rows of each kind the summary has.
const worst = 10

// historyText writes for people. Of outages it keeps the newest only, unless all are
// wanted: then each is written as it ends.
type historyText struct {
	out    *bufio.Writer
	o      *recalling
	width  int
	newest []history.Outage // that ended, oldest first
	open   []history.Outage
	ended  int
	begun  bool // the outages' header is written
}

func newHistoryText(out *bufio.Writer, o *recalling, width int) *historyText {
	return &historyText{out: out, o: o, width: width}
}

func (t *historyText) gap(history.Gap) error { return nil }

func (t *historyText) outage(o *history.Outage) error {
	switch {
	case t.o.by == "outage":
		return t.outageRows([]history.Outage{*o})
	case o.End.IsZero():
		t.open = append(t.open, *o)
		return nil
	}
	t.ended++
	if len(t.newest) == worst {
		t.newest = append(t.newest[:0], t.newest[1:]...)
	}
	t.newest = append(t.newest, *o)
	return nil
}

func (t *historyText) end(r *history.Report) error {
	switch t.o.by {
	case "outage":
		t.line("")
	case "":
		t.head(r)
	}
	t.sections(r)
	if t.o.by == "" {
		t.newestOutages()
	} else {
		t.head(r)
	}
	return t.flushed()
}

// flushed is the first error of writing, which the writer keeps.
func (t *historyText) flushed() error {
	_, err := t.out.Write(nil)
	return err
}

func (t *historyText) line(format string, args ...any) {
	line := strings.TrimRight(fmt.Sprintf(format, args...), " ")
	_, _ = t.out.WriteString(line + "\n") // its error is kept
}

// head is what it all comes to.
func (t *historyText) head(r *history.Report) {
	t.line("%s: %s to %s", cmp.Or(text.UTF8.Head(r.Host, t.width-58), "journal"), zonedTime(r.Since), zonedTime(r.Until))
	t.line("%s in all, %s", text.Span(r.Until.Sub(r.Since)), notObserved(r))
	f := &r.Fleet
	t.line("%s: %s available, %s, %s down, MTTR %s, MTBF %s", count(f.Count, "tunnel"), availabilityText(f.Ratio), count(f.Outages, "outage"),
		spanOr(f.Down, true), spanOr(f.MTTR, f.Ended > 0), spanOr(f.MTBF, f.Flaps > 0))
	if s := &r.Spoked; s.Count > 0 {
		t.line("%s: %s reached, %s, %s down", count(s.Count, "spoke"), availabilityText(s.Ratio), count(s.Outages, "outage"), spanOr(s.Down, true))
		t.line("%s on backup, %s unprotected", spanOr(s.OnBackup, true), spanOr(s.Unprotected, true))
	}
	if r.Unwritten > 0 {
		t.line("%s no event tells, only a later record: their times may be late", count(r.Unwritten, "change"))
	}
}

// notObserved says how much of the window nothing is known of.
func notObserved(r *history.Report) string {
	if r.NotObserved <= 0 {
		return "all of it observed"
	}
	var parts []string
	add := func(d history.Millis, where string) {
		if d > 0 {
			parts = append(parts, spanOr(d, true)+" "+where)
		}
	}
	add(r.Before, "before the first record")
	add(r.NotObserved-r.Before-r.After, "in "+count(r.Gaps, "gap"))
	add(r.After, "after the last")
	if len(parts) == 1 {
		_, where, _ := strings.Cut(parts[0], " ")
		return spanOr(r.NotObserved, true) + " not observed, " + where
	}
	return spanOr(r.NotObserved, true) + " not observed: " + strings.Join(parts, ", ")
}

// availabilityText is a ratio in per cent, cut to thousandths so that what is less than
// all never reads 100.
func availabilityText(ratio float64) string {
	switch {
	case ratio < 0:
		return "-"
	case ratio >= 1:
		return "100%"
	}
	thousandths := int(ratio*100_000 + 1e-9)
	return fmt.Sprintf("%d.%03d%%", thousandths/1000, thousandths%1000)
}

// spanOr is how long something lasts, in at most 6 cells.
func spanOr(d history.Millis, known bool) string {
	const year = 365 * 24 * 3600 * 1000
	switch {
	case !known:
		return "-"
	case d >= 100*year: // of many together
		return fmt.Sprintf("%dy", d/year)
	}
	return text.UTF8.Duration(d.Duration())
}
