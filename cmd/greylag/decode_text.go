package main

import (
	"bufio"
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"greylag/fleet"
	"greylag/fleet/decode"
	"greylag/probe/capture"
)

// decodeText writes for people: a line for each keepalive and each change, then a
// table of the tunnels.
type decodeText struct {
	out   *bufio.Writer
	table *tabwriter.Writer // nil: no tunnel yet
	notes []string
}

func (w *decodeText) keepalive(s *fleet.Sighting, changes []fleet.Event) error {
	down := s.Request && len(changes) > 0 // as it fell due, before it was sent
	if down {
		w.changes(changes)
	}
	fmt.Fprintf(w.out, "%s  %-12s %-7s %s->%s%s id=%d ttl=%d  %s\n", captureTime(s.Time), cmp.Or(s.Tunnel, "-"), directionText(s),
		s.Source, s.Destination, keyText(s.Key, s.HasKey), s.ID, s.TTL, fateText(s))
	if !down {
		w.changes(changes)
	}
	return w.flushed()
}

// flushed is the first error of writing, which the writer keeps.
func (w *decodeText) flushed() error {
	_, err := w.out.Write(nil)
	return err
}

func (w *decodeText) flush() { _ = w.out.Flush() }

func (w *decodeText) changes(changes []fleet.Event) {
	for i := range changes {
		e := &changes[i]
		fmt.Fprintf(w.out, "%s  %-12s %s -> %s", captureTime(e.Time), e.Tunnel, e.From, e.To)
		switch {
		case e.To == fleet.Down:
			fmt.Fprintf(w.out, ": %s unanswered as the next is due (R10)%s", count(int(e.Counter), "keepalive"), causeText(e))
		case e.Outage > 0:
			fmt.Fprintf(w.out, ": after %s", e.Outage.Round(time.Millisecond))
		}
		fmt.Fprintln(w.out)
	}
}

func causeText(e *fleet.Event) string {
	if e.Reason == "" {
		return ""
	}
	return fmt.Sprintf("; %s: %s", e.Reason, e.Detail)
}

// captureTime is a time of a capture.
func captureTime(t time.Time) string {
	if t.IsZero() {
		return "(no time)                 "
	}
	return t.UTC().Format("2006-01-02 15:04:05.000000")
}

func directionText(s *fleet.Sighting) string {
	if s.Request {
		return "request"
	}
	return "answer"
}

func keyText(key uint32, has bool) string {
	if !has {
		return ""
	}
	return " key=" + strconv.FormatUint(uint64(key), 10)
}

// fateText is what became of a keepalive.
func fateText(s *fleet.Sighting) string {
	switch {
	case s.Tunnel == "":
		return "not followed: too many tunnels"
	case s.Verdict == fleet.VerdictCopy:
		return "copy: captured twice"
	case s.Request:
		return fmt.Sprintf("len=%d counter=%d", s.Length, s.Counter)
	case s.HasRTT:
		return "answered after " + s.RTT.Round(time.Microsecond).String()
	case s.Verdict == fleet.VerdictUnmatched:
		return "unmatched: its request is not in the capture"
	}
	return string(s.Verdict)
}

func (w *decodeText) tunnel(t *decode.Tunnel) error {
	if w.table == nil {
		w.table = tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w.table, "\nTUNNEL\tSOURCE\tDESTINATION\tKEY\tINTERVAL\tRETRIES\tSENT\tANSWERED\tLOST\tRTT MIN/MEAN/MAX\tFLAPS\tSTATE")
	}
	r, d := &t.Report, t.Report.Tunnel
	key := "-"
	if d.HasKey {
		key = strconv.FormatUint(uint64(d.Key), 10)
	}
	fmt.Fprintf(w.table, "%s\t%s\t%s\t%s\t%s\t%d (%s)\t%d\t%d\t%d\t%s\t%d\t%s\n", d.Name, d.Source, d.Destination, key,
		intervalText(t), d.Retries, t.RetriesSource, r.Sent, r.Received, r.Lost, rttRange(r), r.Flaps, stateText(r))
	w.note(t)
	return nil
}

