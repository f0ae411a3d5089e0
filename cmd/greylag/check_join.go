package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"greylag/fleet"
	"greylag/fleet/stream"
	"greylag/fleet/vantage"
)

// joined is what several sources say of one fleet.
type joined struct {
	sources  []*checkedSource
	hosts    []string
	report   *fleet.Report // of each tunnel what the worst of those says that are up to date
	disputed []string      // tunnels about which these disagree: "a (up from jump1; down from jump2)"
}

// join puts the sources' reports together.
func (o *checking) join(sources []*checkedSource, now time.Time) (*joined, error) {
	j := &joined{sources: sources, report: &fleet.Report{Time: now}}
	labels := make([]string, len(sources))
	specs := make([]string, len(sources))
	for i, s := range sources {
		labels[i], specs[i] = s.host, s.Spec
	}
	j.hosts = vantage.Hosts(labels, specs)
	j.joinTunnels()
	j.joinSpokes()
	selects := o.selection.Tunnels != nil || o.selection.Hubs != nil || o.selection.Spokes != nil || o.selection.Tags != nil
	if selects && len(j.report.Tunnels) == 0 && !slices.ContainsFunc(sources, func(s *checkedSource) bool { return s.problem != "" }) {
		return nil, usageError{errNoneSelected}
	}
	return j, nil
}

// joinTunnels finds the worst row of each tunnel. What only a source knows that is not
// up to date is pending: nobody can say how it is.
func (j *joined) joinTunnels() {
	places, views := map[string]int{}, [][]fleet.View[fleet.State]{}
	r := j.report
	for i, s := range j.sources {
		if s.report == nil {
			continue
		}
		for n := range s.report.Tunnels {
			t := &s.report.Tunnels[n]
			place, known := places[t.Tunnel.Name]
			if !known {
				place = len(r.Tunnels)
				places[t.Tunnel.Name] = place
				r.Tunnels = append(r.Tunnels, fleet.TunnelReport{Tunnel: t.Tunnel, State: fleet.Unseen})
				views = append(views, make([]fleet.View[fleet.State], len(j.sources)))
			}
			views[place][i] = fleet.View[fleet.State]{Verdict: t.State, Stale: s.problem != ""}
			if was := &r.Tunnels[place]; s.problem == "" && t.State.Severity() < was.State.Severity() {
				*was = *t
			}
		}
	}
	r.Summary = fleet.NewSummary(r.Time)
	for place := range r.Tunnels {
		j.judge(&r.Tunnels[place], views[place])
	}
}

// judge counts a tunnel, and what is said of it.
func (j *joined) judge(t *fleet.TunnelReport, views []fleet.View[fleet.State]) {
	if t.State == fleet.Unseen {
		t.State = fleet.Pending
	}
	j.report.Summary.Tunnels[t.State]++
	if t.Views = fleet.TunnelViews(j.hosts, views); t.Differ() {
		j.disputed = append(j.disputed, fmt.Sprintf("%s (%s)", t.Tunnel.Name, vantage.Detail(t.Views)))
	}
}

// joinSpokes takes of each spoke what says that it has no protection, if any does.
func (j *joined) joinSpokes() {
	places := map[string]int{}
	r := j.report
	for _, s := range j.sources {
		if s.report == nil || s.problem != "" {
			continue
		}
		for n := range s.report.Spokes {
			spoke := s.report.Spokes[n]
			place, known := places[spoke.Spoke.Name]
			switch {
			case !known:
				places[spoke.Spoke.Name] = len(r.Spokes)
				r.Spokes = append(r.Spokes, spoke)
			case spoke.Active != "" && spoke.Ranked && !spoke.Protected:
				r.Spokes[place] = spoke
			}
		}
		addEngine(&r.Summary.Engine, &s.report.Summary.Engine)
	}
	for i := range r.Spokes {
		r.Summary.AddSpoke(&r.Spokes[i])
	}
}

