package tui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"
)

// message is what the footer says for a while.
type message struct {
	text  string
	bad   bool
	until time.Time
}

// messageTime is how long a message is to be read.
const messageTime = 6 * time.Second

// expire drops a message that has been read.
func (s *message) expire(now time.Time) {
	if s.text != "" && !now.Before(s.until) {
		*s = message{}
	}
}

// say shows a message.
func (m *model) say(s message) {
	s.until = m.now.Add(messageTime)
	m.message = s
}

// tell says what was done.
func (m *model) tell(format string, arguments ...any) tea.Cmd {
	m.say(message{text: fmt.Sprintf(format, arguments...)})
	return nil
}

// fail says what cannot be done, or went wrong.
func (m *model) fail(err error) tea.Cmd {
	m.say(message{text: err.Error(), bad: true})
	return nil
}
