package main

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"greylag/fleet"
)

// printTable writes a line a tunnel, and the plugin's line last.
func printTable(w io.Writer, r *fleet.Report, last string) error {
	var b bytes.Buffer
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, tableTitles)
	for i := range r.Tunnels {
		row := &r.Tunnels[i]
		printRow(t, string(row.State), row.Tunnel.Name, row)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	b.WriteString(last + "\n")
	_, err := w.Write(b.Bytes())
	return err
}

const tableTitles = "STATE\tTUNNEL\tHUB\tSPOKE\tRANK\tDESTINATION\tCOUNTER\tLOSS\tRTT\tREASON"

func printRow(w io.Writer, state, name string, row *fleet.TunnelReport) {
	d := row.Tunnel
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%d/%d\t%s\t%s\t%s\n", state, name, dash(d.Hub), dash(d.Spoke), d.Rank,
		d.Destination, row.Counter, d.Retries, lossText(row), rttText(row), reasonText(row))
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func lossText(t *fleet.TunnelReport) string {
	if t.Received+t.Lost == 0 {
		return "-"
	}
	return strconv.FormatFloat(100*t.Loss, 'f', 0, 64) + "%"
}

func rttText(t *fleet.TunnelReport) string {
	if t.RTT.Samples == 0 {
		return "-"
	}
	return t.RTT.Mean.Round(time.Microsecond).String()
}

func reasonText(t *fleet.TunnelReport) string {
	switch {
	case t.Reason == "":
		return "-"
	case t.Detail == "":
		return string(t.Reason)
	}
	seen, _, _ := strings.Cut(t.Detail, "; ") // what to do about it is in the JSON
	return string(t.Reason) + ": " + seen
}
