package main

import (
	"context"
	"os"
	"slices"
	"time"

	"greylag/fleet"
	"greylag/fleet/replica"
	"greylag/fleet/stream"
	"greylag/fleet/vantage"
)

// mergePause is how often sources are looked at to be merged, and mergePatience how
// long the stream waits to begin for sources that have not said who they are.
const (
	mergePause    = 100 * time.Millisecond
	mergePatience = 2 * time.Second
)

// merger writes what several greylags report as one stream.
type merger struct {
	set     *vantage.Set
	sources []vantage.Source
	out     *stream.Encoder
	options reporting

	hosts  []string // as the stream names them; nil: it has not begun
	told   uint64   // number of the last event written
	parts  []part   // by source
	report *fleet.Report
}

// part is what was written of one source.
type part struct {
	arrived  time.Time // of the newest record that was
	incident uint64    // version of the newest that was
}

// merge writes the sources' records until they have ended, or ctx has.
func (a *app) merge(ctx context.Context, o reporting, from fromSource) error {
	ctx, cancel := lasting(ctx, o.length)
	defer cancel()
	ctx, cancel = whileRead(ctx, a.stdout)
	defer cancel()
	sources, err := from.open(context.WithoutCancel(ctx), replica.Options{Stdin: a.stdin, Through: true})
	if err != nil {
		return err
	}
	out := newSteady(a.stdout, a.stderr)
	m := &merger{
		set: vantage.New(sources...), sources: sources, out: stream.NewEncoder(out), options: o,
		parts: make([]part, len(sources)),
	}
	if err := outputError(m.run(ctx)); err != nil {
		return err
	}
	return out.farewell()
}

// run writes until the sources have ended, or ctx has, and then the rest.
func (m *merger) run(ctx context.Context) error {
	look, full := time.NewTicker(mergePause), time.NewTicker(m.options.every)
	defer look.Stop()
	defer full.Stop()
	latest := time.Now().Add(mergePatience)
	for {
		var err error
		select {
		case <-ctx.Done():
			return m.last()
		case <-full.C:
			err = m.full(time.Now())
		case now := <-look.C:
			points := m.set.Points(now)
			if m.hosts == nil && now.Before(latest) && slices.ContainsFunc(points, isUnknown) {
				continue
			}
			if err = m.follow(points, now); err == nil && m.haveEnded() {
				return m.last()
			}
		}
		if err != nil {
			return err
		}
	}
}

// isUnknown tells whether a source has not said who it is, and may yet.
func isUnknown(p vantage.Point) bool { return !p.Status.Whole && p.Status.State != replica.Ended }

func (m *merger) haveEnded() bool {
	for _, s := range m.sources {
		select {
		case <-s.Feed.Done():
		default:
			return false
		}
	}
	return true
}

// last writes what there is at the end.
func (m *merger) last() error {
	now := time.Now()
	if err := m.follow(m.set.Points(now), now); err != nil {
		return err
	}
	return m.full(now)
}

// follow writes what has happened; all anew where a source is another than it was.
func (m *merger) follow(points []vantage.Point, now time.Time) error {
	var hosts []string
	for _, p := range points {
		hosts = append(hosts, p.Host)
	}
	if !slices.Equal(hosts, m.hosts) {
		if err := m.begin(points, hosts, now); err != nil {
			return err
		}
	}
	events, _ := m.set.EventsSince(m.told)
	if len(events) > 0 {
		m.told = events[len(events)-1].Number
	}
	return m.out.Events(events)
}

// begin writes who is speaking, then what each source says of itself, and all that is
// known.
func (m *merger) begin(points []vantage.Point, hosts []string, now time.Time) error {
	m.hosts = hosts
	own, err := os.Hostname()
	if err != nil {
		own = "unknown"
	}
	every := m.options.period()
	m.report = m.set.Report(now, m.report)
	err = m.out.Hello(stream.Hello{
		Time: now, Version: version, Host: own, Every: every, Sources: hosts,
		Tunnels: len(m.report.Tunnels), Spokes: len(m.report.Spokes),
	})
	for i, p := range points {
		if err != nil {
			return err
		}
		m.report = m.sources[i].Feed.Report(p.Status.Moment(now), m.report)
		m.parts[i] = part{}
		err = m.out.Hello(stream.Hello{
			Time: now, Version: p.Status.Version, Host: hosts[i], Every: every,
			Tunnels: len(m.report.Tunnels), Spokes: len(m.report.Spokes),
		})
	}
	if err != nil {
		return err
	}
	return m.full(now)
}

// full writes a report of each source that has said anything since the last.
func (m *merger) full(now time.Time) error {
	if m.options.events || m.hosts == nil {
		return nil
	}
	defer func() { m.out.Host = "" }()
	for i, p := range m.set.Points(now) {
		if p.Status.Arrived.Equal(m.parts[i].arrived) || p.Status.Newest.IsZero() {
			continue
		}
		m.parts[i].arrived = p.Status.Arrived
		m.out.Host = m.hosts[i]
		if err := m.fullOf(i, p.Status.Moment(now)); err != nil {
			return err
		}
	}
	return nil
}

// fullOf writes a source's report: its tunnels with their newest keepalives, its spokes,
// the incidents that changed or go on, and its summary.
func (m *merger) fullOf(i int, at time.Time) error {
	feed := m.sources[i].Feed
	m.report = feed.Report(at, m.report)
	w := m.out.Walker()
	var outcomes []fleet.Outcome
	for position := range m.report.Tunnels {
		t := &m.report.Tunnels[position]
		outcomes = feed.Outcomes(position, outcomes[:0])
		t.Recent = t.Recent[:0]
		for _, o := range outcomes {
			t.Recent = append(t.Recent, o.Pack())
		}
		if err := w.Tunnel(t); err != nil {
			return err
		}
	}
	for place := range m.report.Spokes {
		if err := w.Spoke(&m.report.Spokes[place]); err != nil {
			return err
		}
	}
	if err := m.incidents(i); err != nil {
		return err
	}
	return w.Summary(&m.report.Summary)
}

func (m *merger) incidents(i int) error {
	told := &m.parts[i].incident
	newest := *told
	for _, incident := range m.sources[i].Feed.Incidents(nil) {
		newest = max(newest, incident.Version)
		if incident.Version <= *told && !incident.End.IsZero() {
			continue
		}
		if err := m.out.Incident(&incident); err != nil {
			return err
		}
	}
	*told = newest
	return nil
}
