package tui

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"greylag/tui/query"
)

// askFilter asks for a filter, which works while it is typed.
func askFilter(m *model, argument string) tea.Cmd {
	if argument != "" {
		m.setFilter(argument)
		return m.remember()
	}
	was := m.board.filter.text
	p := &prompt{label: "/"}
	p.change = func(m *model, value string) {
		p.problem = m.setFilter(value)
	}
	p.accept = func(m *model, value string) tea.Cmd {
		if problem := m.setFilter(value); problem != "" {
			m.say(message{text: problem, bad: true})
		}
		return m.remember()
	}
	p.cancel = func(m *model) { m.setFilter(was) }
	p.complete = completeFilter
	return m.ask(p, was)
}

// setFilter shows what matches, and returns what is wrong with the filter. What
// is right of it works.
func (m *model) setFilter(text string) (problem string) {
	q, err := query.Parse(text)
	var wrong *query.Error
	if errors.As(err, &wrong) && !wrong.HalfTyped {
		problem = wrong.Error()
	}
	m.board.filter.text, m.board.filter.query = text, q
	m.settings.Filter = strings.TrimSpace(text)
	m.reorder()
	return problem
}

// completeFilter offers what the term at the cursor may become.
func completeFilter(m *model, value string, cursor int) []completion {
	words := query.NewVocabulary(&m.board.declared)
	words.AddHosts(m.board.hosts())
	c := query.Complete(value, cursor, words)
	list := make([]completion, len(c.Candidates))
	for i, candidate := range c.Candidates {
		input, _ := c.Apply(value, candidate)
		list[i] = completion{candidate, input}
	}
	return list
}

// toggleProblems shows only what is wrong, or everything.
func toggleProblems(m *model, _ string) tea.Cmd {
	m.board.filter.only = !m.board.filter.only
	m.reorder()
	return nil
}

// reorder follows a change of filter or order.
func (m *model) reorder() {
	m.board.prepare()
	m.puller.toll.wanted.Store(m.board.measures())
	m.board.arrange(false)
	m.refresh()
}
