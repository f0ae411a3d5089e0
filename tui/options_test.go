package tui

import (
	"errors"
	"os"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"image/color"
)

// TestColors: NO_COLOR counts by being there, unless colours are asked for.
func TestColors(t *testing.T) {
	for _, c := range []struct {
		color       Color
		environment []string
		want        Color
	}{
		{"", nil, Color16},
		{ColorAuto, []string{"TERM=xterm-256color", "COLORTERM=truecolor"}, Color16},
		{ColorAuto, []string{"NO_COLOR=1"}, ColorNone},
		{ColorAuto, []string{"NO_COLOR=0"}, ColorNone},
		{ColorAuto, []string{"NO_COLOR="}, ColorNone},
		{Color256, []string{"NO_COLOR=1"}, Color256},
		{ColorNone, nil, ColorNone},
	} {
		o := Options{Color: c.color, Environ: append([]string{"LANG=C.UTF-8"}, c.environment...)}.withDefaults()
		if o.Color != c.want {
			t.Errorf("%q with %v is %s, want %s", c.color, c.environment, o.Color, c.want)
		}
	}
}

// TestCharset: the first variable that says anything decides; POSIX, 8.2.
func TestCharset(t *testing.T) {
	for _, c := range []struct {
		environment string
		ascii       bool
	}{
		{"LANG=C.UTF-8", false},
		{"LANG=de_DE.utf8", false},
		{"LANG=de_DE.UTF-8 LC_ALL=C", true},
		{"LANG=C LC_CTYPE=en_US.UTF-8", false},
		{"LANG=C LC_CTYPE=en_US.UTF-8 LC_ALL=", false},
		{"LANG=ko_KR.eucKR", true},
		{"TERM=xterm", true},
		{"LANG=C.UTF-8 TERM=linux", true},
	} {
		o := Options{Environ: strings.Fields(c.environment)}.withDefaults()
		if o.ASCII != c.ascii {
			t.Errorf("%s: ASCII %v", c.environment, o.ASCII)
		}
	}
	if o := (Options{ASCII: true, Environ: []string{"LANG=C.UTF-8"}}).withDefaults(); !o.ASCII {
		t.Error("--ascii counts for nothing")
	}
}

// TestBackground: the terminal's answer chooses the shades, where it is asked.
func TestBackground(t *testing.T) {
	s := night(3)
	m := openScene(s, 80, 24, func(o *Options) { o.Color = Color256 })
	m.Update(tea.BackgroundColorMsg{Color: color.White})
	if m.dark || m.theme.starts[0][down] != "\x1b[;1;38;5;160m" {
		t.Errorf("dark %v, down %q on white", m.dark, m.theme.starts[0][down])
	}
	m.Update(tea.BackgroundColorMsg{Color: color.Black})
	if !m.dark || m.theme.starts[0][down] != "\x1b[;1;38;5;209m" {
		t.Errorf("dark %v, down %q on black", m.dark, m.theme.starts[0][down])
	}
}

// TestNoTerminal: Run says what is wrong, and what to do, before it does
// anything.
func TestNoTerminal(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for environment, want := range map[string]string{
		"TERM=dumb":  `TERM is "dumb"`,
		"LANG=C":     `TERM is ""`,
		"TERM=xterm": "standard output is not one",
	} {
		err := Run(t.Context(), Options{Source: newScene(1), In: null, Out: null, Environ: []string{environment}})
		if !errors.Is(err, ErrNoTerminal) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", environment, err)
		}
	}
}
