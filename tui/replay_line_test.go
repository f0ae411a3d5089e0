package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// timeLineOf is the line above the footer.
func timeLineOf(m *model) string {
	lines := strings.Split(screenOf(m), "\n")
	return lines[len(lines)-2]
}

// dusk is a scene in which a tunnel failed after five minutes of an hour, and it is
// a quarter of an hour later.
func dusk() *scene {
	s := newScene(3)
	s.run(5 * 60)
	s.cut("fra1-seoul-1")
	s.run(15 * 60)
	return s
}

// TestTimeLine: at every width, playing and not, in an hour and in a month.
func TestTimeLine(t *testing.T) {
	states := []struct {
		name   string
		change func(*Position)
	}{
		{"playing", func(*Position) {}},
		{"paused", func(p *Position) { p.Paused = true }},
		{"seeking", func(p *Position) { p.Busy = true }},
		{"ended", func(p *Position) { p.Now, p.Ended = p.End, true }},
		{"slow", func(p *Position) { p.Speed = 0.0625 }},
		{"a month", func(p *Position) { p.End = p.Start.AddDate(0, 1, 0) }},
		{"a month, paused", func(p *Position) { p.End, p.Paused = p.Start.AddDate(0, 1, 0), true }},
		{"a moment", func(p *Position) { p.Start, p.End = p.Now, p.Now }},
	}
	for _, ascii := range []bool{false, true} {
		var b strings.Builder
		s := dusk()
		for _, state := range states {
			fmt.Fprintf(&b, "# %s\n", state.name)
			for _, width := range []int{40, 80, 200} {
				m, r := openRecording(s, width, 12, func(o *Options) { o.ASCII = ascii })
				state.change(&r.at)
				look(m)
				wellFormed(t, m)
				b.WriteString(timeLineOf(m) + "\n")
			}
		}
		compare(t, map[bool]string{false: "timeline.txt", true: "timeline-ascii.txt"}[ascii], b.String())
	}
}

// TestTimeLineParts: where things are, counted by hand. On 80 columns the bar is
// what 80 leaves beside: 15 of the state, 19 of date and time, 1, " 02:50:00 " of the
// start, 2 ends, 1, 8 of the end and 1: 80-57 = 23 cells.
func TestTimeLineParts(t *testing.T) {
	m, _ := openRecording(dusk(), 80, 24)
	line := timeLineOf(m)
	before, rest, _ := strings.Cut(line, "[")
	bar, after, _ := strings.Cut(rest, "]")
	if before != " ▸ 10x         2026-11-22 03:10:00  02:50:00 " || strings.TrimSpace(after) != "03:50:00" {
		t.Errorf("line %q", line)
	}
	// A twelfth of 22 steps is 1, a third is 7.
	if want := "=✗=====|" + strings.Repeat("-", 15); bar != want {
		t.Errorf("bar %q, want %q", bar, want)
	}
}

// TestTimeLineTakesALine: of the body, at every size, and only of a recording.
func TestTimeLineTakesALine(t *testing.T) {
	for _, size := range append(sizes, screenSize{leastWidth, leastHeight}) {
		s := night(60)
		live := openScene(s, size.width, size.height)
		m, _ := openRecording(s, size.width, size.height)
		if got, want := m.layout().bodyHeight, live.layout().bodyHeight-1; got != want {
			t.Errorf("%v: %d lines of body, want %d", size, got, want)
		}
		for _, view := range []string{"1", "2", "3", "4", "5", "?", "esc", "c"} {
			press(m, view)
			wellFormed(t, m)
			if !strings.Contains(timeLineOf(m), "03:50:00") {
				t.Errorf("%v, view %s: no time line: %q", size, view, timeLineOf(m))
			}
		}
		if strings.Contains(screenOf(live), "03:50:00") {
			t.Errorf("%v: what is live has a time line", size)
		}
	}
}

// TestRecordingScreen: the whole screen.
func TestRecordingScreen(t *testing.T) {
	m, _ := openRecording(night(60), 80, 24)
	golden(t, "replay-80x24", m)
	press(m, "space")
	goldenStyled(t, "replay-paused", m)
}

// TestClickTimeLine: a click goes there, where the mouse is ours.
func TestClickTimeLine(t *testing.T) {
	m, r := openRecording(dusk(), 80, 24)
	clickAt(m, 53, 22)
	r.told(t)
	press(m, "M")
	screenOf(m)
	clickAt(m, 10, 22) // beside the bar, which begins at 46
	r.told(t)
	clickAt(m, 46, 22)
	clickAt(m, 68, 22)
	r.told(t, "seek 0", "seek 1")
	clickAt(m, 68, 10)
	r.told(t)
	m.Update(tea.MouseClickMsg{X: 53, Y: 22, Button: tea.MouseRight})
	r.told(t)
}

// TestFollowsThePosition: each look asks where the recording is.
func TestFollowsThePosition(t *testing.T) {
	m, r := openRecording(calm(3), 80, 24)
	r.at.Now = dawn.Add(30 * time.Minute)
	look(m)
	if lineWith(m, "2026-11-22 03:20:00") == "" {
		t.Errorf("time line %q", timeLineOf(m))
	}
}
