package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestFilterWhileTyping: the rows follow each key; enter keeps, esc undoes.
func TestFilterWhileTyping(t *testing.T) {
	m := openScene(night(60), 120, 40)
	rows := func(want int) {
		t.Helper()
		if got := len(m.board.shown); got != want {
			t.Errorf("filter %q shows %d rows, want %d", m.board.filter.text, got, want)
		}
		wellFormed(t, m)
	}
	press(m, "/")
	rows(60)
	typed(m, "state:do")
	rows(6) // do is the beginning of down
	typed(m, "wn")
	rows(6)
	if line := lineWith(m, " of 60"); !strings.Contains(line, "6 of 60  state:down") {
		t.Errorf("header %q", line)
	}
	press(m, "enter")
	rows(6)
	press(m, "/")
	typed(m, " hub:fra1")
	rows(2)
	press(m, "esc")
	rows(6)
	if got := m.board.filter.text; got != "state:down" {
		t.Errorf("esc leaves the filter %q", got)
	}
	press(m, "esc")
	rows(60)
}

// TestFilterSaysWhatIsWrong: not while a term is half typed, but when it is
// wrong, and with what would be right.
func TestFilterSaysWhatIsWrong(t *testing.T) {
	m := openScene(night(60), 120, 40)
	press(m, "/")
	typed(m, "staet:")
	if line := lineWith(m, "/staet:"); !strings.Contains(line, "did you mean state?") {
		t.Errorf("footer %q", line)
	}
	press(m, "enter")
	if lineWith(m, "did you mean state?") == "" {
		t.Error("enter hides what is wrong")
	}
	press(m, "/", "ctrl+u")
	typed(m, "rtt>10")
	if line := lineWith(m, "/rtt>10"); strings.Contains(line, "(") {
		t.Errorf("a half-typed term is called wrong: %q", line)
	}
}

// TestCompletion: tab goes through what the word may become, and around.
func TestCompletion(t *testing.T) {
	m := openScene(night(60), 120, 40)
	value := func(want string) {
		t.Helper()
		if got := m.overlay.(*prompt).field.Value(); got != want {
			t.Errorf("input %q, want %q", got, want)
		}
	}
	press(m, "/")
	typed(m, "state:d")
	for _, word := range []string{"degraded", "down", "disabled", "pending", "degraded"} { // pending has a d
		press(m, "tab")
		value("state:" + word)
		if len(m.board.shown) != len(rowsIn(m, word)) {
			t.Errorf("%d rows are shown, want those that are %s", len(m.board.shown), word)
		}
	}
	press(m, "esc", "/")
	typed(m, "hub:sin")
	press(m, "tab")
	value("hub:sin") // none of the 60 has it: nothing is offered
	press(m, "ctrl+u")
	typed(m, "hub:a")
	press(m, "tab")
	value("hub:ams2")
	press(m, "enter", ":")
	typed(m, "so")
	press(m, "tab")
	value("sort")
	typed(m, " l")
	press(m, "tab")
	value("sort loss")
	press(m, "enter")
	if got := m.board.order.String(); got != "loss" {
		t.Errorf("sorted by %s", got)
	}
	press(m, ":")
	typed(m, "view ")
	press(m, "shift+tab")
	value("view " + viewNames[len(viewNames)-1])
}

// rowsIn are the tunnels in a state.
func rowsIn(m *model, state string) (names []string) {
	for _, row := range m.board.rows {
		if string(row.Tunnel.State) == state {
			names = append(names, row.Tunnel.Tunnel.Name)
		}
	}
	return names
}

// TestPromptEdits: the line editor's keys, a wide character, and the cursor.
func TestPromptEdits(t *testing.T) {
	m := openScene(night(3), 40, 12)
	press(m, "/")
	typed(m, "한국x")
	if c := m.View().Cursor; c.X != 1+2+2+1 || c.Y != 11 {
		t.Errorf("cursor at %d,%d", c.X, c.Y)
	}
	press(m, "left", "left")
	if c := m.View().Cursor; c.X != 1+2 {
		t.Errorf("cursor at %d after two to the left", c.X)
	}
	press(m, "home", "delete", "end", "backspace")
	if got := m.overlay.(*prompt).field.Value(); got != "국" {
		t.Errorf("input %q", got)
	}
	press(m, "backspace", "backspace") // the second leaves
	if m.overlay != nil {
		t.Error("backspace on nothing stays")
	}
	press(m, "/")
	typed(m, strings.Repeat("long ", 30))
	if c := m.View().Cursor; c.X > 39 {
		t.Errorf("cursor at %d, off the screen", c.X)
	}
	wellFormed(t, m)
}

