package tui

import (
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"

	"greylag/fleet"
)

// realTime is a moment of the machine's clock, also where time is simulated. In a short
// run, beside which other programs are at work, the processor's time stands for it: what
// they take is not the screen's.
func realTime() time.Duration {
	if os.Getenv(hourVariable) == "" {
		return spentTime()
	}
	return clockOf(unix.CLOCK_MONOTONIC)
}

// spentTime is the processor time of this process so far.
func spentTime() time.Duration { return clockOf(unix.CLOCK_PROCESS_CPUTIME_ID) }

func clockOf(id int32) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(id, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}

// watcher measures a program on a terminal: what it writes and when, how long frames
// take, and how long a key takes to its frame. Of time that is simulated and of the
// machine's, which goes on while something is computed, the sum is what a user would
// wait.
type watcher struct {
	begin   time.Time
	written *atomic.Uint64 // the program's count

	keyboard io.Writer

	mu      sync.Mutex
	line    line
	bytes   []int // by simulated second
	frames  []time.Duration
	keys    []time.Duration // to the frame that answers them
	answers []time.Duration // to the last one of the answer, where no other key came before
	idle    int             // keys that changed nothing

	content string // of the newest frame
	whole   bool   // it is all the model has to show
	awaited bool   // the last one of an answer

	looked  time.Duration // of the machine's time, in the look that is under way
	updated time.Duration // in the message that no frame was made of yet
	typed   stamp
	key     keyStage
}

// stamp is a moment by both clocks.
type stamp struct {
	simulated time.Time
	real      time.Duration
}

func stampNow() stamp { return stamp{time.Now(), realTime()} }

func (s stamp) since() time.Duration { return time.Since(s.simulated) + realTime() - s.real }

// keyStage is how far a key has come.
type keyStage uint8

const (
	noKey keyStage = iota
	keyTyped
	keyFollowed // by the model
	keyDrawn    // in a frame that has not been written yet
)

// Write takes what the terminal would.
func (w *watcher) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	second := int(time.Since(w.begin) / time.Second)
	for len(w.bytes) <= second {
		w.bytes = append(w.bytes, 0)
	}
	w.bytes[second] += len(b)
	w.written.Add(uint64(len(b)))
	w.arrive(b)
	return len(b), nil
}

// typeKey types one.
func (w *watcher) typeKey(keyboard io.Writer, key string) {
	w.mu.Lock()
	w.typed, w.key, w.awaited = stampNow(), keyTyped, false
	w.mu.Unlock()
	_, _ = io.WriteString(keyboard, key)
}

// watchedModel is the program as Bubble Tea has it, measured.
type watchedModel struct {
	*guard
	w *watcher
}

func (m watchedModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	begin := realTime()
	_, cmd := m.guard.Update(msg)
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	m.w.updated += realTime() - begin
	switch msg.(type) {
	case *snapshot:
		m.w.updated += m.w.looked
		m.w.looked = 0
	case tea.KeyPressMsg:
		if m.w.key == keyTyped {
			m.w.key = keyFollowed
		}
	}
	return m, cmd
}

func (m watchedModel) View() tea.View {
	begin := realTime()
	v := m.guard.View()
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	m.w.frames = append(m.w.frames, m.w.updated+realTime()-begin)
	m.w.updated = 0
	m.w.drawn(v.Content, !m.guard.portions.owed)
	return v
}

// watchedStore is a source that measures how long looks take.
type watchedStore struct {
	*fleet.Store
	w *watcher
}

func (s watchedStore) Status(time.Time) Status { return Status{Label: "live engine on jump1"} }

func (s watchedStore) look(begin time.Duration) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	s.w.looked += realTime() - begin
}

func (s watchedStore) Changes(now time.Time, since uint64, into *fleet.Changes) *fleet.Changes {
	defer s.look(realTime())
	return s.Store.Changes(now, since, into)
}

func (s watchedStore) Report(now time.Time, into *fleet.Report) *fleet.Report {
	defer s.look(realTime())
	return s.Store.Report(now, into)
}

func (s watchedStore) EventsSince(number uint64) ([]fleet.Event, uint64) {
	defer s.look(realTime())
	return s.Store.EventsSince(number)
}

func (s watchedStore) Incidents(into []fleet.Incident) []fleet.Incident {
	defer s.look(realTime())
	return s.Store.Incidents(into)
}

// percentile of a list that is sorted by it; 0 of an empty one.
func percentile(list []time.Duration, percent int) time.Duration {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[(len(list)-1)*percent/100]
}
