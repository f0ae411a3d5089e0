package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"greylag/fleet"
	"greylag/fleet/replica"
	"greylag/fleet/stream"
	"greylag/fleet/vantage"
)

// checkedSource is what check was told by one source.
type checkedSource struct {
	vantage.Source
	host    string
	status  replica.Status
	report  *fleet.Report
	problem string // why what it told is not how it is; "": it is
}

// fromTimeout is how long sources may take where --timeout says nothing: they report
// every 10 s by default.
const fromTimeout = 30 * time.Second

// lookAgain is how often sources are looked at.
const lookAgain = 50 * time.Millisecond

// runCheckFrom checks what other greylags report.
func (a *app) runCheckFrom(ctx context.Context, o checking) error {
	if err := o.selection.checkPatterns(); err != nil {
		return err
	}
	timeout := o.timeout
	if timeout == 0 {
		timeout = fromTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	sources, err := o.openAll(ctx, a)
	if err != nil {
		return err
	}
	o.await(ctx, sources)
	j, err := o.join(sources, time.Now())
	if err != nil {
		return err
	}
	return a.verdictFrom(j, o)
}

// openAll opens the sources. One of several that cannot be opened is one that tells
// nothing.
func (o *checking) openAll(ctx context.Context, a *app) ([]*checkedSource, error) {
	var sources []*checkedSource
	for _, spec := range o.from.specs {
		s := &checkedSource{Source: vantage.Source{Spec: spec}, host: spec}
		feed, err := replica.Open(context.WithoutCancel(ctx), spec, replica.Options{Stdin: a.stdin, Through: true})
		switch {
		case err != nil && len(o.from.specs) == 1:
			return nil, err
		case err != nil:
			s.problem = err.Error()
		}
		s.Feed = feed
		sources = append(sources, s)
	}
	return sources, nil
}

// await waits until every source has told how its tunnels are, or will tell no more.
func (o *checking) await(ctx context.Context, sources []*checkedSource) {
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		waits := false
		for _, s := range sources {
			waits = s.look(o, time.Now()) || waits
		}
		if !waits {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look takes in what a source has told, and tells whether there is more to wait for.
func (s *checkedSource) look(o *checking, now time.Time) (waits bool) {
	if s.Feed == nil {
		return false
	}
	s.status = s.Feed.Status(now)
	s.report = s.Feed.Report(s.status.Moment(now), s.report)
	o.selection.narrowReport(s.report)
	s.host = s.status.Label
	s.problem = s.doubt(now)
	isSettled := s.status.Whole && s.report.Summary.Tunnels[fleet.Pending] == 0 && explained(s.report)
	return s.status.State != replica.Ended && (!isSettled || s.problem != "")
}

// doubt is why what a source told is not how it is. What has ended is as old as it
// says itself.
func (s *checkedSource) doubt(now time.Time) string {
	age, patience := s.status.Age, vantage.Patience(&s.status)
	if s.status.State == replica.Ended {
		age = now.Sub(s.status.Newest)
	}
	switch {
	case s.status.Newest.IsZero():
		return orElse(s.status.Problem, "nothing has come")
	case s.status.State == replica.Stale:
		return orElse(s.status.Problem, "stale")
	case !s.status.Whole:
		return "no whole report has come"
	case age >= patience:
		return fmt.Sprintf("stale: its newest record is %v old", age.Round(time.Second))
	}
	return ""
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// narrowReport leaves the selected tunnels in a report, and counts them.
func (s *selection) narrowReport(r *fleet.Report) {
	kept, spokes := r.Tunnels[:0], map[string]bool{}
	sum := fleet.NewSummary(r.Time)
	for i := range r.Tunnels {
		if t := &r.Tunnels[i]; s.Matches(t.Tunnel) {
			kept = append(kept, *t)
			sum.Tunnels[t.State]++
			spokes[t.Tunnel.Spoke] = true
		}
	}
	r.Tunnels = kept
	left := r.Spokes[:0]
	for i := range r.Spokes {
		if spokes[r.Spokes[i].Spoke.Name] {
			left = append(left, r.Spokes[i])
			sum.AddSpoke(&r.Spokes[i])
		}
	}
	r.Spokes = left
	sum.Engine = r.Summary.Engine
	r.Summary = sum
}

// verdictFrom prints what the sources say together, and returns the exit code.
func (a *app) verdictFrom(j *joined, o checking) error {
	code, line := j.pluginLine()
	var err error
	switch {
	case o.json:
		err = j.printJSON(stream.NewEncoder(a.stdout))
	default:
		err = j.printTable(a.stdout, line)
	}
	if err = outputError(err); err != nil {
		return err
	}
	return exit(code)
}

var errNoneSelected = errors.New("no tunnel that is reported matches --tunnel, --hub, --spoke and --tag together")