func intervalText(t *decode.Tunnel) string {
	d := t.Report.Tunnel.Interval
	if d == 0 {
		return "-"
	}
	return fmt.Sprintf("%s (%s)", d, t.IntervalSource)
}

func rttRange(r *fleet.TunnelReport) string {
	if r.RTT.Samples == 0 {
		return "-"
	}
	us := time.Microsecond
	return fmt.Sprintf("%s/%s/%s", r.RTT.Min.Round(us), r.RTT.Mean.Round(us), r.RTT.Max.Round(us))
}

func stateText(r *fleet.TunnelReport) string {
	s := string(r.State)
	if r.Since.IsZero() || r.State == fleet.Pending {
		return s
	}
	s += " since " + r.Since.UTC().Format("15:04:05.000")
	if r.Reason != "" {
		s += ", " + string(r.Reason)
	}
	return s
}

// note keeps what the table has no column for.
func (w *decodeText) note(t *decode.Tunnel) {
	r := &t.Report
	add := func(is bool, format string, args ...any) {
		if is {
			w.notes = append(w.notes, r.Tunnel.Name+": "+fmt.Sprintf(format, args...))
		}
	}
	add(r.InFlight > 0, "the last request is unanswered as the capture ends")
	add(r.Late+r.Duplicate > 0, "%d late, %s", r.Late, count(int(r.Duplicate), "duplicate"))
	switch {
	case t.Requests == 0:
		add(true, "only answers: its requests take another way, or the capture began later")
	case r.Unmatched > 0 && r.Received == 0:
		add(true, "%s, none with the identification of a request: does the far end rewrite it? Try --match address", count(int(r.Unmatched), "answer"))
	default:
		add(r.Unmatched > 0, "%s to no request in the capture", count(int(r.Unmatched), "answer"))
	}
	add(t.Absent > 0, "by its interval %s not in the capture: the sender paused, or they were not captured", count(int(t.Absent), "request"))
	add(t.Copies > 0, "%s captured more than once", count(int(t.Copies), "packet"))
	add(!t.Timed, "the capture has no times for it")
	add(r.Detail != "", "%s: %s", r.Reason, r.Detail)
}

func (w *decodeText) end(c decode.Counts) error {
	if w.table != nil {
		if err := w.table.Flush(); err != nil {
			return err
		}
		fmt.Fprintln(w.out)
	}
	for _, n := range w.notes {
		fmt.Fprintln(w.out, n)
	}
	fmt.Fprintln(w.out, countsText(c))
	return w.flushed()
}

// countsText is what was in the captures, in one line.
func countsText(c decode.Counts) string {
	if c.Requests+c.Answers == 0 {
		return fmt.Sprintf("no keepalive in %s%s", count(int(c.Frames), "frame"), othersText(c))
	}
	return fmt.Sprintf("%s: %s, %s%s", count(int(c.Frames), "frame"), count(int(c.Requests), "request"), count(int(c.Answers), "answer"), othersText(c))
}

func othersText(c decode.Counts) string {
	var parts []string
	add := func(n uint64, what string) {
		if n > 0 {
			parts = append(parts, strconv.FormatUint(n, 10)+" "+what)
		}
	}
	add(c.Errors, "ICMP errors about them")
	add(c.OtherGRE, "other GRE")
	add(c.Damaged, "GRE with a wrong checksum")
	add(c.Cut, "too short to tell (capture with tcpdump -s 0)")
	add(c.UnreadLink, "not read: "+capture.UnreadLink(c.Link))
	add(c.Unfollowed, "keepalives of more tunnels than are followed")
	add(c.Others, "other")
	if len(parts) == 0 {
		return ""
	}
	return "; " + strings.Join(parts, ", ")
}
