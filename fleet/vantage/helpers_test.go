package vantage

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
	"greylag/fleet/replica"
	"greylag/fleet/stream"
)

// epoch is when the tests begin, by all clocks.
var epoch = time.Date(2026, 11, 22, 19, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time { return epoch.Add(time.Duration(seconds * float64(time.Second))) }

// host is a source: a real replica, with a status as a live feed's.
type host struct {
	*replica.Replica
	name   string
	state  replica.State
	newest time.Time
	since  time.Time
	done   chan struct{}
}

func newHost(name string) *host {
	return &host{Replica: replica.New(), name: name, state: replica.Connecting}
}

func (h *host) Status(now time.Time) replica.Status {
	s := replica.Status{Label: h.name, State: h.state, Since: h.since, Newest: h.newest, Arrived: h.newest, Whole: !h.newest.IsZero()}
	if !h.newest.IsZero() {
		s.Age = now.Sub(h.newest)
	}
	return s
}

func (h *host) Done() <-chan struct{} { return h.done }

// tells is a full report of a host: "a=up b=down".
func (h *host) tells(seconds float64, fleetText string) {
	h.state, h.newest = replica.Streaming, at(seconds)
	words := strings.Fields(fleetText)
	for _, word := range words {
		name, state, _ := strings.Cut(word, "=")
		h.Apply(stream.Record{Tunnel: told(seconds, name, fleet.State(state))}, at(seconds))
	}
	counts := map[fleet.State]int{fleet.Up: len(words)}
	h.Apply(stream.Record{Summary: &fleet.Summary{Time: at(seconds), Tunnels: counts}}, at(seconds))
}

func told(seconds float64, name string, state fleet.State) *fleet.TunnelReport {
	return &fleet.TunnelReport{
		Tunnel: &fleet.Tunnel{Name: name, Enabled: true, Interval: time.Second, Retries: 3},
		Time:   at(seconds), State: state, Since: epoch, Availability: -1, Sent: uint64(seconds),
	}
}

// reaches tells of a spoke.
func (h *host) reaches(seconds float64, name string, path fleet.Path) {
	h.state, h.newest = replica.Streaming, at(seconds)
	h.Apply(stream.Record{Spoke: &fleet.SpokeReport{Spoke: &fleet.Spoke{Name: name}, Time: at(seconds), Path: path}}, at(seconds))
	h.Apply(stream.Record{Summary: &fleet.Summary{Time: at(seconds), Spokes: map[fleet.Path]int{path: 1}}}, at(seconds))
}

// changes tells that a tunnel changed.
func (h *host) changes(seconds float64, name string, from, to fleet.State) {
	h.newest = at(seconds)
	h.Apply(stream.Record{Event: &fleet.Event{Time: at(seconds), Tunnel: name, From: from, To: to}}, at(seconds))
}

func setOf(hosts ...*host) *Set {
	var sources []Source
	for i, h := range hosts {
		sources = append(sources, Source{h, fmt.Sprintf("spec%d", i+1)})
	}
	return New(sources...)
}

// shown is a report in words: "a=up[up down !] b=unseen[- up]".
func shown(r *fleet.Report) string {
	var list []string
	for i := range r.Tunnels {
		t := &r.Tunnels[i]
		list = append(list, fmt.Sprintf("%s=%s%s", t.Tunnel.Name, t.State, viewsText(t.Views)))
	}
	for i := range r.Spokes {
		s := &r.Spokes[i]
		list = append(list, fmt.Sprintf("%s=%s%s", s.Spoke.Name, s.Path, viewsText(s.Views)))
	}
	return strings.Join(list, " ")
}

func viewsText[V fleet.State | fleet.Path](views *fleet.Views[V]) string {
	var words []string
	for _, v := range views.List {
		word := string(v.Verdict)
		if word == "" {
			word = "-"
		}
		if v.Stale {
			word += "/stale"
		}
		words = append(words, word)
	}
	if views.Disagree {
		words = append(words, "!")
	}
	return "[" + strings.Join(words, " ") + "]"
}

// follower is a reader that asks for changes, as the terminal does, and for all of it
// where those are not all.
type follower struct {
	version uint64
	report  *fleet.Report
	changes *fleet.Changes
	wholes  int
}

// follow is what the reader then knows.
func (f *follower) follow(s *Set, now time.Time) string {
	f.changes = s.Changes(now, f.version, f.changes)
	if f.changes.Whole {
		f.report, f.wholes = s.Report(now, nil), f.wholes+1
	}
	for i, position := range f.changes.Positions {
		f.report.Tunnels[position] = f.changes.Tunnels[i]
	}
	for i, place := range f.changes.Places {
		f.report.Spokes[place] = f.changes.Spokes[i]
	}
	f.version = f.changes.Version
	return shown(f.report)
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

// story is the events in words.
func story(s *Set) string {
	events, _ := s.EventsSince(0)
	var list []string
	for _, e := range events {
		switch {
		case e.Service != "":
			list = append(list, strings.TrimSpace(fmt.Sprintf("%s%s:%s>%s %s", e.Host, e.Tunnel, e.Was, e.Is, e.Detail)))
		default:
			list = append(list, fmt.Sprintf("%s:%s>%s", e.Host, e.Tunnel, e.To))
		}
	}
	return strings.Join(list, " | ")
}
