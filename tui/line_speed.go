package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// lineSpeed is what is known of the line to the terminal, also over SSH: after a large
// screen the terminal is asked something, and on a slow line its word comes late.
type lineSpeed struct {
	asked  time.Time     // zero: no question is under way
	least  time.Duration // that an answer took so far: the way and back
	known  bool          // there was an answer
	fast   bool          // there was one soon after a large screen
	loaded bool          // the question under way comes after one
	tried  bool          // the first question, in a quiet moment, is on its way
	slow   time.Time     // when it was seen to be slow last; zero: never
}

const (
	askAfter  = 50 * time.Millisecond  // a large screen: a fast line has carried it
	slowDelay = 100 * time.Millisecond // by which a slow line's answer is later
	tryAfter  = 3 * time.Second        // the first screens: a slow line too
	slowTime  = 10 * time.Minute       // then the line is tried again
)

// askMsg: it is time to ask.
type askMsg struct{}

// ask asks soon, unless a question is under way.
func (l *lineSpeed) ask() tea.Cmd {
	if !l.asked.IsZero() || l.loaded {
		return nil
	}
	l.loaded = true
	return tea.Tick(askAfter, func(time.Time) tea.Msg { return askMsg{} })
}

// question is what asks.
func (l *lineSpeed) question(now time.Time) tea.Cmd {
	l.asked = now
	return askSynchronized
}

// answered takes in an answer. The first is to the program's own question, at its
// beginning: the terminal is one that answers. It is asked again once the first
// screens have arrived, for how long it takes where little is sent.
func (l *lineSpeed) answered(now time.Time) tea.Cmd {
	if l.asked.IsZero() {
		return l.try()
	}
	took := now.Sub(l.asked)
	l.asked = time.Time{}
	if !l.known || took < l.least {
		l.least = took
	}
	l.known = true
	switch {
	case took > l.least+slowDelay:
		l.slow = now
	case l.loaded:
		l.fast = true
	}
	l.loaded = false
	return nil
}

func (l *lineSpeed) try() tea.Cmd {
	if l.tried {
		return nil
	}
	l.tried = true
	return tea.Tick(tryAfter, func(time.Time) tea.Msg { return askMsg{} })
}

// isSlow tells whether the line is known to be slow.
func (l *lineSpeed) isSlow(now time.Time) bool { return !l.slow.IsZero() && now.Sub(l.slow) < slowTime }

// isFast tells whether it is known to be fast: it has carried a large screen soon.
func (l *lineSpeed) isFast() bool { return l.fast && l.slow.IsZero() }
