package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"greylag/tui/query"
)

// errNoControl is the answer to a key that acts where nothing can be acted on.
var errNoControl = errors.New("this needs a live engine: what is shown comes from elsewhere")

// press answers a key: the overlay takes it if there is one, else the table of
// bindings says what it does.
func (m *model) press(key tea.KeyPressMsg) tea.Cmd {
	m.now = m.options.Clock()
	if !m.isBusy() {
		m.puller.now()
	}
	m.lastKey = m.now
	if !m.frozen {
		m.board.attend(m.now, m.visible)
	}
	if m.overlay != nil {
		return m.overlay.press(m, key)
	}
	m.message = message{}
	if b := byKey[key.String()]; b != nil && m.has(b) {
		return m.do(b, "")
	}
	return m.tell("%s does nothing: ? shows what does", printable(key))
}

// printable is a key as the help has it.
func printable(key tea.KeyPressMsg) string {
	if name := key.String(); name != "" {
		return name
	}
	return "that key"
}

// do does what a binding says.
func (m *model) do(b *binding, argument string) tea.Cmd {
	if b.needsControl && m.control == nil {
		return m.fail(errNoControl)
	}
	if b.needsReplay && m.player == nil {
		return m.fail(errNoReplay)
	}
	return b.run(m, argument)
}

// openCommand asks for a command.
func openCommand(m *model, _ string) tea.Cmd {
	return m.ask(&prompt{
		label:    ":",
		complete: func(m *model, value string, _ int) []completion { return m.completeCommand(value) },
		accept:   func(m *model, value string) tea.Cmd { return m.command(value) },
	}, "")
}

// command does what was typed: a binding's name, and what it is to be told.
func (m *model) command(line string) tea.Cmd {
	name, argument, _ := strings.Cut(strings.TrimSpace(line), " ")
	if name == "" {
		return nil
	}
	if b := m.commandNamed(name); b != nil {
		return m.do(b, strings.TrimSpace(argument))
	}
	return m.fail(fmt.Errorf("no command, or more than one, is called %q: tab completes, ? lists them all", name))
}

// commandNamed is the binding of that name, or the one that begins so: if there
// are several, the one that the others begin with (q is quit, not quit-keep).
func (m *model) commandNamed(name string) *binding {
	var found *binding
	for _, known := range m.commandNames() { // sorted: the shortest comes first
		switch {
		case known == name:
			return byName[name]
		case !strings.HasPrefix(known, name):
		case found == nil:
			found = byName[known]
		case !strings.HasPrefix(known, found.name):
			return nil
		}
	}
	return found
}

// completeCommand offers commands, and then what they take.
func (m *model) completeCommand(value string) []completion {
	name, argument, hasArgument := strings.Cut(value, " ")
	if !hasArgument {
		return startingWith("", name, m.commandNames())
	}
	return startingWith(name+" ", argument, m.argumentsOf(name))
}

func (m *model) commandNames() []string {
	var names []string
	for i := range bindings {
		if m.has(&bindings[i]) {
			names = append(names, bindings[i].name)
		}
	}
	slices.Sort(names)
	return names
}

// argumentsOf are what a command may be told.
func (m *model) argumentsOf(name string) []string {
	switch name {
	case "view":
		return viewNames[:]
	case "sort":
		return query.Orders()
	case "picture":
		return pictureNames[:]
	case "copy":
		return []string{"name", "address", "json"}
	case "goto":
		return m.board.names()
	case "vantage":
		return m.board.hosts()
	}
	return nil
}

// offeredAtMost is how many completions there are at once.
const offeredAtMost = 50

// startingWith are the words that begin as typed, as inputs after head.
func startingWith(head, typed string, words []string) []completion {
	var list []completion
	for _, w := range words {
		if strings.HasPrefix(w, typed) && len(list) < offeredAtMost {
			list = append(list, completion{w, head + w})
		}
	}
	return list
}
