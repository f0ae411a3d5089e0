package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"greylag/fleet"
)

// rings tells whether a look rings the bell.
func rings(m *model) bool {
	_, cmd := m.Update(m.puller.take(m.frozen))
	batch, ok := cmd().(tea.BatchMsg) // of one command it is the next look, for which it waits
	return ok && len(batch) == 2
}

// ringing has the bell ring, and no look wait long.
func ringing(m *model) {
	m.settings.Bell = true
	m.settings.RefreshMillis = 100
}

// TestPauseRecording: space stops the recording itself, not the screen.
func TestPauseRecording(t *testing.T) {
	s := calm(20)
	m, r := openRecording(s, 120, 40)
	press(m, "space")
	r.told(t, "pause true")
	if m.frozen || lineWith(m, "FROZEN") != "" {
		t.Error("the screen is frozen")
	}
	if lineWith(m, " PAUSED 10x ") == "" {
		t.Errorf("the time line does not say so:\n%s", screenOf(m))
	}
	if lineWith(m, " space play  . next change ") == "" {
		t.Errorf("the footer does not say how to go on:\n%s", screenOf(m))
	}
	press(m, "space")
	r.told(t, "pause false")
	if lineWith(m, "PAUSED") != "" {
		t.Error("it is still paused")
	}
	r.at.Ended = true
	look(m)
	if lineWith(m, " , back  . next change ") == "" {
		t.Errorf("at the end the footer does not lead back:\n%s", screenOf(m))
	}
	press(m, "space")
	r.told(t)
	if lineWith(m, "this is the end of the recording: , goes back, :seek 0% to its start") == "" {
		t.Errorf("at the end space says nothing:\n%s", screenOf(m))
	}
}

// TestStep: a step says to which change it led, and marks what got worse.
func TestStep(t *testing.T) {
	s := calm(20)
	m, r := openRecording(s, 120, 40)
	ringing(m)
	s.cut("fra1-seoul-1")
	press(m, ".")
	r.told(t, "step")
	s.run(4) // goes down as the fourth is due
	r.arrive()
	if !rings(m) {
		t.Error("no bell for the outage that a step led to")
	}
	// The tunnel's event and then the spoke's, of the same moment.
	if lineWith(m, "02:50:33  spoke seoul-1: primary > backup") == "" {
		t.Errorf("the step does not say where it led:\n%s", screenOf(m))
	}
	if m.board.worse != 1 {
		t.Errorf("%d got worse, want 1", m.board.worse)
	}
	press(m, ".")
	r.arrive()
	look(m)
	if lineWith(m, "no further change is in the recording") == "" {
		t.Errorf("a step without a change says nothing:\n%s", screenOf(m))
	}
}

