package tui

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"greylag/tui/text"
)

var update = flag.Bool("update", false, "write the golden files")

// screenSize is one of the terminals that are tested.
type screenSize struct{ width, height int }

var sizes = []screenSize{{40, 12}, {80, 24}, {120, 40}, {200, 50}}

func (s screenSize) String() string { return fmt.Sprintf("%dx%d", s.width, s.height) }

// open is the program on a terminal of that size, after its first look at the
// source. options change what it is started with.
func open(source Source, clock *scene, width, height int, options ...func(*Options)) *model {
	o := Options{Source: source, Clock: clock.clock, Environ: []string{"TERM=xterm", "LANG=C.UTF-8"}, Color: Color16}
	for _, option := range options {
		option(&o)
	}
	m := newModel(context.Background(), o.withDefaults())
	m.hasShell = func() bool { return true }
	m.Update(tea.WindowSizeMsg{Width: width, Height: height})
	look(m)
	return m
}

// openScene is open on a scene.
func openScene(s *scene, width, height int, options ...func(*Options)) *model {
	return open(s, s, width, height, options...)
}

// look is one look at the source, without the wait for it.
func look(m *model) { m.Update(m.puller.take(m.frozen)) }

// press presses keys, one after the other, and does what commands they return
// at once: their messages are handed to the program. Keys are named as in the
// help ("j", "ctrl+d", "space"); it returns every message.
func press(m *model, keys ...string) (messages []tea.Msg) {
	for _, key := range keys {
		_, cmd := m.Update(keyNamed(key))
		messages = append(messages, perform(m, cmd)...)
	}
	return messages
}

// perform runs a command, as Bubble Tea does.
func perform(m *model, cmd tea.Cmd) (messages []tea.Msg) {
	if cmd == nil {
		return nil
	}
	msg := cmd()
	if batch, ok := msg.(tea.BatchMsg); ok {
		for _, cmd := range batch {
			messages = append(messages, perform(m, cmd)...)
		}
		return messages
	}
	if msg != nil {
		m.Update(msg)
		messages = append(messages, msg)
	}
	return messages
}

// typed types text, and then presses keys.
func typed(m *model, text string, keys ...string) []tea.Msg {
	for _, r := range text {
		press(m, string(r))
	}
	return press(m, keys...)
}

// keyCodes are the keys that are no character.
var keyCodes = map[string]rune{
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd,
	"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab,
	"backspace": tea.KeyBackspace, "f1": tea.KeyF1, "delete": tea.KeyDelete,
}

// keyNamed is the message of a key.
func keyNamed(name string) tea.KeyPressMsg {
	var k tea.Key
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		k.Mod, name = tea.ModCtrl, rest
	} else if rest, ok := strings.CutPrefix(name, "shift+"); ok {
		k.Mod, name = tea.ModShift, rest
	}
	code, special := keyCodes[name]
	switch {
	case special:
		k.Code = code
	case name == "space" || name == " ":
		k.Code, k.Text = tea.KeySpace, " "
	default:
		k.Code, _ = utf8.DecodeRuneInString(name)
		if k.Mod == 0 {
			k.Text = name
		}
	}
	return tea.KeyPressMsg(k)
}

// screenOf is the screen as plain text.
func screenOf(m *model) string { return ansi.Strip(m.View().Content) }

// lineWith is the line of the screen that contains what; "": none does.
func lineWith(m *model, what string) string {
	for line := range strings.SplitSeq(screenOf(m), "\n") {
		if strings.Contains(line, what) {
			return line
		}
	}
	return ""
}

// golden compares the screen with testdata/name.txt: as plain text, spaces at
// the ends of lines left out.
func golden(t *testing.T, name string, m *model) {
	t.Helper()
	wellFormed(t, m)
	compare(t, name+".txt", unstyled(m.View().Content))
}

// goldenSizes compares what open opens with testdata/name.txt: a screen for each
// of sizes, below a line that names it.
func goldenSizes(t *testing.T, name string, open func(screenSize) *model) {
	t.Helper()
	var all strings.Builder
	for _, size := range sizes {
		m := open(size)
		wellFormed(t, m)
		fmt.Fprintf(&all, "======== %s\n%s", size, unstyled(m.View().Content))
	}
	compare(t, name+".txt", all.String())
}

// goldenStyled compares the screen with testdata/name.styled.txt, where ESC is
// written ^.
func goldenStyled(t *testing.T, name string, m *model) {
	t.Helper()
	wellFormed(t, m)
	compare(t, name+".styled.txt", strings.ReplaceAll(m.View().Content, "\x1b", "^")+"\n")
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// wellFormed checks that the screen has its height in lines, none wider than it
// is.
func wellFormed(t *testing.T, m *model) {
	t.Helper()
	lines := strings.Split(screenOf(m), "\n")
	if m.height > 0 && len(lines) != m.height {
		t.Errorf("%dx%d: %d lines", m.width, m.height, len(lines))
	}
	for i, line := range lines {
		if w := text.UTF8.Width(line); w != m.width {
			t.Errorf("%dx%d: line %d is %d wide: %q", m.width, m.height, i, w, line)
		}
	}
}

// clipboard is what messages put on the clipboard. Bubble Tea's message for it
// has no name outside, but is a string.
func clipboard(messages []tea.Msg) string {
	for _, msg := range messages {
		if v := reflect.ValueOf(msg); v.Kind() == reflect.String && v.Type().Name() == "setClipboardMsg" {
			return v.String()
		}
	}
	return ""
}

// strip is content without sequences.
func strip(content string) string { return ansi.Strip(content) }
