package tui

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"

	"greylag/fleet"
	"greylag/tui/text"
)

// TestGlyphs: one code point each, one cell in every terminal, also in those
// that draw ambiguous characters wide; the twins are ASCII.
func TestGlyphs(t *testing.T) {
	wide := displaywidth.Options{EastAsianWidth: true}
	for name, set := range map[string]glyphs{"unicode": unicodeGlyphs, "ascii": asciiGlyphs} {
		v := reflect.ValueOf(set)
		for i := range v.NumField() {
			field := v.Type().Field(i).Name
			if v.Field(i).Kind() != reflect.String {
				continue
			}
			g := v.Field(i).String()
			if n := utf8.RuneCountInString(g); n != 1 {
				t.Errorf("%s %s: %q has %d code points", name, field, g, n)
			}
			if a, b := displaywidth.String(g), wide.String(g); a != 1 || b != 1 {
				t.Errorf("%s %s: %q is %d cells wide, or %d", name, field, g, a, b)
			}
			if text.UTF8.Clean(g) != g {
				t.Errorf("%s %s: %q is not drawn as it is", name, field, g)
			}
			if name == "ascii" && g[0] >= utf8.RuneSelf {
				t.Errorf("%s: %q is not ASCII", field, g)
			}
		}
	}
}

var (
	states = []fleet.State{fleet.Pending, fleet.Up, fleet.Degraded, fleet.Down, fleet.Disabled}
	paths  = []fleet.Path{fleet.PathPending, fleet.PathPrimary, fleet.PathBackup, fleet.PathNone}
)

// TestNeverColorAlone: each state and each path has a glyph of its own, and what
// is wrong is bold where there is no colour.
func TestNeverColorAlone(t *testing.T) {
	for _, g := range []*glyphs{&unicodeGlyphs, &asciiGlyphs} {
		seen := map[string]bool{}
		for _, s := range states {
			if seen[g.state(s)] {
				t.Errorf("%s: glyph %q is another state's", s, g.state(s))
			}
			seen[g.state(s)] = true
		}
		seen = map[string]bool{}
		for _, p := range paths {
			if seen[g.path(p)] {
				t.Errorf("%s: glyph %q is another path's", p, g.path(p))
			}
			seen[g.path(p)] = true
		}
	}
	mono := newTheme(ColorNone, true, false)
	for _, s := range []fleet.State{fleet.Down, fleet.Degraded} {
		if got := mono.starts[0][stateStyle(s)]; got != "\x1b[;1m" {
			t.Errorf("%s is %q without colour, want bold", s, got)
		}
	}
}

// TestPalettes: without colour no sequence sets one; with 16, only the
// terminal's own; no two states differ by red and green alone: there is no green.
func TestPalettes(t *testing.T) {
	for _, dark := range []bool{true, false} {
		for color, theme := range map[Color]*theme{
			ColorNone: newTheme(ColorNone, dark, false),
			Color16:   newTheme(Color16, dark, false),
			Color256:  newTheme(Color256, dark, false),
		} {
			for row := range theme.starts {
				for s, start := range theme.starts[row] {
					parameters := strings.Split(strings.TrimSuffix(strings.TrimPrefix(start, "\x1b["), "m"), ";")
					if parameters[0] != "" {
						t.Errorf("%s style %d: %q does not undo the style before", color, s, start)
					}
					for _, p := range parameters {
						if isColor := len(p) == 2 && (p[0] == '3' || p[0] == '9'); isColor && color == ColorNone {
							t.Errorf("%s style %d: %q sets a colour", color, s, start)
						}
						if p == "32" {
							t.Errorf("%s style %d: %q is green", color, s, start)
						}
					}
					if has := strings.Contains(start, "38;5;"); has && color != Color256 {
						t.Errorf("%s style %d: %q is of 256 colours", color, s, start)
					}
				}
			}
		}
	}
}

// TestStatesDiffer: in each palette, the styles of the states that can be wrong
// are not those of one that is right.
func TestStatesDiffer(t *testing.T) {
	for _, color := range []Color{Color16, Color256} {
		for _, dark := range []bool{true, false} {
			th := newTheme(color, dark, false)
			seen := map[string]fleet.State{}
			for _, s := range states {
				start := th.starts[0][stateStyle(s)]
				if other, known := seen[start]; known && !(s == fleet.Disabled && other == fleet.Pending) {
					t.Errorf("%s, dark %v: %s looks like %s", color, dark, s, other)
				}
				seen[start] = s
			}
		}
	}
}

// TestStyledGolden: the sequences themselves, for each choice of colours and
// background, and in ASCII.
func TestStyledGolden(t *testing.T) {
	s := night(8)
	s.cut("fra1-seoul-1")
	s.run(5)
	for name, option := range map[string]func(*Options){
		"none":  func(o *Options) { o.Color = ColorNone },
		"16":    func(o *Options) { o.Color = Color16 },
		"256":   func(o *Options) { o.Color = Color256 },
		"light": func(o *Options) { o.Color, o.Background = Color256, BackgroundLight },
		"ascii": func(o *Options) { o.ASCII, o.Color = true, ColorNone },
	} {
		t.Run(name, func(t *testing.T) {
			m := openScene(s, 80, 12, option)
			wellFormed(t, m)
			goldenStyled(t, "style-"+name, m)
			if name != "ascii" {
				return
			}
			for i, r := range m.View().Content {
				if r >= utf8.RuneSelf {
					t.Errorf("%q at %d is not ASCII", r, i)
				}
			}
		})
	}
}

// TestHostileText: whatever names and details contain, nothing leaves the
// program but text and its own sequences, and no line is too wide.
func TestHostileText(t *testing.T) {
	hostile := []string{
		"\x1b[2J\x1b[H", "\x1b]52;c;cm0gLXJm\a", "a\nb\r\nc", "tab\there", "‮desrever", "e\u0301\u0302\u0303\u0304\u0305\u0306",
		"👩‍👩‍👧‍👦", "🇩🇪", "한국어-터널", "\xff\xfe", "​zero​width", strings.Repeat("x", 300), "\u009b31m", "",
	}
	s := newScene(len(hostile)*2, func(i int, tunnel *fleet.Tunnel) {
		tunnel.Name = hostile[i/2] + fmt.Sprint(i)
		tunnel.Hub = hostile[i/2]
		tunnel.Tags = []string{hostile[i/2]}
	})
	s.status.Label, s.status.Problem = "\x1b[31mlabel\n", "\x1b]0;title\a"
	s.run(4)
	for i := range s.lines {
		s.lines[i].cut = i%2 == 0
	}
	s.run(5)
	for _, size := range sizes {
		m := openScene(s, size.width, size.height)
		for _, keys := range [][]string{{}, {"tab"}, {"enter"}, {"m"}, {"esc", "y"}, {"esc", "esc", "?"}} {
			press(m, keys...)
			wellFormed(t, m)
			onlyOwnSequences(t, m.View().Content)
		}
	}
}

// onlyOwnSequences: SGR and newlines are the only controls.
func onlyOwnSequences(t *testing.T, content string) {
	t.Helper()
	for rest := content; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		if r == '\x1b' {
			end := strings.IndexByte(rest, 'm')
			if end < 0 || strings.Trim(rest[1:end], "[0123456789;") != "" {
				t.Fatalf("sequence %q", rest[:min(len(rest), 20)])
			}
			size = end + 1
		} else if r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError || r >= 0x202a && r <= 0x202e) {
			t.Fatalf("%q in %q", r, rest[:min(len(rest), 20)])
		}
		rest = rest[size:]
	}
}
