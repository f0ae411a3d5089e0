package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// On a slow line a key waits for what was sent before it. So a screen that changes
// by itself is sent in portions, with time for keys between them; and so is what
// answers a key, where the line is known to be slow.
const (
	portionBytes = 1_500
	dearAnswer   = 4_000                  // tells a slow line from a fast one
	portionGap   = 150 * time.Millisecond // after one that came by itself
	answerGap    = 100 * time.Millisecond // after a part of an answer
)

// portionMsg: it is time for the next portion.
type portionMsg struct{}

// portions is the screen as the terminal gets it: the model's, or lines of earlier
// ones among it. It is the program's only, the model knows the whole screen.
type portions struct {
	wanted  string // the screen that is on its way
	content string // what the terminal is to show now
	lines   []string
	next    int  // the line to go on with
	owed    bool // wanted is not all in content
	answers bool // what is owed answers a key
	ticking bool // a portionMsg is on its way
	sent    time.Time
	speed   lineSpeed
}

// follow takes in the screen after a message, and returns what is to be done next.
func (p *portions) follow(msg tea.Msg, screen string, now time.Time) tea.Cmd {
	before := p.wanted
	p.wanted = screen
	switch msg.(type) {
	case portionMsg:
		p.ticking = false
		if p.owed && now.Sub(p.sent) >= p.gap()/2 { // else a key was answered just now
			p.send(now)
		}
	case askMsg:
		return tea.Batch(p.wait(), p.speed.question(now))
	case tea.ModeReportMsg:
		return tea.Batch(p.wait(), p.speed.answered(now))
	case tea.KeyPressMsg, tea.PasteMsg, tea.MouseMsg:
		return p.answer(before, now)
	case *snapshot:
		if !p.owed && before != screen {
			p.owed, p.answers = true, false
		}
		if now.Sub(p.sent) >= p.gap() {
			p.send(now)
		}
	default:
		if before != screen {
			p.take(before)
		}
	}
	return p.wait()
}

// answer shows at once what a key changed, as much of it as the line carries soon.
func (p *portions) answer(before string, now time.Time) tea.Cmd {
	if before == p.wanted {
		return p.wait()
	}
	slow := p.speed.isSlow(now)
	cost := difference(before, p.wanted)
	switch {
	case cost <= portionBytes || !slow:
		p.take(before)
		p.sent = now
	default:
		p.next = 0
		p.sketch()
		p.answers = p.owed
		p.sent = now
	}
	if cost >= dearAnswer && !slow {
		return tea.Batch(p.wait(), p.speed.ask())
	}
	return p.wait()
}

// whole shows all of the screen.
func (p *portions) whole() {
	p.content, p.lines = p.wanted, strings.Split(p.wanted, "\n")
	p.owed, p.next, p.answers = false, 0, false
}

// take shows the lines in which the screen differs from what it was before, and the
// rest later.
func (p *portions) take(before string) {
	was, lines := strings.Split(before, "\n"), strings.Split(p.wanted, "\n")
	if len(was) != len(lines) || len(p.lines) != len(lines) {
		p.whole()
		return
	}
	for i, line := range lines {
		if line != was[i] {
			p.lines[i] = line
		}
	}
	p.join()
}

// send shows the next portion: as many lines as are not too much, one at least. A line
// that is known to be fast gets them all.
func (p *portions) send(now time.Time) {
	lines := strings.Split(p.wanted, "\n")
	if len(p.lines) != len(lines) || p.speed.isFast() && !p.answers {
		p.whole()
		return
	}
	cost, n := 0, len(lines)
	for i := range lines {
		at := (p.next + i) % n
		more := between(p.lines[at], lines[at])
		if cost > 0 && cost+more > portionBytes {
			p.next = at
			break
		}
		p.lines[at] = lines[at]
		cost += more
	}
	p.sent = now
	p.join()
}

// join makes the screen of its lines.
func (p *portions) join() {
	p.content = strings.Join(p.lines, "\n")
	if p.owed = p.content != p.wanted; !p.owed {
		p.next, p.answers = 0, false
	}
}

func (p *portions) gap() time.Duration {
	if p.answers {
		return answerGap
	}
	return portionGap
}

// wait comes back for the next portion, where there is one.
func (p *portions) wait() tea.Cmd {
	if !p.owed || p.ticking {
		return nil
	}
	p.ticking = true
	return tea.Tick(p.gap(), func(time.Time) tea.Msg { return portionMsg{} })
}
