package tui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// withState is a state file for open.
func withState(path string) func(*Options) { return func(o *Options) { o.StatePath = path } }

// TestRemembered: whoever comes back finds view, order, columns, filter, mutes,
// bell and refresh as they were.
func TestRemembered(t *testing.T) {
	s := night(60)
	path := filepath.Join(t.TempDir(), "greylag", "tui.json")
	m := openScene(s, 120, 40, withState(path))
	press(m, "m")
	typed(m, "dug up", "enter")
	press(m, "/")
	typed(m, "hub:ams2", "enter")
	press(m, ":")
	typed(m, "sort -rtt", "enter")
	press(m, "b", "+", "c", "down", "down", "enter", "esc") // the third column: hub
	press(m, ":")
	typed(m, "view events", "enter")

	again := openScene(s, 120, 40, withState(path))
	want := settings{
		View: "events", Sort: "-rtt", Hidden: []string{"hub"}, Filter: "hub:ams2", Bell: true, RefreshMillis: 200,
		Mutes: map[string]mute{firstName: {Note: "dug up", Since: s.now}},
	}
	if diff := cmp.Diff(want, again.settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if got := again.body().name(); got != "events" {
		t.Errorf("view %s", got)
	}
	press(again, ":")
	typed(again, "view table", "enter")
	if line := lineWith(again, firstName); !strings.Contains(line, "muted: dug up ") {
		t.Errorf("row %q", line)
	}
	if line := lineWith(again, "rtt^"); line == "" || strings.Contains(line, " hub ") {
		if line := lineWith(again, "rtt▴"); line == "" || strings.Contains(line, " hub ") {
			t.Errorf("headings %q", line)
		}
	}
	if got, total := len(again.board.shown), len(again.board.rows); got == total || again.board.filter.text != "hub:ams2" {
		t.Errorf("%d of %d rows", got, total)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".greylag-*")); left != nil {
		t.Errorf("left %v", left)
	}
}

// TestBrokenState: a file that cannot be read is not used, and that is said.
func TestBrokenState(t *testing.T) {
	for name, content := range map[string]string{
		"no JSON":      "{",
		"empty":        "",
		"another type": `{"view":7}`,
		"a list":       `[]`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tui.json")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			m := openScene(night(3), 200, 24, withState(path))
			if lineWith(m, path+" is not used: ") == "" {
				t.Errorf("nothing is said:\n%s", screenOf(m))
			}
			if diff := cmp.Diff(settings{}, m.settings); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestStrangeState: what a newer greylag, or a hand, has written is taken as far
// as it makes sense.
func TestStrangeState(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tui.json")
	content := `{"view":"globe","sort":"colour","hidden_columns":["smell","p99"],"filter":"staet:up hub:fra1",
		"mutes":{"gone":{"since":"2026-01-01T00:00:00Z"}},"refresh_ms":-5,"theme":"blue"}`
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	m := openScene(night(60), 120, 40, withState(path))
	if m.body().name() != "table" || m.settings.refresh() != 500*time.Millisecond || m.board.order.String() != "problems" {
		t.Errorf("view %s, refresh %s, order %s", m.body().name(), m.settings.refresh(), m.board.order)
	}
	wellFormed(t, m)
	if line := lineWith(m, "name"); strings.Contains(line, "p99") {
		t.Errorf("headings %q", line)
	}
}

// TestStateCannotBeWritten: it is said, and nothing else happens.
func TestStateCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	m := openScene(night(3), 200, 24, withState(filepath.Join(file, "tui.json")))
	press(m, "b")
	if lineWith(m, "not remembered: ") == "" {
		t.Errorf("nothing is said:\n%s", screenOf(m))
	}
}

// TestSaverKeepsTheNewest: commands run in any order, and the file ends up with
// what was put last.
func TestSaverKeepsTheNewest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tui.json")
	var s saver
	s.put([]byte("old"))
	s.put([]byte("new"))
	for range 2 {
		if err := s.flush(path); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := os.ReadFile(path); string(got) != "new" {
		t.Errorf("%q", got)
	}
	if err := (&saver{}).flush(""); err != nil {
		t.Errorf("nothing to write: %v", err)
	}
}

// TestMute: a muted tunnel is no problem to n, ! and the bell; m undoes it.
func TestMute(t *testing.T) {
	s := night(60)
	m := openScene(s, 120, 40)
	press(m, "b", "m")
	typed(m, "known", "enter")
	if !strings.HasPrefix(lineWith(m, firstName), "m✗") || !strings.Contains(lineWith(m, firstName), "muted: known") {
		t.Errorf("row %q", lineWith(m, firstName))
	}
	if got := m.board.cursorName(); got != secondName {
		t.Errorf("the cursor is on %s, want the next problem", got)
	}
	press(m, "!")
	if got := len(m.board.shown); got != 7 {
		t.Errorf("%d problems, want 7 of the 8", got)
	}
	press(m, "!", "g", "N")
	for range 20 {
		press(m, "n")
		if got := m.board.cursorName(); got == firstName {
			t.Fatal("n goes to a muted tunnel")
		}
	}
	press(m, ":")
	typed(m, "goto "+firstName, "enter")
	press(m, "m")
	if _, muted := m.settings.Mutes[firstName]; muted || strings.Contains(screenOf(m), "muted:") {
		t.Error("still muted")
	}
}

// TestBell: one ring for new outages, if asked for, and none for muted ones.
func TestBell(t *testing.T) {
	s := calm(60)
	m := openScene(s, 120, 40)
	rings := func() bool {
		s.run(5)
		snapshot := m.puller.take(false)
		return m.ring(snapshot.events) != nil
	}
	s.cut("fra1-seoul-1")
	if rings() {
		t.Error("rang without being asked to")
	}
	press(m, "b")
	if rings() {
		t.Error("rang without an outage")
	}
	s.cut("ams2-seoul-1")
	if !rings() {
		t.Error("no ring at an outage")
	}
	m.mute("fra1-tokyo-1", "")
	s.cut("fra1-tokyo-1")
	if rings() {
		t.Error("rang for a muted tunnel")
	}
}
