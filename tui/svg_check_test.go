package tui

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPictureLines: what becomes of a line: each span at 8 times its column and 8
// times as long as its cells, nothing for spaces that cannot be seen.
func TestPictureLines(t *testing.T) {
	classes := []string{"fill:#ff875f;font-weight:bold", "text-decoration:underline", "fill:" + paper, "fill:#8a8a8a", "fill:" + paper + ";font-weight:bold"}
	for name, c := range map[string]struct{ screen, want string }{
		"words":     {" two words  apart ", `<text x="8" textLength="72">two words</text><text x="96" textLength="40">apart</text>`},
		"a letter":  {"  x", `<text x="16">x</text>`},
		"a colour":  {"\x1b[;1;38;5;209mX4\x1b[m up", `<text x="0" textLength="16" class="s0">X4</text><text x="24" textLength="16">up</text>`},
		"across":    {"\x1b[;38;5;245ma\x1b[m \x1b[;38;5;245mb", `<text x="0" textLength="24" class="s3">a b</text>`},
		"underline": {"\x1b[;4;4mh \x1b[m \x1b[;4mi\x1b[m ", `<text x="0" textLength="16" class="s1">h </text><text x="24" class="s1">i</text>`},
		"cursor": {"\x1b[;7m> \x1b[;7;1mb\x1b[;7;1;38;5;209mX\x1b[m",
			`<rect x="0" y="-13" width="24" height="17" fill="` + ink + `"/><rect x="24" y="-13" width="8" height="17" fill="#ff875f"/>` +
				`<text x="0" textLength="16" class="s2">&gt; </text><text x="16" class="s4">b</text><text x="24" class="s4">X</text>`},
		"signs":  {"∙∙ ∙a", `<text x="0" textLength="16">∙∙</text><text x="24">∙</text><text x="32">a</text>`},
		"wide":   {"한x", `<text x="0" textLength="16">한</text><text x="16">x</text>`},
		"markup": {"<&>", `<text x="0" textLength="24">&lt;&amp;&gt;</text>`},
		"empty":  {"  ", ""},
	} {
		t.Run(name, func(t *testing.T) {
			lines, _, err := spansOf(c.screen)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, lineOf(lines[0], classes)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestPictureFile: its size is that of the screen and its frame, and each style is
// there once.
func TestPictureFile(t *testing.T) {
	got, err := pictureOf("a & b", "\x1b[;2ma\x1b[m  \n\x1b[;2;36mb\x1b[;2m\x1b[mcd\x1b[;2me\x1b[m")
	if err != nil {
		t.Fatal(err)
	}
	// 4 and 3 cells of 8, 2 lines of 17, 14 on each side.
	for _, want := range []string{
		`viewBox="0 0 60 62" width="60" height="62"`, "<title>a &amp; b</title>",
		"\n.s0{fill-opacity:.6}\n.s1{fill:#00cdcd;fill-opacity:.6}\n</style>",
		`<g transform="translate(14 27)"><text x="0" class="s0">a</text></g>`,
		`<g transform="translate(14 44)"><text x="0" class="s1">b</text><text x="8" textLength="16">cd</text><text x="24" class="s0">e</text></g>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestPictureErrors: what our screens never contain is an error that says where.
func TestPictureErrors(t *testing.T) {
	for screen, want := range map[string]string{
		"a\nb\x1b[2J":        `line 2: "\x1b[2J" begins with no sequence of ours`,
		"\x1b[1":             `line 1: "\x1b[1" begins with no sequence of ours`,
		"a\tb":               `line 1: "\tb" begins with no sequence of ours`,
		"\x1b[;38;2;1;2;3m":  `line 1: parameter "38" of ";38;2;1;2;3" is none of ours`,
		"\x1b[38;5m":         `line 1: parameter "38" of "38;5" is none of ours`,
		"\x1b[38;5;256mx":    `line 1: color of "38;5;256": strconv.ParseUint: parsing "256": value out of range`,
		"\x1b[5mblinking":    `line 1: parameter "5" of "5" is none of ours`,
		"\x1b[38mnot enough": `line 1: parameter "38" of "38" is none of ours`,
	} {
		if _, err := pictureOf("", screen); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", screen, err, want)
		}
	}
}

// TestXtermColors: what xterm's table of 256 colours has.
func TestXtermColors(t *testing.T) {
	for n, want := range map[int]string{
		0: "#000000", 1: "#cd0000", 15: "#ffffff", 16: "#000000", 21: "#0000ff", 46: "#00ff00", 74: "#5fafd7", 175: "#d787af",
		196: "#ff0000", 209: "#ff875f", 220: "#ffd700", 231: "#ffffff", 232: "#080808", 245: "#8a8a8a", 255: "#eeeeee",
	} {
		if got := colorOf(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}
