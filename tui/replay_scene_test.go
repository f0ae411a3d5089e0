package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greylag/fleet"
)

// recorded is a scene as a recording of an hour that begins at dawn. It goes where
// it is told when the test says so, and notes what it was told.
type recorded struct {
	*scene
	at      Position
	rewinds uint64
	calls   []string
	before  uint64 // number of the newest event of before the last rewind
	reading func() // what happens while the events are read; nil: nothing
}

// record makes a recording of a scene, which stands where the scene does.
func record(s *scene) *recorded {
	return &recorded{scene: s, at: Position{Start: dawn, End: dawn.Add(time.Hour), Now: s.now, Speed: 10}}
}

// openRecording is open on a recording.
func openRecording(s *scene, width, height int, options ...func(*Options)) (*model, *recorded) {
	r := record(s)
	return open(r, s, width, height, options...), r
}

func (r *recorded) call(format string, arguments ...any) {
	r.calls = append(r.calls, fmt.Sprintf(format, arguments...))
}

// EventsSince numbers the events of after a rewind anew, from where numbers were.
func (r *recorded) EventsSince(number uint64) (events []fleet.Event, missed uint64) {
	if reading := r.reading; reading != nil {
		r.reading = nil
		reading()
	}
	from := uint64(0)
	if number > r.before {
		from = number - r.before
	}
	events, missed = r.scene.EventsSince(from)
	for i := range events {
		events[i].Number += r.before
	}
	return events, missed
}

// Position implements [Replay].
func (r *recorded) Position(time.Time) Position { return r.at }

// SetSpeed implements [Replay].
func (r *recorded) SetSpeed(speed float64, _ time.Time) {
	r.at.Speed = speed
	r.call("speed %v", speed)
}

// Pause implements [Replay].
func (r *recorded) Pause(paused bool, _ time.Time) {
	r.at.Paused = paused
	r.call("pause %v", paused)
}

// Step implements [Replay].
func (r *recorded) Step() { r.order("step") }

// Seek implements [Replay].
func (r *recorded) Seek(to time.Time) { r.order("seek " + to.Format(time.TimeOnly)) }

// SeekFraction implements [Replay].
func (r *recorded) SeekFraction(fraction float64) { r.order(fmt.Sprintf("seek %.3g", fraction)) }

func (r *recorded) order(what string) {
	r.at.Busy = true
	r.call("%s", what)
}

// Rewinds implements [Replay].
func (r *recorded) Rewinds() uint64 { return r.rewinds }

// arrive ends what was ordered: the scene is what is shown.
func (r *recorded) arrive() { r.at.Busy, r.at.Now = false, r.scene.now }

// rewind puts another scene in the place of the one before, from earlier on.
func (r *recorded) rewind(to *scene) {
	last, _ := r.EventsSince(0)
	if n := len(last); n > 0 {
		r.before = last[n-1].Number
	}
	now := r.scene.now
	*r.scene = *to
	r.at.Now, r.scene.now = to.now, now
	r.rewinds++
}

// told checks what a recording was told since the last time.
func (r *recorded) told(t *testing.T, want ...string) {
	t.Helper()
	if got, want := strings.Join(r.calls, ", "), strings.Join(want, ", "); got != want {
		t.Errorf("the recording was told %q, want %q", got, want)
	}
	r.calls = nil
}