// TestChangeText: what a step led to, in a line.
func TestChangeText(t *testing.T) {
	for want, e := range map[string]fleet.Event{
		"a: up > down":                      {Tunnel: "a", From: fleet.Up, To: fleet.Down},
		"spoke s: primary > none":           {Spoke: "s", FromPath: fleet.PathPrimary, ToPath: fleet.PathNone},
		"spoke s: unprotected":              {Spoke: "s", FromPath: fleet.PathBackup, ToPath: fleet.PathBackup},
		"spoke s: protected again":          {Spoke: "s", FromPath: fleet.PathBackup, ToPath: fleet.PathBackup, Protected: true},
		"spoke s: route into a dead tunnel": {Spoke: "s", FromPath: fleet.PathNone, ToPath: fleet.PathBackup, BlackHole: true},
	} {
		if got := changeText(&e); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestSeekIsNothingNew: what a seek skips neither rings nor counts as got worse,
// and the same without a seek does.
func TestSeekIsNothingNew(t *testing.T) {
	for _, seek := range []bool{true, false} {
		s := calm(20)
		m, r := openRecording(s, 120, 40)
		ringing(m)
		if seek {
			press(m, ";")
			r.told(t, "seek 02:53:30") // 02:50:30 and a twentieth of an hour
		}
		s.cut("fra1-seoul-1", "fra1-seoul-2")
		s.run(5)
		r.arrive()
		if rang := rings(m); rang == seek {
			t.Errorf("seek %v: bell %v", seek, rang)
		}
		if worse := m.board.worse; (worse == 0) != seek {
			t.Errorf("seek %v: %d got worse", seek, worse)
		}
		if line := lineWith(m, "fra1-seoul-1"); !strings.Contains(line, "✗") {
			t.Errorf("seek %v: row %q", seek, line)
		}
		// What comes after it is new again.
		s.cut("ams2-seoul-1")
		s.run(5)
		r.arrive()
		if was := m.board.worse; !rings(m) || m.board.worse != was+1 {
			t.Errorf("seek %v: nothing is new after it: %d, were %d", seek, m.board.worse, was)
		}
	}
}

// TestSeekInFlight: a look that was under way when the key was pressed is not
// taken for what the seek led to.
func TestSeekInFlight(t *testing.T) {
	s := calm(20)
	m, r := openRecording(s, 120, 40)
	early := m.puller.take(false)
	press(m, ";")
	m.Update(early)
	s.cut("fra1-seoul-1")
	s.run(5)
	look(m) // on the way
	if got := m.board.worse; got != 0 {
		t.Errorf("%d got worse on the way", got)
	}
	r.arrive()
	look(m)
	if got := m.board.worse; got != 0 {
		t.Errorf("%d got worse by the seek", got)
	}
	if line := lineWith(m, "fra1-seoul-1"); !strings.Contains(line, "✗") {
		t.Errorf("row %q", line)
	}
}

// TestSeekHoldsThePicture: on the way the screen shows the last whole moment, and
// the time line says that it is on the way. No event is lost.
func TestSeekHoldsThePicture(t *testing.T) {
	s := calm(20)
	m, r := openRecording(s, 120, 40)
	before := len(m.board.events)
	press(m, ";")
	shown := m.board.now()
	for range 3 {
		s.cut("fra1-seoul-1")
		s.run(5)
		look(m)
		s.mend("fra1-seoul-1")
		s.run(1)
		look(m)
	}
	if m.board.now() != shown {
		t.Error("the picture changed on the way")
	}
	if lineWith(m, " SEEKING ") == "" {
		t.Errorf("the time line does not say so:\n%s", screenOf(m))
	}
	if got := len(m.board.events); got != before {
		t.Errorf("%d events on the board, want %d", got, before)
	}
	r.arrive()
	look(m)
	if lineWith(m, "SEEKING") != "" || m.board.now() == shown {
		t.Error("it does not arrive")
	}
	// Down and to backup, up and to primary, three times.
	if got := len(m.board.events) - before; got != 12 {
		t.Errorf("%d new events, want 12", got)
	}
}

// TestRewind: after going back the events are those of before that moment, read
// anew; the mark is gone; nothing is new; the cursor is where it was.
func TestRewind(t *testing.T) {
	for _, inTwo := range []bool{false, true} { // the rewind is seen on the way, or when it is over
		s := calm(20)
		s.cut("fra1-seoul-1")
		s.run(10)
		m, r := openRecording(s, 120, 40)
		ringing(m)
		press(m, "4", "g", "1", "j", "j", "z")
		cursor := m.board.cursorName()
		if m.board.mark == nil {
			t.Fatal("no mark")
		}
		press(m, ",")
		r.told(t, "seek 02:50:00") // a twentieth is 3 minutes: the start
		r.rewind(calm(20))
		if inTwo {
			look(m)
			look(m)
		}
		r.at.Busy = false
		if rings(m) {
			t.Error("going back rings")
		}
		// Each tunnel came up, each spoke reached its primary path and was then protected.
		if got, want := changesOf(m), "map[primary:20 up:20]"; got != want {
			t.Errorf("events: %s, want %s", got, want)
		}
		if m.board.events[0].Number <= r.before {
			t.Errorf("the first event is number %d, of before the rewind", m.board.events[0].Number)
		}
		if m.board.mark != nil {
			t.Error("the mark of the time to come is still there")
		}
		if m.board.worse != 0 || m.board.missed != 0 {
			t.Errorf("%d got worse, %d events missed", m.board.worse, m.board.missed)
		}
		if got := m.board.cursorName(); got != cursor {
			t.Errorf("the cursor is on %s, was on %s", got, cursor)
		}
		press(m, "4")
		if line := lineWith(m, "events "); !strings.Contains(line, fmt.Sprintf("/%d", len(m.board.events))) {
			t.Errorf("footer %q", line)
		}
		if v := m.body().(*eventsView); v.away {
			t.Error("the list of events stays on one that is not there")
		}
		wellFormed(t, m)
	}
}

// TestRewindWhileReading: of what is read while the recording goes back nothing is
// lost, and nothing stays that is told again.
func TestRewindWhileReading(t *testing.T) {
	s := calm(20)
	s.cut("fra1-seoul-1")
	s.run(10)
	m, r := openRecording(s, 120, 40)
	press(m, ",")
	r.reading = func() { r.rewind(calm(20)) }
	look(m)
	look(m)
	r.arrive()
	look(m)
	if got, want := changesOf(m), "map[primary:20 up:20]"; got != want {
		t.Errorf("events: %s, want %s", got, want)
	}
	for i := range m.board.events {
		if got, want := m.board.events[i].Number, r.before+uint64(i)+1; got != want {
			t.Fatalf("event %d has number %d, want %d", i, got, want)
		}
	}
}

// TestLeapsAddUp: keys that come quicker than the recording moves lead as far as
// they say, and never out of it.
func TestLeapsAddUp(t *testing.T) {
	m, r := openRecording(calm(3), 80, 24)
	press(m, ";", ";", ";", ",")
	r.told(t, "seek 02:53:30", "seek 02:56:30", "seek 02:59:30", "seek 02:56:30")
	r.arrive()
	look(m)
	press(m, ";") // from where it is
	r.told(t, "seek 02:53:30")
	for range 30 {
		press(m, ";")
	}
	if got := r.calls[len(r.calls)-1]; got != "seek 03:50:00" {
		t.Errorf("the last leap is %s, want the end", got)
	}
}

// TestNeedsRecording: what moves about in a recording says so where there is none.
func TestNeedsRecording(t *testing.T) {
	for _, key := range []string{".", ",", ";", "<", ">"} {
		m := openScene(night(3), 80, 24)
		press(m, key)
		if lineWith(m, "this needs a recording: what is shown is live") == "" {
			t.Errorf("%s says nothing", key)
		}
	}
}

// TestEventTimes: of a recording of last year they are times of its day, not of
// today's; seen months later or not.
func TestEventTimes(t *testing.T) {
	s := calm(3)
	r := record(s)
	s.cut("fra1-seoul-1")
	s.run(4)
	later := func(o *Options) { o.Clock = func() time.Time { return s.now.AddDate(1, 0, 0) } }
	m := open(&longAgo{r}, s, 80, 24, later)
	press(m, "4")
	if line := lineWith(m, "fra1-seoul-1 up > down"); !strings.Contains(line, " 02:50:33 ") {
		t.Errorf("%q", line)
	}
}

// longAgo is a recording whose reports have its own time.
type longAgo struct{ *recorded }

func (l *longAgo) Report(_ time.Time, into *fleet.Report) *fleet.Report {
	return l.recorded.Report(l.at.Now, into)
}

func (l *longAgo) Changes(_ time.Time, since uint64, into *fleet.Changes) *fleet.Changes {
	return l.recorded.Changes(l.at.Now, since, into)
}

// changesOf counts the events on the board by what they led to.
func changesOf(m *model) string {
	counts := map[string]int{}
	for i := range m.board.events {
		e := &m.board.events[i]
		counts[string(e.To)+string(e.ToPath)]++
	}
	return fmt.Sprint(counts)
}
