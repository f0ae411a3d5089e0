package tui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
)

// toggleFreeze holds the screen, or lets it go on. A recording itself stops.
func toggleFreeze(m *model, _ string) tea.Cmd {
	if m.player != nil {
		return togglePause(m)
	}
	m.board.fill() // whatever will be looked at is of now
	m.frozen = !m.frozen
	m.frozenAt = m.now
	m.hold()
	m.puller.now()
	return nil
}

// hold keeps the rows as they are while the screen stands still, or a recording is
// on its way to another moment.
func (m *model) hold() {
	m.board.fresh.held = m.frozen || m.player != nil && m.player.position.Busy
}

// park counts what comes while the screen is held.
func (m *model) park(s *snapshot) {
	m.puller.giveBack(s)
	m.dropBehind(s)
	m.behind = append(m.behind, s.events...)
	m.behindMissed += s.missed
	m.behindCount += len(s.events)
	if extra := len(m.behind) - eventsKept; extra > 0 {
		m.behindMissed += uint64(extra)
		m.behind = append(m.behind[:0], m.behind[extra:]...)
	}
}

// dropBehind drops what was parked of a recording that went back since.
func (m *model) dropBehind(s *snapshot) {
	if s.anew {
		m.behind, m.behindCount, m.behindMissed = nil, 0, 0
		m.behindAnew = true
	}
}

// unpark hands what was parked to the snapshot that ends the standstill.
func (m *model) unpark(s *snapshot) {
	m.dropBehind(s)
	s.anew, m.behindAnew = s.anew || m.behindAnew, false
	if m.behindCount > 0 || m.behindMissed > 0 {
		s.events = append(m.behind, s.events...)
		s.missed += m.behindMissed
		m.behind, m.behindCount, m.behindMissed = nil, 0, 0
	}
}

// setMark counts from now on.
func setMark(m *model, _ string) tea.Cmd {
	m.board.setMark()
	m.refresh()
	return m.tell("sent, loss and flaps count from now on: Z undoes it")
}

// dropMark counts from the beginning again.
func dropMark(m *model, _ string) tea.Cmd {
	m.board.mark = nil
	m.refresh()
	return m.tell("sent, loss and flaps count from the beginning")
}

// changeRefresh looks more or less often.
func changeRefresh(by int) func(*model, string) tea.Cmd {
	return func(m *model, _ string) tea.Cmd {
		at := slices.Index(refreshes, m.settings.refresh())
		at = min(max(at+by, 0), len(refreshes)-1)
		m.settings.RefreshMillis = int(refreshes[at] / time.Millisecond)
		m.puller.now()
		m.tell("a look every %s; ten a second while keys are pressed", refreshes[at])
		return m.remember()
	}
}

// seeAll takes everything that got worse for seen.
func seeAll(m *model, _ string) tea.Cmd {
	m.board.acceptAll()
	m.refresh()
	return nil
}
