package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"greylag/fleet"
	"greylag/tui"
)

// liveSource shows the terminal the store of a station in this process.
type liveSource struct {
	station *station
	notes   *notes
	label   string
}

// liveLabel says where the data comes from.
func liveLabel() string {
	host, err := os.Hostname()
	if err != nil {
		return "live engine"
	}
	return "live engine on " + host
}

// Report implements [tui.Source].
func (l liveSource) Report(now time.Time, into *fleet.Report) *fleet.Report {
	return l.station.store.Report(now, into)
}

// Changes implements [tui.Source].
func (l liveSource) Changes(now time.Time, since uint64, into *fleet.Changes) *fleet.Changes {
	return l.station.store.Changes(now, since, into)
}

// Tunnel implements [tui.Reader].
func (l liveSource) Tunnel(position int, now time.Time, into *fleet.TunnelReport) bool {
	return l.station.store.Tunnel(position, now, into)
}

// Spoke implements [tui.Reader].
func (l liveSource) Spoke(place int, now time.Time, into *fleet.SpokeReport) bool {
	return l.station.store.Spoke(place, now, into)
}

// EventsSince implements [tui.Source].
func (l liveSource) EventsSince(number uint64) (events []fleet.Event, missed uint64) {
	return l.station.store.EventsSince(number)
}

// Outcomes implements [tui.Source].
func (l liveSource) Outcomes(position int, into []fleet.Outcome) []fleet.Outcome {
	return l.station.store.Outcomes(position, into)
}

// Incidents implements [tui.Source].
func (l liveSource) Incidents(into []fleet.Incident) []fleet.Incident {
	return l.station.store.Incidents(into)
}

// Status implements [tui.Source]. What is in this process is never old.
func (l liveSource) Status(now time.Time) tui.Status {
	return tui.Status{Label: l.label, Note: l.notes.current(now)}
}

// SetEnabled implements [tui.Control].
func (l liveSource) SetEnabled(position int, enabled bool) error {
	if enabled {
		return l.station.act(position, l.station.engine.Enable)
	}
	return l.station.act(position, l.station.engine.Disable)
}

// ProbeNow implements [tui.Control].
func (l liveSource) ProbeNow(position int) error {
	return l.station.act(position, l.station.engine.ProbeNow)
}

// noteLasts is how long a note stays on the screen.
const noteLasts = 8 * time.Second

// notes keeps the newest line written to it: what a station has to say while
// standard error is the screen itself.
type notes struct {
	mu   sync.Mutex
	line string
	at   time.Time
}

// Write implements [io.Writer].
func (n *notes) Write(b []byte) (int, error) {
	n.say(strings.TrimRight(string(b), "\n"), time.Now())
	return len(b), nil
}

func (n *notes) say(line string, at time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.line, n.at = line, at
}

// current is the newest line with its time, as long as it is new.
func (n *notes) current(now time.Time) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.line == "" || now.Sub(n.at) > noteLasts {
		return ""
	}
	return fmt.Sprintf("%s %s", n.at.Format(time.TimeOnly), n.line)
}
