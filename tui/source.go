package tui

import (
	"time"

	"greylag/fleet"
)

// Source is where the terminal gets what it shows: a live engine's store,
// another greylag's stream, or a recorded file. It is only ever asked, never
// waits for the terminal, and may be asked from several goroutines at once.
type Source interface {
	// Report is the whole fleet as of now; into and what it holds are reused,
	// nil makes a new one. A source with a clock of its own (a recording)
	// answers with its own Time.
	Report(now time.Time, into *fleet.Report) *fleet.Report
	// Changes is what changed after a version, as [fleet.Store.Changes] has it; into
	// and what it holds are reused, nil makes a new one.
	Changes(now time.Time, since uint64, into *fleet.Changes) *fleet.Changes
	// EventsSince returns the changes after the one of that number, oldest
	// first, and how many of those asked for are gone.
	EventsSince(number uint64) (events []fleet.Event, missed uint64)
	// Outcomes appends the fates of the newest keepalives, oldest first, of the
	// tunnel at that position in the report. It is asked for the tunnels on the
	// screen only, while a frame is drawn, and must be quick.
	Outcomes(position int, into []fleet.Outcome) []fleet.Outcome
	// Incidents appends the incidents: those that go on first, then the newest
	// that ended.
	Incidents(into []fleet.Incident) []fleet.Incident
	// Status tells where the data comes from and how old it is.
	Status(now time.Time) Status
}

// Reader is what a [Source] has in which more goes on than [Source.Changes] tells:
// what is measured of tunnels whose verdict stays what it is. It is asked for the
// rows on the screen only, while a frame is drawn, and must be quick; what it
// returns false for is shown as it was. Of a source that has none, who takes in the
// changes knows everything.
type Reader interface {
	// Tunnel is the tunnel at that position in the report; it reuses into's memory.
	Tunnel(position int, now time.Time, into *fleet.TunnelReport) bool
	// Spoke is the spoke at that place in the report.
	Spoke(place int, now time.Time, into *fleet.SpokeReport) bool
}

// Status is the state of a [Source].
type Status struct {
	Label string        // "live engine on jump1"
	Age   time.Duration // since it last heard anything new
	// Patience is the age from which what is shown is outdated; 0: 30 s, which are three
	// reports of another greylag as a rule.
	Patience time.Duration
	Ended    bool   // nothing more will come
	Problem  string // what keeps it from being up to date; "": nothing
	Note     string // what it has to say just now, which passes; "": nothing
}

// Replay is what a [Source] has that plays a recording. None of its methods waits
// for the recording to be read; now is the terminal's time, all other times are the
// recording's.
type Replay interface {
	// Position is where the recording is.
	Position(now time.Time) Position
	// SetSpeed changes how fast it plays: see [Position].
	SetSpeed(speed float64, now time.Time)
	// Pause stops it, or lets it go on.
	Pause(paused bool, now time.Time)
	// Step plays up to the next change, and pauses. Without one it only pauses.
	Step()
	// Seek goes to a moment, or to the start or end where that is outside.
	Seek(to time.Time)
	// SeekFraction goes to a point between start (0) and end (1).
	SeekFraction(fraction float64)
	// Rewinds counts how often it went back. EventsSince(0) is then what there was
	// up to where it is; numbers never go back.
	Rewinds() uint64
}

// Position is where a recording is.
type Position struct {
	Start, End time.Time // of the recording
	Now        time.Time // what is shown is of then
	Speed      float64   // of real time; infinite: as fast as it can be read
	Paused     bool
	Busy       bool // on the way to where Seek or Step led: what is shown is not of one moment
	Ended      bool // everything has been played
}

// Vantages is what a [Source] has that sees the fleet from several points at once.
// All else that it tells is as the point sees it that the terminal stands on; how the
// others do is in the rows ([fleet.Views]). None of its methods waits for anything.
type Vantages interface {
	// Points appends the points, in an order that stays.
	Points(now time.Time, into []Point) []Point
	// Stand changes the point that the source answers for; it begins with the first.
	Stand(at int)
	// View is the tunnel at that position in the report as a point sees it, and the
	// time by that point's clock; false where it does not know the tunnel. It reuses
	// into's memory.
	View(point, position int, into *fleet.TunnelReport) (present time.Time, known bool)
}

// Point is one vantage point.
type Point struct {
	Host    string        // its name, which no other point has
	Age     time.Duration // since it last said anything new; 0: it never did
	Trouble string        // "stale", "ended", "connecting": what it told is not how it is; "": it is
	Problem string        // what keeps it from being up to date; "": nothing
}

// Control is what a [Source] has that can act on the engine. One that only
// reads has none, and the keys that act say so.
type Control interface {
	// SetEnabled stops or resumes the probing of the tunnel at that position.
	SetEnabled(position int, enabled bool) error
	// ProbeNow sends a keepalive of the tunnel at that position at once.
	ProbeNow(position int) error
}
