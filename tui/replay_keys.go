package tui

import (
	"errors"
	"math"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"
)

// errNoReplay is the answer to a key that moves about in a recording where there
// is none.
var errNoReplay = errors.New("this needs a recording: what is shown is live")

// replayBindings are the keys of a recording; space, which pauses it, is freeze.
func replayBindings() []binding {
	list := []binding{
		{name: "step", keys: []string{"."}, hint: "next change", help: "play up to the next change, and pause", run: stepOn},
		{name: "back-in-time", keys: []string{","}, help: "back by a twentieth of the recording", run: leap(-1)},
		{name: "on-in-time", keys: []string{";"}, help: "on by a twentieth of it", run: leap(1)},
		{name: "seek", argument: "TIME", help: "go to a moment: 14:02, 14:02:30, +10m, -90s, 50%", run: seekTo},
		{name: "play-slower", keys: []string{"<"}, help: "play at half the speed", run: changeSpeed(0.5)},
		{name: "play-faster", keys: []string{">"}, help: "play at twice the speed", run: changeSpeed(2)},
	}
	for i := range list {
		list[i].group, list[i].needsReplay = groupReel, true
	}
	return list
}

// togglePause stops the recording, or lets it go on. At its end there is nothing
// to go on with.
func togglePause(m *model) tea.Cmd {
	at := m.player.replay.Position(m.now)
	if at.Ended {
		return m.tell("this is the end of the recording: , goes back, :seek 0%% to its start")
	}
	m.player.replay.Pause(!at.Paused, m.now)
	m.replayChanged()
	return nil
}

// hint is the key that is most useful where the recording is, and what it does.
func (p *player) hint() (key, word string) {
	switch {
	case p.position.Ended:
		return ",", "back"
	case p.position.Paused:
		return "space", "play"
	}
	return "space", "pause"
}

// stepOn goes to the next change.
func stepOn(m *model, _ string) tea.Cmd {
	m.player.steps = m.order(func(r Replay) { r.Step() })
	return nil
}

// seekMoment goes to a moment of the recording.
func (m *model) seekMoment(to time.Time) tea.Cmd {
	p := m.player
	p.goal = p.position.within(to)
	p.seeks = m.order(func(r Replay) { r.Seek(p.goal) })
	return nil
}

// seekShare goes to a point between start (0) and end (1).
func (m *model) seekShare(fraction float64) tea.Cmd {
	p := m.player
	p.goal = p.position.Start.Add(time.Duration(fraction * float64(p.position.span())))
	p.seeks = m.order(func(r Replay) { r.SeekFraction(fraction) })
	return nil
}

// leaps is how many of them lead from the start of a recording to its end.
const leaps = 20

// leap goes back or on, from where leaps before are about to lead.
func leap(by int) func(*model, string) tea.Cmd {
	return func(m *model, _ string) tea.Cmd {
		p := m.player
		return m.seekMoment(p.place(m.now).Add(time.Duration(by) * p.position.span() / leaps))
	}
}

// The speeds that the keys lead to; beyond the fastest is as fast as can be.
const (
	slowest = 1.0 / 16
	fastest = 4096
)

// changeSpeed plays faster or slower.
func changeSpeed(factor float64) func(*model, string) tea.Cmd {
	return func(m *model, _ string) tea.Cmd {
		speed := nextSpeed(m.player.replay.Position(m.now).Speed, factor)
		m.player.replay.SetSpeed(speed, m.now)
		m.replayChanged()
		return nil
	}
}

// nextSpeed is the speed after a change by factor. One that is beyond the slowest
// or fastest already does not go further.
func nextSpeed(speed, factor float64) float64 {
	next := speed * factor
	switch {
	case factor < 1 && math.IsInf(speed, 1):
		return fastest
	case factor < 1 && next < slowest:
		return min(speed, max(next, slowest))
	case factor > 1 && next > fastest:
		return math.Inf(1)
	}
	return next
}

// speedText is a speed as --speed takes it.
func speedText(speed float64) string {
	if math.IsInf(speed, 1) {
		return "max"
	}
	return strconv.FormatFloat(speed, 'f', -1, 64) + "x"
}