// TestPaste: text goes into the prompt; without one nothing is done, whatever
// keys the text would be.
func TestPaste(t *testing.T) {
	m := openScene(night(60), 80, 24)
	if _, cmd := m.Update(tea.PasteMsg{Content: "q!zQ"}); cmd != nil || len(m.board.shown) != 60 {
		t.Error("pasted text pressed keys")
	}
	press(m, "/")
	m.Update(tea.PasteMsg{Content: "state:down\nrm -rf\x1b[2J"})
	if m.overlay == nil {
		t.Fatal("a pasted newline accepted the prompt")
	}
	if got := m.overlay.(*prompt).field.Value(); strings.ContainsAny(got, "\n\x1b") || !strings.HasPrefix(got, "state:down") {
		t.Errorf("input %q", got)
	}
	wellFormed(t, m)
}

// TestCommands: by name, by a beginning, and with an argument.
func TestCommands(t *testing.T) {
	for _, c := range []struct {
		line  string
		after func(t *testing.T, d *desk, said []tea.Msg)
	}{
		{"q", sends[tea.QuitMsg]},
		{"quit", sends[tea.QuitMsg]},
		{"  help ", shows("one step back")},
		{"view events", onView("events")},
		{"view Events", onView("events")},
		{"view nothing", shows(`no view is called "nothing": there are table, `)},
		{"goto fra1-lima-1", atName("fra1-lima-1")},
		{"goto lima", shows(`no tunnel is called "lima"`)},
		{"sort -rtt", func(t *testing.T, d *desk, _ []tea.Msg) {
			if got := d.board.order.String(); got != "-rtt" {
				t.Errorf("sorted by %s", got)
			}
		}},
		{"sort colour", shows("no order colour")},
		{"filter state:down", shows("6 of 60")},
		{"mute the line is being dug up", func(t *testing.T, d *desk, _ []tea.Msg) {
			if got := d.settings.Mutes[firstName].Note; got != "the line is being dug up" {
				t.Errorf("note %q", got)
			}
		}},
		{"copy name", func(t *testing.T, d *desk, said []tea.Msg) { copied(t, said, firstName) }},
		{"copy address", func(t *testing.T, d *desk, said []tea.Msg) { copied(t, said, "198.18.0.3") }},
		{"copy json", func(t *testing.T, d *desk, said []tea.Msg) { copied(t, said, `{"name":"`+firstName+`"}`) }},
		{"copy all", shows(`"all" cannot be copied`)},
		{"m", shows(`no command, or more than one, is called "m"`)}, // mark, mute, mouse
		{"launch", shows(`is called "launch"`)},
		{"", atLine(0)},
	} {
		t.Run(c.line, func(t *testing.T) {
			d := newDesk(t)
			press(d.model, ":")
			said := typed(d.model, c.line, "enter")
			wellFormed(t, d.model)
			c.after(t, d, said)
		})
	}
}

// copied checks what was sent to the clipboard. Its message is Bubble Tea's own.
func copied(t *testing.T, said []tea.Msg, want string) {
	t.Helper()
	if got := clipboard(said); got != want {
		t.Errorf("copied %q, want %q", got, want)
	}
}

// TestCopyMenu: the menu's keys.
func TestCopyMenu(t *testing.T) {
	for key, want := range map[string]string{"n": firstName, "a": "198.18.0.3", "j": `{"name":"` + firstName + `"}`} {
		d := newDesk(t)
		copied(t, press(d.model, "y", key), want)
		if d.overlay != nil {
			t.Errorf("%s leaves the menu open", key)
		}
	}
	d := newDesk(t)
	copied(t, press(d.model, "y", "down", "enter"), "198.18.0.3")
	if press(d.model, "y", "esc"); d.overlay != nil {
		t.Error("esc leaves the menu open")
	}
}