// addEngine adds up what the engines did.
func addEngine(sum, e *fleet.EngineReport) {
	sum.Sent += e.Sent
	sum.Received += e.Received
	sum.LateSends += e.LateSends
	sum.Dropped += e.Dropped
	sum.SendErrors += e.SendErrors
}

// troubled are the sources that are not up to date, and why.
func (j *joined) troubled() (list []string) {
	for i, s := range j.sources {
		if s.problem != "" {
			list = append(list, j.hosts[i]+": "+s.problem)
		}
	}
	return list
}

// isBlind tells whether a source has told nothing at all: nobody can say what it knows.
func (j *joined) isBlind() bool {
	return slices.ContainsFunc(j.sources, func(s *checkedSource) bool { return s.problem != "" && !s.status.Whole })
}

// pluginLine is the exit code and the line of a monitoring plugin.
func (j *joined) pluginLine() (code int, line string) {
	code, text := pluginVerdict(j.report)
	if len(j.report.Tunnels) == 0 && len(j.troubled()) > 0 {
		text = "no tunnel is known"
	}
	if code != checkCritical && j.isBlind() {
		code = checkUnknown
	}
	if len(j.disputed) > 0 {
		text += fmt.Sprintf("; hosts disagree about %s: %s", count(len(j.disputed), "tunnel"), someOf(j.disputed))
	}
	if troubled := j.troubled(); len(troubled) > 0 {
		text += "; not up to date: " + strings.Join(troubled, ", ")
	}
	perf := perfdata(j.report)
	if len(j.sources) > 1 {
		perf += fmt.Sprintf(" disagree=%d stale=%d;;;0;%d", len(j.disputed), len(j.troubled()), len(j.sources))
	}
	return code, pluginFormat(code, text, perf)
}

// printTable writes a line for each tunnel and each source that knows it, with the
// source where there are several.
func (j *joined) printTable(w io.Writer, last string) error {
	var b bytes.Buffer
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	titles, several := tableTitles, len(j.sources) > 1
	if several {
		titles = strings.Replace(titles, "TUNNEL", "TUNNEL\tVANTAGE", 1)
	}
	fmt.Fprintln(t, titles)
	_ = j.each(func(host string, isOld bool, row *fleet.TunnelReport) error {
		state, name := string(row.State), row.Tunnel.Name
		if isOld {
			state = vantage.Stale
		}
		if several {
			name += "\t" + host
		}
		printRow(t, state, name, row)
		return nil
	})
	if err := t.Flush(); err != nil {
		return err
	}
	b.WriteString(last + "\n")
	_, err := w.Write(b.Bytes())
	return err
}

// printJSON writes each source's tunnels, with its host where there are several, and
// one summary.
func (j *joined) printJSON(e *stream.Encoder) error {
	err := j.each(func(host string, _ bool, row *fleet.TunnelReport) error {
		if len(j.sources) > 1 {
			e.Host = host
		}
		return e.Tunnel(row)
	})
	if err != nil {
		return err
	}
	e.Host = ""
	return e.Summary(&j.report.Summary)
}

// each yields the tunnels in their order, of each what every source knows.
func (j *joined) each(yield func(host string, isOld bool, row *fleet.TunnelReport) error) error {
	places := make([]map[string]int, len(j.sources))
	for i, s := range j.sources {
		places[i] = map[string]int{}
		if s.report != nil {
			for n := range s.report.Tunnels {
				places[i][s.report.Tunnels[n].Tunnel.Name] = n
			}
		}
	}
	for k := range j.report.Tunnels {
		for i, s := range j.sources {
			n, known := places[i][j.report.Tunnels[k].Tunnel.Name]
			if !known {
				continue
			}
			if err := yield(j.hosts[i], s.problem != "", &s.report.Tunnels[n]); err != nil {
				return err
			}
		}
	}
	return nil
}
