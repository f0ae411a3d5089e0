package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// screenOfLines is a screen of as many lines, each of them 500 bytes of c.
func screenOfLines(n int, c string) string {
	return strings.TrimSuffix(strings.Repeat(strings.Repeat(c, 500)+"\n", n), "\n")
}

// linesWith counts the lines that begin with c.
func linesWith(screen, c string) (n int) {
	for line := range strings.SplitSeq(screen, "\n") {
		n += boolInt(strings.HasPrefix(line, c))
	}
	return n
}

// began is what shows n lines of a, whole.
func began(n int) (*portions, time.Time) {
	p, now := new(portions), time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	p.follow(tea.WindowSizeMsg{}, screenOfLines(n, "a"), now)
	return p, now.Add(time.Minute)
}

// A screen that changes by itself comes three lines at a time, none sooner than the
// gap allows, and each line in its turn though the screen changes again meanwhile.
func TestScreensComeInPortions(t *testing.T) {
	p, now := began(8)
	if p.follow(&snapshot{}, screenOfLines(8, "b"), now) == nil {
		t.Error("nothing follows the first portion")
	}
	for i, c := range []struct {
		msg    tea.Msg
		screen string
		b, c   int
	}{
		{&snapshot{}, "c", 3, 0}, // too soon
		{portionMsg{}, "c", 3, 3},
		{portionMsg{}, "c", 2, 6},
	} {
		now = now.Add(time.Duration(i) * portionGap)
		p.follow(c.msg, screenOfLines(8, c.screen), now)
		if b, got := linesWith(p.content, "b"), linesWith(p.content, "c"); b != c.b || got != c.c {
			t.Errorf("step %d: %d lines of b and %d of c, want %d and %d", i, b, got, c.b, c.c)
		}
	}
	now = now.Add(portionGap)
	if p.follow(portionMsg{}, screenOfLines(8, "c"), now); p.owed || p.content != screenOfLines(8, "c") {
		t.Error("the screen is not complete")
	}
}

// What a key changes is shown at once, before what is still owed; and all of it where
// the line is not known to be slow.
func TestKeysAreNotKeptWaiting(t *testing.T) {
	p, now := began(8)
	p.follow(&snapshot{}, screenOfLines(8, "b"), now)
	lines := strings.Split(screenOfLines(8, "b"), "\n")
	lines[7] = "key"
	p.follow(keyNamed("j"), strings.Join(lines, "\n"), now)
	if linesWith(p.content, "key") != 1 || linesWith(p.content, "b") != 3 {
		t.Errorf("on the screen is not the key's line and the first portion, but\n%s", p.content)
	}
	p.follow(keyNamed("j"), screenOfLines(8, "d"), now)
	if p.content != screenOfLines(8, "d") {
		t.Error("an answer comes in portions, though the line is not slow")
	}
}

// On a slow line a large answer shows the beginning of each line at once, and nothing
// of an earlier screen behind it; short lines are whole, and leave their share to the
// others. The rest comes in portions, none sooner than half a gap after a key.
func TestLargeAnswersAreSketched(t *testing.T) {
	p, now := began(20)
	p.speed.slow = now
	lines := strings.Split(screenOfLines(20, "e"), "\n")
	lines[3], lines[4] = "short", strings.Repeat("名", 200)
	answer := strings.Join(lines, "\n")
	p.follow(keyNamed("G"), answer, now)
	cost := 0
	for i, line := range strings.Split(p.content, "\n") {
		cost += len(line) + sketchExtra
		switch {
		case i == 3 && line != "short":
			t.Errorf("the short line is %q", line)
		case i != 3 && (!strings.HasPrefix(lines[i], line) || len(line) < 40):
			t.Errorf("line %d is %q, want the beginning of %q", i, line, lines[i])
		}
	}
	if cost > sketchBytes+sketchBytes/10 {
		t.Errorf("the sketch takes %d bytes, want %d", cost, sketchBytes)
	}
	now = now.Add(answerGap / 4)
	if p.follow(portionMsg{}, answer, now); linesWith(p.content, lines[0]) != 0 {
		t.Error("a portion comes right after a key")
	}
	for i := 0; p.owed && i < 20; i++ {
		now = now.Add(answerGap)
		p.follow(portionMsg{}, answer, now)
	}
	if p.content != answer {
		t.Errorf("the screen is not complete:\n%s", p.content)
	}
}

// TestSketchOfAPage: of a new page of the table each row's state and name are there.
func TestSketchOfAPage(t *testing.T) {
	m := openScene(calm(500), 200, 50)
	now := m.now
	var p portions
	p.follow(tea.WindowSizeMsg{}, m.View().Content, now)
	p.speed.slow = now
	press(m, "pgdown")
	p.follow(keyNamed("pgdown"), m.View().Content, now)
	shown, whole := ansi.Strip(p.content), screenOf(m)
	if shown == whole {
		t.Fatal("the page is no large answer")
	}
	sketched := strings.Split(shown, "\n")
	names := 0
	for i, line := range strings.Split(whole, "\n") {
		if words := strings.Fields(line); len(words) > 2 && strings.Contains(line, "primary") {
			names++
			if !strings.Contains(sketched[i], words[0]+" "+words[1]) {
				t.Errorf("of %q only %q is there", line, sketched[i])
			}
		}
	}
	if names < 40 {
		t.Errorf("%d rows on the page:\n%s", names, whole)
	}
}

// TestLineSpeed: a line counts as slow where the answer after a large screen comes
// much later than in a quiet moment, however long the way is.
func TestLineSpeed(t *testing.T) {
	for _, c := range []struct {
		quiet, loaded time.Duration
		slow          bool
	}{
		{time.Millisecond, 2 * time.Millisecond, false},
		{time.Millisecond, 500 * time.Millisecond, true},
		{600 * time.Millisecond, 650 * time.Millisecond, false},
		{600 * time.Millisecond, time.Second, true},
	} {
		t.Run(fmt.Sprint(c.quiet, c.loaded), func(t *testing.T) {
			p, now := began(10)
			ask := func(after time.Duration) {
				p.follow(askMsg{}, p.wanted, now)
				now = now.Add(after)
				p.follow(tea.ModeReportMsg{Mode: ansi.ModeSynchronizedOutput}, p.wanted, now)
			}
			if p.follow(tea.ModeReportMsg{}, p.wanted, now) == nil {
				t.Error("a terminal that answers is not asked in a quiet moment")
			}
			ask(c.quiet)
			if p.follow(keyNamed("g"), screenOfLines(10, "b"), now) == nil {
				t.Error("a large answer is followed by no question")
			}
			ask(c.loaded)
			if p.speed.isSlow(now) != c.slow || p.speed.isFast() == c.slow {
				t.Errorf("slow %v, fast %v", p.speed.isSlow(now), p.speed.isFast())
			}
			if p.speed.isSlow(now.Add(slowTime)) {
				t.Error("the line is never tried again")
			}
		})
	}
}
