package replica

import (
	"fmt"
	"strings"
	"time"

	"greylag/fleet"
)

// State says whether a [Feed] is up to date.
type State string

// The states of a feed.
const (
	Connecting State = "connecting" // nothing has come yet
	Streaming  State = "live"       // records come, or are played
	Stale      State = "stale"      // the source has gone, and is looked for again
	Ended      State = "ended"      // nothing more will come
)

// Status is where a replica's data comes from and how old it is.
type Status struct {
	Label   string        // the host that the source runs on, or where nobody said, what was opened
	Version string        // of the greylag that speaks; "": not known
	Every   time.Duration // between its full reports; 0: not known
	Whole   bool          // it has told a full report to its end
	State   State
	Since   time.Time // when State began, by our clock; zero in a recording
	Newest  time.Time // of the newest record, by the source's clock
	Arrived time.Time // when it came, by our clock, or a recording's own
	// Age is the time since then; 0 while nothing has come.
	Age     time.Duration
	Problem string // what keeps it from being up to date or whole; "": nothing
}

// Moment is of when a source is shown at now: when it has ended, its last picture stays.
func (s *Status) Moment(now time.Time) time.Time {
	if s.State == Ended && !s.Since.IsZero() {
		return s.Since
	}
	return now
}

// Feed is a replica with what feeds it: [Live] or a [Player].
type Feed interface {
	Report(now time.Time, into *fleet.Report) *fleet.Report
	Changes(now time.Time, since uint64, into *fleet.Changes) *fleet.Changes
	EventsSince(number uint64) (events []fleet.Event, missed uint64)
	Outcomes(position int, into []fleet.Outcome) []fleet.Outcome
	Incidents(into []fleet.Incident) []fleet.Incident
	Status(now time.Time) Status
	// Done is closed when nothing more is read: the source has ended and will not
	// come back, or the context is done.
	Done() <-chan struct{}
}

// status is what the replica itself knows of it; name is what was opened.
func (r *Replica) status(name string, now time.Time) Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := Status{Label: name, Version: r.hello.Version, Every: r.hello.Every, Whole: r.shown.whole, Newest: r.pace.source, Arrived: r.pace.arrived}
	if r.hello.Host != "" {
		s.Label = r.hello.Host
	}
	if !s.Newest.IsZero() {
		s.Age = max(now.Sub(s.Arrived), 0)
	}
	if r.refused > 0 {
		s.Problem = fmt.Sprintf("the stream is too large: %d records not shown, for want of room (%d tunnels at most)", r.refused, maxRows)
	}
	return s
}

// problems is one text for those that are not empty.
func problems(texts ...string) string {
	var list []string
	for _, text := range texts {
		if text != "" {
			list = append(list, text)
		}
	}
	return strings.Join(list, "; ")
}

// faults are the lines that could not be read.
type faults struct {
	count int
	last  error // *stream.LineError
	torn  bool  // nothing could be read after it
}

func (f *faults) add(err error) {
	f.count++
	f.last, f.torn = err, true
}

// text says what was wrong; ended tells whether anything may follow.
func (f *faults) text(ended bool) string {
	switch {
	case f.count == 0:
		return ""
	case ended && f.torn && f.count == 1:
		return fmt.Sprintf("the last line is torn: %v", f.last)
	case f.count == 1:
		return fmt.Sprintf("1 line passed over: %v", f.last)
	}
	return fmt.Sprintf("%d lines passed over, the last one: %v", f.count, f.last)
}
